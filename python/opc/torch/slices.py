"""Of a tensor the backward graph may read a slice alone: the slice is kept, not all.

A view that a program gives back is made of its base, which lives as long as the view.
What the forward graph keeps nobody else sees: a slice of it can be memory of its own.
"""

from collections.abc import Iterable

import sympy
import torch
from torch.fx import Graph, GraphModule, Node

from . import nodes, views

aten = torch.ops.aten


def copy_kept(forward: GraphModule, results: int) -> None:
    """Keeps copies of slices where these are less than what they are slices of;
    `results` is how many outputs of the forward graph come before those it keeps.
    """
    output = forward.graph.output_node()
    given = output.args[0]
    seen = {_base_of(each) for each in given[:results]}
    copies = {}
    for base, slices in _slices(given[results:]).items():
        if (
            base.op != "placeholder"
            and base not in seen
            and _are_less(slices, base)
        ):
            copies.update(_copied(forward.graph, slices))
    output.args = (
        (
            *given[:results],
            *(copies.get(each, each) for each in given[results:]),
        ),
    )
    forward.recompile()


def _base_of(value: object) -> object:
    while isinstance(value, Node) and views.is_view(value):
        value = value.args[0]
    return value


def _slices(values: Iterable[object]) -> dict[Node, dict[Node, None]]:
    """The tensors that are kept, by the tensor whose memory they are."""
    found: dict[Node, dict[Node, None]] = {}
    for value in values:
        base = _base_of(value)
        if isinstance(base, Node) and isinstance(
            base.meta.get("val"), torch.Tensor
        ):
            found.setdefault(base, {})[value] = None
    return found


def _are_less(slices: Iterable[Node], base: Node) -> bool:
    whole = _elements(base)
    if whole == 0:
        return False
    part = sympy.cancel(sum(map(_elements, slices)) / whole)
    return bool(part.is_number and part < 1)


def _elements(node: Node) -> sympy.Expr:
    return sympy.prod(
        each.node.expr
        if isinstance(each, torch.SymInt)
        else sympy.Integer(each)
        for each in node.meta["val"].shape
    )


def _copied(graph: Graph, slices: Iterable[Node]) -> dict[Node, Node]:
    copies = {}
    for each in slices:
        with graph.inserting_before(each.next):
            copies[each] = nodes.call(graph, each, aten.clone.default, (each,))
    return copies
