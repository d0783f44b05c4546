#!/usr/bin/env python3
"""Builds what `opc compile --emit exe` links programs with, for one processor.

usage: scripts/cross_runtime.py ARCH FOLDER VERSION INCLUDE...

ARCH is what LLVM calls it: x86_64, aarch64, riscv64, loongarch64. FOLDER gets start.o,
where a process begins, and libopc-standalone.a: opc's runtime and the main function
of tools/standalone, with the C and C++ libraries that they need. INCLUDE... are folders
of the header-only libraries below.

The compiler and the libraries (musl, libc++) are those of the package ziglang, which
has them for every processor; they are built on first use, which takes two minutes of a
core for each, and kept in its cache ($ZIG_GLOBAL_CACHE_DIR, ~/.cache/zig).
"""

import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOL = (
    "Arguments Ending FileNames Help Inputs Progress Run RunOptions Summary"
).split()


# The least processor, where the compiler's own idea of it has more: a program refuses
# what is missing before its first kernel, so what refuses must run.
CPUS = {"loongarch64": "generic_la64+d"}


def sources():
    """What one program is made of: a list of files for each translation unit. The
    files of a unit share what they include, which is most of the time."""
    runtime = sorted(ROOT.glob("lib/Runtime/**/*.cpp"))
    tool = [ROOT / f"tools/opc/{name}.cpp" for name in TOOL]
    return [runtime, [*tool, ROOT / "tools/standalone/Standalone.cpp"]]


def zig(arch, *words, **options):
    command = [sys.executable, "-m", "ziglang", "c++"]
    command += ["-target", f"{arch}-linux-musl", "-fPIE", *map(str, words)]
    if arch in CPUS:
        command.append(f"-mcpu={CPUS[arch]}")
    return subprocess.run(command, check=True, **options)


def compile_unit(arch, files, output, options):
    """One object of several files."""
    text = "".join(f'#include "{file}"\n' for file in files)
    source = output.with_suffix(".cpp")
    source.write_text(text)
    zig(arch, *options, "-c", source, "-o", output)


def link_inputs(arch, folder):
    """The start object and the libraries that the linker is given for a C++ program."""
    empty = folder / "empty.cpp"
    empty.write_text("int main() {}\n")
    words = [
        "-O2",
        "-static",
        "-pie",
        "-s",
        "-v",
        empty,
        "-o",
        folder / "empty",
    ]
    told = zig(arch, *words, stderr=subprocess.PIPE, text=True).stderr
    command = re.findall(r"^ld\.lld .*-pie.*$", told, re.MULTILINE)[-1].split()
    (start,) = [word for word in command if word.endswith("crt1.o")]
    return start, [word for word in command if word.endswith(".a")]


def members(library):
    """The contents of an archive's objects. Their names are paths of this machine."""
    data, at, found = library.read_bytes(), 8, []
    while at < len(data):
        name, size = data[at : at + 16].strip(), int(data[at + 48 : at + 58])
        if name not in (b"/", b"//", b"/SYM64/"):  # its tables
            found.append(data[at + 60 : at + 60 + size])
        at += 60 + size + size % 2
    return found


def archive(output, objects, libraries, place):
    """One archive of all of them."""
    names = [str(each) for each in objects]
    for library in map(pathlib.Path, libraries):
        for number, content in enumerate(members(library)):
            file = place / f"{library.stem}-{number}.o"
            file.write_bytes(content)
            names.append(str(file))
    subprocess.run(["llvm-ar-22", "qcD", str(output), *names], check=True)


def build(arch, folder, version, includes):
    options = ["-std=c++20", "-O2", "-g0", "-w", "-ffunction-sections"]
    options += ["-fdata-sections", "-DFMT_HEADER_ONLY"]
    options += [f'-DOPC_VERSION="{version}"']
    include = [ROOT / "include", ROOT / "lib/Runtime", ROOT / "tools/opc"]
    options += [f"-I{path}" for path in [*include, *includes]]
    with tempfile.TemporaryDirectory(prefix="opc-cross-") as place:
        place = pathlib.Path(place)
        units = [
            (arch, files, place / f"unit{number}.o", options)
            for number, files in enumerate(sources())
        ]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            for done in [pool.submit(compile_unit, *unit) for unit in units]:
                done.result()
        start, libraries = link_inputs(arch, place)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(start, folder / "start.o")
        made = folder / "libopc-standalone.a"
        made.unlink(missing_ok=True)
        archive(made, [unit[2] for unit in units], libraries, place)


def main():
    arch, folder, version, *includes = sys.argv[1:]
    build(arch, pathlib.Path(folder), version, includes)


if __name__ == "__main__":
    main()
