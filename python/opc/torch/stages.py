"""Which nodes of a graph are in which program, and which PyTorch executes.

Stages alternate: those of even number are PyTorch's, the others one program each.
A node is in the first stage of its kind that its operands allow, so that there are as
few programs as an order of the graph permits, whatever lies between.
"""

import operator
from collections.abc import Set

import torch
from torch.fx import Graph, Node

from . import draws, nodes, views

aten = torch.ops.aten


def is_program(stage: int) -> bool:
    """Whether what is in a stage is one program."""
    return stage % 2 == 1


def stages(graph: Graph, eager: Set[Node]) -> dict[Node, int]:
    """The stage of each node that computes; `eager` are those of PyTorch.

    What computes sizes is PyTorch's, too: programs compute for themselves what they
    need of it. What draws random numbers, and what changes a tensor, keeps its order.
    """
    found: dict[Node, int] = {}
    ready: dict[Node, int] = {}  # when what a program needs of it is there
    drawn = changed = 0
    for node in graph.nodes:
        if node.op != "call_function":
            continue
        sizes = nodes.is_symbolic(node)
        is_eager = sizes or node in eager
        operands = found if is_eager else ready
        after = max(
            (operands.get(each, 0) for each in node.all_input_nodes), default=0
        )
        is_change = mutates(node) and not draws.fills_new_memory(node)
        if is_change:
            after = max([after, changed, *found.values()])
        elif draws.draws(node):
            after = max(after, drawn)
        stage = after if is_program(after) != is_eager else after + 1
        found[node] = stage
        ready[node] = _ready(node, ready) if sizes else stage
        if is_change:
            changed = stage
        if draws.draws(node):
            drawn = stage
    _delay_views(graph, found)
    return found


def _delay_views(graph: Graph, found: dict[Node, int]) -> None:
    """Moves views to the program that reads them: as a result of an earlier one they
    would be copied.
    """
    for node in reversed(graph.nodes):
        if not is_program(found.get(node, 0)) or not _is_single_view(node):
            continue
        readers = [found.get(user, 0) for user in node.users]
        if readers and all(map(is_program, readers)):
            found[node] = min(readers)


def _is_single_view(node: Node) -> bool:
    """Several views of one node stay where it is."""
    around = (node, *node.users)
    return views.is_view(node) and not any(
        each.target is operator.getitem for each in around
    )


def mutates(node: Node) -> bool:
    """Whether a node writes to an operand."""
    schema = getattr(node.target, "_schema", None)
    return schema is not None and schema.is_mutable


_CHECKS = {aten._assert_async.default, aten._assert_async.msg}


def checks(node: Node) -> bool:
    """Whether a node does nothing but raise where a value is false."""
    return node.target in _CHECKS


def _ready(node: Node, ready: dict[Node, int]) -> int:
    """Of a size: when the tensors that it is computed from are there."""
    return max((ready.get(each, 0) for each in node.all_input_nodes), default=0)
