"""opc as a compiler for PyTorch.

import torch

step = torch.compile(model, backend="opc")      # needs no import of opc

import opc.torch

opc.torch.stats()               # how many programs, what was left to PyTorch
"""

from .custom import decomposition, kernel
from .entry import backend
from .errors import (
    CaptureError,
    CompilerError,
    EagerWarning,
    OptionError,
    StrictError,
)
from .explanation import Break, ExplainedGraph, Explanation, Kernel, explain
from .settings import Settings
from .counters import Stats, stats

__all__ = [
    "CaptureError",
    "CompilerError",
    "EagerWarning",
    "Break",
    "ExplainedGraph",
    "Explanation",
    "Kernel",
    "explain",
    "OptionError",
    "Settings",
    "Stats",
    "StrictError",
    "backend",
    "decomposition",
    "kernel",
    "stats",
]
