"""The order in which a tensor's elements lie in memory.

Programs read and write row-major tensors. One that is dense in another order
(transposed, channels last) is row-major after a permutation of its axes, which costs
nothing outside a program and is for the compiler to fold inside.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch.fx.experimental.symbolic_shapes import statically_known_true

Order = tuple[int, ...]


def memory_order(value: torch.Tensor) -> Order | None:
    """The permutation after which a tensor is row-major; None if there is none:
    its elements have gaps between them, or overlap.
    """
    sizes, strides = value.shape, value.stride()
    identity = tuple(range(value.dim()))
    if _is_row_major(sizes, strides, identity):
        return identity
    # Hints propose an order; whether it is one for all sizes is checked.
    order = tuple(
        sorted(identity, key=lambda i: (-_hint(strides[i]), _hint(sizes[i])))
    )
    return order if _is_row_major(sizes, strides, order) else None


def inverse(order: Order) -> Order:
    """The permutation that undoes another."""
    return tuple(order.index(axis) for axis in range(len(order)))


def _hint(size: Any) -> int:
    if isinstance(size, torch.SymInt):
        return size.node.hint or 0
    return size


def _is_row_major(
    sizes: Sequence[Any], strides: Sequence[Any], order: Order
) -> bool:
    expected: Any = 1
    if any(statically_known_true(size == 0) for size in sizes):
        return order == tuple(range(len(order)))
    for axis in reversed(order):
        if statically_known_true(sizes[axis] == 1):
            continue
        if not statically_known_true(strides[axis] == expected):
            return False
        expected = expected * sizes[axis]
    return True
