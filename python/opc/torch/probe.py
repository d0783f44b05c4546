"""Whether the compiler takes one call of an operator: asked, and remembered."""

import contextlib
import operator
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import torch
from torch._subclasses import FakeTensorMode
from torch.fx import Graph, GraphModule
from torch.fx.experimental.proxy_tensor import disable_proxy_modes_tracing
from torch.utils._pytree import tree_map

from . import compiler, dtypes, foreign, writer

_asking = ContextVar("asking", default=False)

_known: dict[tuple[Any, ...], bool] = {}


def takes(
    target: torch._ops.OpOverload,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> bool:
    """Whether there is a program for this call, with its types and numbers.

    Sizes that are symbols are looked at as the numbers that they have now.
    """
    given = tree_map(_described, (args, kwargs))
    key = (compiler.build_id(), str(target), repr(given))
    if key not in _known:
        with _looking():
            _known[key] = _is_taken(target, *given)
    return _known[key]


@contextlib.contextmanager
def _looking() -> Iterator[None]:
    before = _asking.set(True)
    try:
        with disable_proxy_modes_tracing():
            yield
    finally:
        _asking.reset(before)


def is_asking() -> bool:
    """Whether a call is made to look at its values: it is not to be broken down."""
    return _asking.get()


class _Described(tuple):
    """Shape, strides and dtype of a tensor."""


def _described(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        if foreign.reason_against(value):
            return _Described((value.shape, None, str(value.layout)))
        sizes = tuple(map(_described, value.shape))
        strides = tuple(map(_described, value.stride()))
        return _Described((sizes, strides, value.dtype))
    if isinstance(value, torch.SymInt | torch.SymFloat | torch.SymBool):
        return value.node.hint
    return value


def _is_taken(target: Any, args: Any, kwargs: Any) -> bool:
    graph = Graph()

    def operand(value: Any) -> Any:
        if not isinstance(value, _Described):
            return value
        sizes, strides, dtype = value
        node = graph.placeholder(f"x{len(graph.nodes)}")
        node.meta["val"] = torch.empty_strided(sizes, strides, dtype=dtype)
        return node

    def is_leaf(value: Any) -> bool:
        return isinstance(value, _Described)

    with FakeTensorMode(), torch.no_grad():
        try:
            args, kwargs = tree_map(operand, (args, kwargs), is_leaf=is_leaf)
            node = graph.call_function(target, tuple(args), kwargs)
            values = tree_map(_value, (tuple(args), kwargs))
            node.meta["val"] = target(*values[0], **values[1])
            graph.output(_results(graph, node))
            written = writer.write(GraphModule(torch.nn.Module(), graph))
        except Exception:  # noqa: BLE001 (what cannot be asked is not taken)
            return False
    return not compiler.survey(written)


def type_text(value: Any) -> str:
    """Of a tensor "f32[3, 4]", with the sizes that it has now."""
    if not isinstance(value, torch.Tensor):
        return repr(value)
    sizes = [_described(each) for each in value.shape]
    return f"{dtypes.name_of(value.dtype)}{sizes}"


def results(
    target: torch._ops.OpOverload,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """What an operator says that it gives for a call: tensors without values, whose
    sizes are numbers. None if it does not say.
    """

    def empty(value: Any) -> Any:
        if not isinstance(value, _Described):
            return value
        sizes, strides, dtype = value
        return torch.empty_strided(sizes, strides, dtype=dtype)

    given = tree_map(_described, (args, kwargs))
    with _looking(), FakeTensorMode(), torch.no_grad():
        try:
            args, kwargs = tree_map(
                empty, given, is_leaf=lambda each: isinstance(each, _Described)
            )
            return target(*args, **kwargs)
        except Exception:  # noqa: BLE001 (a form that has no fake values)
            return None


def _results(graph: Graph, node: torch.fx.Node) -> tuple[torch.fx.Node, ...]:
    """The tensors that a call gives."""
    value = node.meta["val"]
    if not isinstance(value, list | tuple):
        return (node,)
    found = []
    for i, each in enumerate(value):
        if isinstance(each, torch.Tensor):
            found.append(graph.call_function(operator.getitem, (node, i)))
            found[-1].meta["val"] = each
    return tuple(found)


def _value(argument: Any) -> Any:
    if isinstance(argument, torch.fx.Node):
        return argument.meta["val"]
    return argument
