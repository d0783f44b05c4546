"""One set of threads for PyTorch's own operators and for programs.

Threads of OpenMP stay awake for milliseconds behind each operator that used them:
those of programs would share their cores.
"""

import ctypes

from .. import _opc


def share() -> None:
    """Lets programs run on the threads of the OpenMP that PyTorch has loaded."""
    parallel = getattr(ctypes.CDLL(None), "GOMP_parallel", None)
    if parallel is not None:
        _opc.set_team(ctypes.cast(parallel, ctypes.c_void_p).value)
