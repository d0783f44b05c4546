"""opc as a compiler for PyTorch.

import torch

step = torch.compile(model, backend="opc")      # needs no import of opc

import opc.torch

opc.torch.stats()               # how many programs, what was left to PyTorch
opc.torch.reduce(step, inputs)  # what opc computes wrong, in a few operators
"""

import importlib
from typing import Any

from .custom import decomposition, kernel
from .entry import backend
from .errors import (
    CaptureError,
    CompilerError,
    EagerWarning,
    OptionError,
    StrictError,
)
from .explanation import (
    Break,
    Declined,
    ExplainedGraph,
    Explanation,
    Kernel,
    explain,
)
from .settings import Settings
from .counters import Stats, stats

#: What people ask for is imported when they do; a first call waits for no more than
#: it needs.
_ASKED_FOR = {
    "reduction": ("Reduced", "reduce"),
    "trials": ("Failure", "failure"),
}

__all__ = [
    "CaptureError",
    "CompilerError",
    "Declined",
    "EagerWarning",
    "Break",
    "ExplainedGraph",
    "Explanation",
    "Failure",
    "Kernel",
    "explain",
    "failure",
    "OptionError",
    "Reduced",
    "Settings",
    "Stats",
    "StrictError",
    "backend",
    "decomposition",
    "kernel",
    "reduce",
    "stats",
]


def __getattr__(name: str) -> Any:
    for module, names in _ASKED_FOR.items():
        if name in names:
            found = importlib.import_module(f".{module}", __name__)
            return getattr(found, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
