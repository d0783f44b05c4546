"""A graph as a Python function: programs called, and what PyTorch executes.

The function is written as source, since walking the nodes at each call would cost
more than a small program takes.
"""

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.fx import Graph, Node

from . import nodes

Step = tuple[list[Node], Callable[..., Any] | None, Sequence[Node]]
"""Results, function, operands; without a function, a node that PyTorch executes."""


class Plan:
    """A function of a list of inputs, which it empties."""

    def __init__(self, source: str, constants: dict[str, Any]):
        self.source = source
        self.constants = constants
        scope = dict(constants)
        exec(compile(source, "<opc.torch>", "exec"), scope)
        self._run = scope["run"]

    def __call__(self, inputs: Any) -> Any:
        return self._run(inputs)

    def __reduce__(self) -> tuple[Any, ...]:
        named = {
            name: _Operator(str(value))
            if isinstance(value, torch._ops.OpOverload)
            else value
            for name, value in self.constants.items()
        }
        return _restored, (self.source, named)


class _Operator(str):
    """The name of an overload, in a plan that is written to disk."""


def _restored(source: str, constants: dict[str, Any]) -> Plan:
    def value(constant: Any) -> Any:
        if not isinstance(constant, _Operator):
            return constant
        return operator.attrgetter(constant)(torch.ops)

    return Plan(source, {k: value(v) for k, v in constants.items()})


def write(
    graph: Graph,
    bound: dict[Node, torch.Tensor],
    steps: list[Step],
) -> Plan:
    """The plan that executes the steps; `bound` are inputs whose value is known."""
    return _Writer(graph, bound).write(steps)


class _Writer:
    def __init__(self, graph: Graph, bound: dict[Node, torch.Tensor]):
        self._constants: dict[str, Any] = {}
        self._lines = ["def run(inputs):"]
        self._output = graph.output_node()
        inputs = [
            node
            for node in graph.find_nodes(op="placeholder")
            if node not in bound
        ]
        self._names = {
            node: self._constant(value) for node, value in bound.items()
        }
        self._local: set[Node] = set()
        if inputs:
            self._line(f"{self._define(inputs)} = inputs")
        self._line("inputs.clear()")

    def write(self, steps: list[Step]) -> Plan:
        last = self._last_uses(steps)
        for i, step in enumerate(steps):
            results, function, operands = step
            if function is None:
                self._eager(results[0])
            else:
                self._call(step)
            self._forget(last.get(i, []))
        self._line(f"return {self._text(tuple(self._output.args[0]))}")
        return Plan("\n".join(self._lines) + "\n", self._constants)

    def _call(self, step: Step) -> None:
        results, function, operands = step
        name = self._constant(function)
        lent = [operands[i] for i in getattr(function, "lent", ())]
        given = [self._text(each) for each in operands if each not in lent]
        if lent:
            self._line(f"lent = {self._text(lent)}")
            self._forget(lent)
            given.insert(0, "lent")
        to = f"{self._define(results)} = " if results else ""
        self._line(f"{to}{name}({', '.join(given)})")
        if lent:
            self._line("del lent")

    def _last_uses(self, steps: list[Step]) -> dict[int, list[Node]]:
        """The step behind which a value is needed no more."""
        step_of: dict[Node, int] = {}
        for i, (results, function, operands) in enumerate(steps):
            for node in (*results, *operands):
                step_of[node] = i
            if function is None:
                for node in results[0].all_input_nodes:
                    step_of[node] = i
        for node in self._output.all_input_nodes:
            step_of.pop(node, None)
        found: dict[int, list[Node]] = {}
        for node, i in step_of.items():
            found.setdefault(i, []).append(node)
        return found

    def _forget(self, dead: list[Node]) -> None:
        names = [self._names[node] for node in dead if node in self._local]
        if names:
            self._line(f"del {', '.join(names)}")
            self._local.difference_update(dead)

    def _eager(self, node: Node) -> None:
        if node.op == "get_attr":
            return
        target = self._constant(node.target)
        given = [self._text(each) for each in node.args]
        given += [f"{k}={self._text(v)}" for k, v in node.kwargs.items()]
        call = f"{target}({', '.join(given)})"
        self._line(f"{self._define([node]).removesuffix(',')} = {call}")

    def _define(self, defined: Sequence[Node]) -> str:
        for node in defined:
            self._names[node] = f"v{len(self._names)}"
            self._local.add(node)
        return "".join(f"{self._names[node]}, " for node in defined).rstrip()

    def _line(self, text: str) -> None:
        self._lines.append("    " + text)

    def _constant(self, value: Any) -> str:
        for name, known in self._constants.items():
            if known is value:
                return name
        name = f"c{len(self._constants)}"
        self._constants[name] = value
        return name

    def _text(self, value: Any) -> str:
        if isinstance(value, Node):
            if value.op == "get_attr" and value not in self._names:
                self._names[value] = self._constant(attribute(value))
            return self._names[value]
        if isinstance(value, tuple):
            return (
                "(" + "".join(f"{self._text(each)}, " for each in value) + ")"
            )
        if isinstance(value, list):
            return "[" + ", ".join(map(self._text, value)) + "]"
        plain = value is None or isinstance(value, bool | int | str)
        if plain or (isinstance(value, float) and math.isfinite(value)):
            return repr(value)
        return self._constant(value)


def attribute(node: Node) -> Any:
    """What a get_attr node reads."""
    value: Any = node.graph.owning_module
    for part in str(node.target).split("."):
        value = getattr(value, part)
    return value


def needed_sizes(graph: Graph, executed: set[Node]) -> set[Node]:
    """Of the nodes that compute sizes, those that PyTorch's nodes, or the results,
    read."""
    found: set[Node] = set()
    for node in reversed(graph.nodes):
        if node.op != "call_function" or not nodes.is_symbolic(node):
            continue
        if any(
            user.op == "output" or user in executed or user in found
            for user in node.users
        ):
            found.add(node)
    return found
