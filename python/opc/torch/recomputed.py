"""What a backward graph computes again of the forward graph's: where it is read.

The compiler computes equal things once, and keeps them from their first reader to their
last. Of what follows element by element from one tensor that is there anyway nothing is
gained by that: each reader computes it for itself. To the compiler it reads another
tensor, an input that is given twice.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import torch
from torch.fx import Graph, GraphModule, Node
from torch.fx.experimental.symbolic_shapes import statically_known_true

from . import views

T = TypeVar("T")

#: Operators between a tensor and what is read; more are not worth repeating.
_MOST = 12


class Reader(NamedTuple):
    """Who reads what follows from a tensor."""

    source: Node
    operator: Node


def separate(forward: GraphModule, backward: GraphModule, results: int) -> None:
    """Gives each reader its own; `results` is how many outputs of the forward graph
    come before those that it keeps.
    """
    found = _Followers(forward.graph, backward.graph, results)
    readers = found.readers()
    sources = [reader.source for reader in readers]
    for reader, users in readers.items():
        if sources.count(reader.source) > 1 or found.is_read(reader.source):
            again = _given_twice(
                forward.graph, backward.graph, reader.source, results
            )
            found.repeat(reader.source, again, users)
    backward.graph.eliminate_dead_code()
    for module in (forward, backward):
        module.graph.lint()
        module.recompile()


class _Followers:
    """The nodes of a backward graph that follow from what was kept alone."""

    def __init__(self, forward: Graph, backward: Graph, results: int):
        self._graph = backward
        kept = {
            node.name
            for node in forward.output_node().args[0][results:]
            if isinstance(node, Node)
        }
        #: Of each node the kept tensors, and the operators behind them, in order.
        self._sources: dict[Node, set[Node]] = {}
        self._chains: dict[Node, list[Node]] = {}
        for node in backward.nodes:
            if node.op == "placeholder" and node.name in kept:
                self._sources[node] = {node}
                self._chains[node] = []
            elif _is_pointwise(node) and all(
                each in self._chains for each in node.all_input_nodes
            ):
                self._follow(node)

    def _follow(self, node: Node) -> None:
        before = node.all_input_nodes
        chain = dict.fromkeys(n for one in before for n in self._chains[one])
        if len(chain) < _MOST:
            self._chains[node] = [*chain, node]
            self._sources[node] = set().union(
                *(self._sources[one] for one in before)
            )

    def readers(self) -> dict[Reader, list[tuple[Node, Node]]]:
        """Users, each with what it reads."""
        found: dict[Reader, list[tuple[Node, Node]]] = {}
        for node, chain in self._chains.items():
            is_made = not all(map(views.is_view, chain))
            source = self._source_of(node) if is_made else None
            for user in node.users if source else ():
                if user not in self._chains and user.op != "output":
                    found.setdefault(Reader(source, user), []).append(
                        (user, node)
                    )
        return found

    def is_read(self, source: Node) -> bool:
        """Whether others read a tensor itself."""
        return any(user not in self._chains for user in source.users)

    def _source_of(self, node: Node) -> Node | None:
        """The one tensor as large as a value that this follows from; those that are
        read with it are small."""
        large = [
            each
            for each in self._sources[node]
            if _are_as_large(each.meta["val"], node.meta["val"])
        ]
        return large[0] if len(large) == 1 else None

    def repeat(
        self, source: Node, again: Node, users: list[tuple[Node, Node]]
    ) -> None:
        """Computes for users from `again` what they read of `source`."""
        copies = {source: again}
        for user, value in users:
            wanted = [n for n in self._chains[value] if n not in copies]
            with self._graph.inserting_before(user):
                for node in wanted:
                    copies[node] = self._graph.node_copy(
                        node, lambda each: copies.get(each, each)
                    )
            user.replace_input_with(value, copies[value])


def _is_pointwise(node: Node) -> bool:
    if not isinstance(node.target, torch._ops.OpOverload):
        return False
    return torch.Tag.pointwise in node.target.tags or views.is_view(node)


def _are_as_large(one: Any, other: Any) -> bool:
    """Whether two values are tensors of as many elements."""
    return (
        isinstance(one, torch.Tensor)
        and isinstance(other, torch.Tensor)
        and statically_known_true(one.numel() == other.numel())
    )


def _given_twice(
    forward: Graph, backward: Graph, source: Node, results: int
) -> Node:
    """Another input of the backward graph that is the same tensor."""
    output = forward.output_node()
    given = output.args[0]
    places = [
        i
        for i in range(results, len(given))
        if getattr(given[i], "name", "") == source.name
    ]
    output.args = (_twice(given, places[0]),)
    output.meta["desc"] = _twice(output.meta["desc"], places[0])
    with backward.inserting_after(source):
        again = backward.placeholder(f"{source.name}_again_{len(places)}")
    again.meta = dict(source.meta)
    return again


def _twice(values: Sequence[T], place: int) -> tuple[T, ...]:
    return (*values[: place + 1], *values[place:])
