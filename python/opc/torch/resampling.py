"""Resampling as eager does it, where PyTorch's own decompositions do it otherwise.

An axis whose extent stays is copied by the linear modes, whatever the scale; one whose
extent stays or doubles has the elements once or twice in the nearest mode. Where both
extents stay the gradient of the cubic mode is copied, though its values are resampled.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch._decomp import decompositions

_nearest = decompositions._compute_upsample_nearest_indices
_linear = decompositions._upsample_linear
_cubic = decompositions.upsample_bicubic2d_default


Scales = Sequence[float | None]


def _where_extents_grow(
    x: torch.Tensor, sizes: Sequence[int], scales: Scales, but: tuple[int, ...]
) -> Scales:
    """Scales, of which those do not count by which an extent grows `but` times."""
    return [
        None if any(after == before * times for times in but) else scale
        for before, after, scale in zip(x.shape[2:], sizes, scales, strict=True)
    ]


def _nearest_as_eager(
    x: torch.Tensor,
    output_size: Sequence[int],
    scales: Scales,
    exact: bool = False,
) -> Any:
    if not exact:
        scales = _where_extents_grow(x, output_size, scales, (1, 2))
    return _nearest(x, output_size, scales, exact)


def _linear_as_eager(
    x: torch.Tensor,
    output_size: Sequence[int],
    align_corners: bool,
    scales: Scales,
) -> torch.Tensor:
    scales = _where_extents_grow(x, output_size, scales, (1,))
    return _linear(x, output_size, align_corners, scales)


class _Cubic(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, *arguments: Any) -> torch.Tensor:
        return _cubic(x, *arguments)

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[Any, ...]:
        return grad, None, None, None, None


def _cubic_as_eager(
    x: torch.Tensor,
    output_size: Sequence[int],
    align_corners: bool,
    scale_h: float | None = None,
    scale_w: float | None = None,
) -> torch.Tensor:
    stays = tuple(x.shape[2:]) == tuple(output_size)
    resample = _Cubic.apply if stays else _cubic
    return resample(x, output_size, align_corners, scale_h, scale_w)


_INSTEAD = {
    "_compute_upsample_nearest_indices": _nearest_as_eager,
    "_upsample_linear": _linear_as_eager,
    "upsample_bicubic2d_default": _cubic_as_eager,
}


@contextlib.contextmanager
def as_eager() -> Iterator[None]:
    """Graphs that are traced meanwhile resample as eager does."""
    before = {name: getattr(decompositions, name) for name in _INSTEAD}
    for name, function in _INSTEAD.items():
        setattr(decompositions, name, function)
    try:
        yield
    finally:
        for name, function in before.items():
            setattr(decompositions, name, function)
