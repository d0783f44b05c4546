"""Where the package keeps what C and C++ programs are built with."""

import pathlib

_PACKAGE = pathlib.Path(__file__).parent


def include_dir() -> str:
    """The folder with `opc-c/opc.h` and its neighbours."""
    return str(_PACKAGE / "include")


def library_dir() -> str:
    """The folder with `libopc_runtime.so`, and `libopc.so` for programs that compile."""
    return str(_PACKAGE / "lib")
