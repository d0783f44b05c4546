"""Making and looking at nodes of FX graphs whose values are known as fake ones."""

from typing import Any

import torch
from torch.fx import Graph, Node
from torch.fx.node import map_arg


def call(
    graph: Graph, like: Node, target: Any, args: tuple, **kwargs: Any
) -> Node:
    """A new node, with its value, that stands for a part of what `like` does."""
    node = graph.call_function(target, args, kwargs)
    for key in ("stack_trace", "nn_module_stack"):
        if key in like.meta:
            node.meta[key] = like.meta[key]
    node.meta["val"] = evaluate(node)
    return node


def evaluate(node: Node) -> Any:
    """The fake value of a node from those of its arguments."""

    def value(argument: Node) -> Any:
        return argument.meta["val"]

    args = map_arg(node.args, value)
    kwargs = map_arg(node.kwargs, value)
    mode = fake_mode(node.graph)
    with mode, torch.no_grad():
        return node.target(*args, **kwargs)


def fake_mode(graph: Graph) -> Any:
    """The mode that the graph's fake values belong to."""
    for node in graph.nodes:
        value = node.meta.get("val")
        if isinstance(value, torch._subclasses.FakeTensor):
            return value.fake_mode
    return torch._subclasses.FakeTensorMode()


def mode_of(value: torch.Tensor) -> Any:
    """The mode that computes with a fake value."""
    return value.fake_mode


def is_symbolic(node: Node) -> bool:
    """Whether the node's value is a number of the host: a size, or of sizes."""
    return isinstance(
        node.meta.get("val"),
        int | float | torch.SymInt | torch.SymFloat | torch.SymBool,
    )


def tensors(value: Any) -> list[torch.Tensor]:
    """The tensors of a node's value."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, list | tuple):
        return [found for each in value for found in tensors(each)]
    return []
