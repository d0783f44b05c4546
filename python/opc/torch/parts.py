"""Programs cut out of a graph: each as a graph of its own, with its interface."""

from dataclasses import dataclass, field
from typing import Any

import torch
from torch.fx import Graph, GraphModule, Node

from . import layout, nodes
from .errors import place_of


@dataclass
class Part:
    """What one program computes."""

    module: GraphModule
    inputs: list[Node] = field(default_factory=list)
    """Nodes of the whole graph, in the order of the program's inputs."""
    input_orders: list[layout.Order] = field(default_factory=list)
    """How each is permuted to be row-major; () for a size."""
    outputs: list[Node] = field(default_factory=list)
    output_orders: list[layout.Order] = field(default_factory=list)
    origin: dict[str, Node] = field(default_factory=dict)
    """The node of the whole graph that one of the part's, by name, stands for."""

    def size(self) -> int:
        """How many operators there are."""
        return sum(
            node.op == "call_function" for node in self.module.graph.nodes
        )

    def name_of(self, output: Node) -> str:
        """What a result is called in the part's graph."""
        (results,) = self.module.graph.output_node().args
        return results[self.outputs.index(output)].name

    def places(self) -> dict[str, str]:
        """The user's own lines, by names of operators, where they are known."""
        known = {name: place_of(node) for name, node in self.origin.items()}
        return {name: place for name, place in known.items() if place}

    def left_for(self, name: str) -> list[Node]:
        """The nodes without which the part has nothing of that name: the operator that
        it stands for; of an input, or of a size, which each part computes for itself,
        those that read it.
        """
        node = self.origin.get(name)
        if node is None:
            return []
        members = set(self.origin.values()) - set(self.inputs)
        found: list[Node] = []
        asked, waiting = {node}, [node]
        for each in waiting:
            if each in members and not nodes.is_symbolic(each):
                found.append(each)
            elif each is node or nodes.is_symbolic(each):
                new = [user for user in each.users if user not in asked]
                asked.update(new)
                waiting += new
        return found


def cut(graph: Graph, members: list[Node]) -> Part:
    """The part that `members` are, in the order of the graph."""
    return _Cutter(graph, members).cut()


class _Cutter:
    def __init__(self, whole: Graph, members: list[Node]):
        self._members = members
        self._inside = set(members)
        self._copies: dict[Node, Node] = {}
        self._body = Graph()
        self._part = Part(GraphModule(torch.nn.Module(), self._body))
        self._sizes = [
            node
            for node in whole.find_nodes(op="placeholder")
            if isinstance(node.meta.get("val"), torch.SymInt)
        ]
        # What is made before the first operator goes here.
        self._first = self._body.output(())

    def cut(self) -> Part:
        operands = dict.fromkeys(
            each
            for node in self._members
            for each in node.all_input_nodes
            if each not in self._inside
        )
        for node in self._wanted_sizes(operands):
            self._input(node)
        for node in operands:
            self._bring(node)
        for node in self._members:
            for each in node.all_input_nodes:
                self._compute(each)
            self._copy(node)
        self._results()
        self._part.module.recompile()
        return self._part

    def _wanted_sizes(self, operands: dict[Node, None]) -> list[Node]:
        """The sizes that the graph is given and that the part's shapes have."""
        symbols = set()
        for node in (*operands, *self._members):
            values = [node.meta.get("val")]
            for tensor in nodes.tensors(values):
                values.extend(tensor.shape)
            for value in values:
                if isinstance(value, torch.SymInt):
                    symbols |= value.node.expr.free_symbols
        return [
            node
            for node in self._sizes
            if node in operands or node.meta["val"].node.expr in symbols
        ]

    def _bring(self, node: Node) -> None:
        """Brings in what comes from outside; of a size, what it is computed from."""
        if node in self._copies or node in self._inside:
            return
        if not nodes.is_symbolic(node) or node.op == "placeholder":
            self._input(node)
            return
        for each in node.all_input_nodes:
            self._bring(each)

    def _compute(self, node: Node) -> None:
        """Computes a size again, which may be that of a member."""
        if node in self._copies:
            return
        for each in node.all_input_nodes:
            self._compute(each)
        self._copy(node)

    def _input(self, node: Node) -> None:
        value = node.meta["val"]
        order = ()
        if isinstance(value, torch.Tensor):
            # An input with gaps is copied when the program is called.
            order = layout.memory_order(value) or tuple(range(value.dim()))
        with self._body.inserting_before(self._first):
            copy = self._body.create_node(
                "placeholder", node.name, name=node.name
            )
            copy.meta["val"] = value
            self._part.origin[copy.name] = node
            if order != tuple(range(len(order))):
                copy.meta["val"] = _permuted(value, order)
                copy = self._permute(node, copy, layout.inverse(order))
        self._copies[node] = copy
        self._part.inputs.append(node)
        self._part.input_orders.append(order)

    def _copy(self, node: Node) -> None:
        with self._body.inserting_before(self._first):
            copy = self._body.node_copy(node, self._copies.__getitem__)
        self._copies[node] = copy
        self._part.origin[copy.name] = node

    def _permute(self, like: Node, node: Node, order: layout.Order) -> Node:
        permuted = nodes.call(
            self._body,
            like,
            torch.ops.aten.permute.default,
            (node, list(order)),
        )
        self._part.origin[permuted.name] = like
        return permuted

    def _results(self) -> None:
        results = []
        for node in self._members:
            if all(user in self._inside for user in node.users):
                continue
            if not isinstance(node.meta.get("val"), torch.Tensor):
                continue  # several results: its getitems are members
            result = self._copies[node]
            value = node.meta["val"]
            # With gaps it is for other programs, which read it row-major.
            order = layout.memory_order(value) or tuple(range(value.dim()))
            if order != tuple(range(len(order))):
                with self._body.inserting_before(self._first):
                    result = self._permute(node, result, order)
            results.append(result)
            self._part.outputs.append(node)
            self._part.output_orders.append(order)
        self._first.args = (tuple(results),)


def _permuted(value: torch.Tensor, order: layout.Order) -> Any:
    with nodes.mode_of(value), torch.no_grad():
        return value.permute(order)
