"""Operators on lists of tensors, which optimisers use, as operators on each.

torch has them as kernels alone; on this processor those are loops over the lists.
"""

from collections.abc import Callable
from typing import Any

import torch

aten = torch.ops.aten


def decompositions() -> dict[torch._ops.OpOverload, Callable[..., Any]]:
    """All `_foreach` overloads that give new tensors, and whose operator on one
    tensor has the name behind `_foreach_`.
    """
    found = {}
    for name in torch._C._dispatch_get_all_op_names():
        if not name.startswith("aten::_foreach_"):
            continue
        packet, _, overload = name.removeprefix("aten::").partition(".")
        target = getattr(getattr(aten, packet), overload or "default")
        single = _single(packet.removeprefix("_foreach_"))
        schema = target._schema
        if single is not None and schema.returns and not schema.is_mutable:
            found[target] = _on_each(single)
    return found


def _single(name: str) -> Callable[..., Any] | None:
    if name in _RENAMED:
        return _RENAMED[name]
    return getattr(aten, name, None)


def _on_each(single: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> list[Any]:
        lists = [*args, *kwargs.values()]
        count = max(len(each) for each in lists if isinstance(each, list))
        return [
            single(
                *(_element(each, i) for each in args),
                **{key: _element(each, i) for key, each in kwargs.items()},
            )
            for i in range(count)
        ]

    return run


def _element(value: Any, index: int) -> Any:
    return value[index] if isinstance(value, list | tuple) else value


def _with_value(operator: Callable[..., Any]) -> Callable[..., Any]:
    """One whose factor has no place of its own, but a name."""

    def run(x: Any, one: Any, other: Any, value: Any = 1) -> Any:
        if isinstance(value, torch.Tensor):
            raise NotImplementedError("a factor for each that is a tensor")
        return operator(x, one, other, value=value)

    return run


def _norm(x: Any, ord: Any = 2, dtype: Any = None) -> Any:
    return aten.linalg_vector_norm(x, ord, None, False, dtype=dtype)


# Whose operator on one tensor has other arguments, or none.
_RENAMED: dict[str, Callable[..., Any] | None] = {
    "addcmul": _with_value(aten.addcmul),
    "addcdiv": _with_value(aten.addcdiv),
    "norm": _norm,
    "max": None,
    "powsum": None,
}
