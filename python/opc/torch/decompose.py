"""Which operators PyTorch breaks down before opc sees them, and which are whole."""

import functools
from collections.abc import Callable
from typing import Any

import torch

from . import foreach, probe

kernels: set[torch._ops.OpOverload] = set()
"""Operators that are programs of opc's already."""

#: Of torch's other decompositions those that end in operators, not in primitives.
_MORE = (
    "_batch_norm_no_update",
    "_batch_norm_with_update_functional",
    "as_strided_copy",
    "batch_norm_backward",
    "bucketize",
    "dist",
    "float_power",
    "grid_sampler_2d",
    "ldexp",
    "narrow_copy",
    "permute_copy",
    "rrelu_with_noise_backward",
    "tril_indices",
    "triu_indices",
    "unbind_copy",
    "upsample_bicubic2d",
    "view_copy",
)

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
    """torch's core table, that of lists and more, of which a row is used for calls
    that opc does not take whole; and what users added.
    """
    known = {
        **torch._decomp.core_aten_decompositions(),
        **torch._decomp.get_decompositions(
            [getattr(torch.ops.aten, name) for name in _MORE]
        ),
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
