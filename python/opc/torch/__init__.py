"""opc as a compiler for PyTorch.

import torch

step = torch.compile(model, backend="opc")      # needs no import of opc

import opc.torch

opc.torch.stats()               # how many programs, what was left to PyTorch
opc.torch.reduce(step, inputs)  # what opc computes wrong, in a few operators
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
from .reduction import Reduced, reduce
from .settings import Settings
from .counters import Stats, stats
from .trials import Failure, failure

__all__ = [
    "CaptureError",
    "CompilerError",
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
