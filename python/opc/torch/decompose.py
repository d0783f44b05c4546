"""Which operators PyTorch breaks down before opc sees them, and which are whole."""

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch.utils._pytree import tree_leaves

from . import foreach, probe
from .errors import CaptureError

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

_NEVER = {
    # Its second result is not what the operator itself gives, which a gradient reads.
    "_scaled_dot_product_flash_attention_for_cpu",
    # What is no probability is an error of the operator itself.
    "bernoulli",
}

_users: dict[torch._ops.OpOverload, Callable[..., Any]] = {}


def register(
    target: torch._ops.OpOverload, function: Callable[..., Any]
) -> None:
    """Adds a user's decomposition.

    Where it gives other results than the operator says, a graph with it raises
    CaptureError.
    """
    _users[target] = _checked(target, function)
    decompositions.cache_clear()


def _checked(
    target: torch._ops.OpOverload, function: Callable[..., Any]
) -> Callable[..., Any]:
    def decompose(*args: Any, **kwargs: Any) -> Any:
        if probe.is_asking():
            return NotImplemented
        made = function(*args, **kwargs)
        wanted = probe.results(target, args, kwargs)
        if wanted is not None:
            _compare(target, made, wanted)
        return made

    return decompose


def _compare(target: torch._ops.OpOverload, made: Any, wanted: Any) -> None:
    ours, theirs = (
        ", ".join(map(probe.type_text, tree_leaves(results)))
        for results in (made, wanted)
    )
    if ours != theirs:
        raise CaptureError(
            f"decomposition of {target}: it gives {ours}, the operator {theirs}"
        )


def has_users() -> bool:
    """Whether users added any, which PyTorch's cache does not know of."""
    return bool(_users)


class _Table(Mapping[Any, Callable[..., Any]]):
    """Made when it is first read: what comes from a cache reads none of it."""

    def __init__(self, core: Callable[[], dict[Any, Callable[..., Any]]]):
        self._core = core

    @functools.cached_property
    def _rows(self) -> dict[Any, Callable[..., Any]]:
        known = {
            **self._core(),
            **torch._decomp.get_decompositions(
                [getattr(torch.ops.aten, name) for name in _MORE]
            ),
            **foreach.decompositions(),
        }
        asked = {
            target: _if_lacking(
                target, _NARROWED.get(_name(target), _whole)(function)
            )
            for target, function in known.items()
            if _name(target) not in _NEVER
        }
        return {**asked, **_users}

    def __getitem__(self, target: Any) -> Callable[..., Any]:
        return self._rows[target]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


@functools.cache
def decompositions(
    composites: bool = False,
) -> Mapping[Any, Callable[..., Any]]:
    """torch's core table, that of lists and more, of which a row is used for calls
    that opc does not take whole; and what users added.

    `composites` adds those that AOTAutograd breaks down of itself, and
    torch.export does not; to find them takes 0.2 s.
    """
    if composites:
        return _Table(torch._decomp.core_aten_decompositions)
    return _Table(torch._decomp._core_aten_decompositions_post_autograd)


def _of_reals(function: Callable[..., Any]) -> Callable[..., Any]:
    """Of whole numbers eager cuts the ends first, then each vector's first element:
    what only it can tell.
    """

    def decompose(
        *args: Any, dtype: torch.dtype | None = None, **kwargs: Any
    ) -> Any:
        if dtype is not None and not dtype.is_floating_point:
            return NotImplemented
        return function(*args, dtype=dtype, **kwargs)

    return decompose


def _whole(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


#: Decompositions that hold for a part of the calls.
_NARROWED = {"linspace": _of_reals}


def _name(target: torch._ops.OpOverload) -> str:
    return target._schema.name.removeprefix("aten::")


def _if_lacking(
    target: torch._ops.OpOverload, function: Callable[..., Any]
) -> Callable[..., Any]:
    def decompose(*args: Any, **kwargs: Any) -> Any:
        if probe.is_asking() or probe.takes(target, args, kwargs):
            return NotImplemented
        return function(*args, **kwargs)

    return decompose
