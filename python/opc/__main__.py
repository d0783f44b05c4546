"""Options for a C compiler: cc main.c $(python -m opc --cflags --libs)"""

import argparse

from .folders import include_dir, library_dir

FLAGS = {
    "cflags": lambda: [f"-I{include_dir()}"],
    "libs": lambda: [
        f"-L{library_dir()}",
        f"-Wl,-rpath,{library_dir()}",
        "-lopc_runtime",
    ],
}


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m opc", description=__doc__)
    parser.add_argument(
        "--cflags", action="store_true", help="where headers are"
    )
    parser.add_argument("--libs", action="store_true", help="libopc_runtime.so")
    asked = parser.parse_args(words)
    flags = [
        word
        for name, words in FLAGS.items()
        if getattr(asked, name)
        for word in words()
    ]
    if not flags:
        parser.error("say --cflags, --libs or both")
    print(*flags)


if __name__ == "__main__":
    main()
