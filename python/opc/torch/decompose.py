"""Which operators PyTorch breaks down before opc sees them, and which are whole."""

import functools
from collections.abc import Callable
from typing import Any

import torch

from . import foreach, probe

kernels: set[torch._ops.OpOverload] = set()
"""Operators that are programs of opc's already."""

_users: dict[torch._ops.OpOverload, Callable[..., Any]] = {}


def register(
    target: torch._ops.OpOverload, function: Callable[..., Any]
) -> None:
    """Adds a user's decomposition."""
    _users[target] = function
    decompositions.cache_clear()


def has_users() -> bool:
    """Whether users added any, which PyTorch's cache does not know of."""
    return bool(_users)


@functools.cache
def decompositions() -> dict[Any, Callable[..., Any]]:
    """torch's core table and that of lists, of which a row is used for calls that
    opc does not take whole; and what users added.
    """
    known = {
        **torch._decomp.core_aten_decompositions(),
        **foreach.decompositions(),
    }
    asked = {
        target: _if_lacking(target, function)
        for target, function in known.items()
    }
    return {**asked, **_users}


def _if_lacking(
    target: torch._ops.OpOverload, function: Callable[..., Any]
) -> Callable[..., Any]:
    def decompose(*args: Any, **kwargs: Any) -> Any:
        if probe.takes(target, args, kwargs):
            return NotImplemented
        return function(*args, **kwargs)

    return decompose
