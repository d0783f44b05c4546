"""Results that are views: PyTorch makes them, from their base.

A program's result is memory of its own. Where the graph gives back a view of an
input, or of another result, the view is made outside, so that it shares the memory
that it shares in eager, with the same strides and offset.
"""

import operator

import torch
from torch.fx import Graph, Node


def is_view(node: Node) -> bool:
    """Whether a node gives other names to the memory of its operand."""
    if node.target is operator.getitem:
        return is_view(node.args[0])
    return (
        isinstance(node.target, torch._ops.OpOverload) and node.target.is_view
    )


def separate(graph: Graph) -> None:
    """Gives results that are views nodes of their own, which nothing computes with."""
    output = graph.output_node()
    with graph.inserting_before(output):
        copies: dict[Node, Node] = {}
        output.args = (
            tuple(_copy(graph, each, copies) for each in output.args[0]),
        )
    graph.eliminate_dead_code(is_impure_node=lambda node: node.is_impure())


def _copy(graph: Graph, value: object, copies: dict[Node, Node]) -> object:
    if not isinstance(value, Node) or not is_view(value):
        return value
    if value not in copies:
        copies[value] = graph.node_copy(
            value, lambda each: _copy(graph, each, copies)
        )
    return copies[value]


def of_torch(graph: Graph, eager: set[Node]) -> set[Node]:
    """The views that nothing but PyTorch reads: results, and operands of nodes that
    it executes.
    """
    found: set[Node] = set()
    for node in reversed(graph.nodes):
        if is_view(node) and all(
            user.op == "output" or user in eager or user in found
            for user in node.users
        ):
            found.add(node)
    return found
