"""From a function that opc computes wrong to the few operators that show it."""

import operator
import pathlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch.fx import Graph, GraphModule, Node
from torch.fx.experimental.proxy_tensor import make_fx
from torch.func import functionalize

from . import direct, outcomes, script, trials
from .graphs import lift_constants
from .settings import Settings, read

Inputs = list[torch.Tensor]


class Reduced(NamedTuple):
    """The least that was found to fail in the same way."""

    failure: trials.Failure
    function: GraphModule
    inputs: Inputs
    script: str
    """Python that shows it: exit status 1 as long as it fails."""

    def nodes(self) -> int:
        """How many operators there are."""
        return len(_operators(self.function.graph))


def reduce(
    function: Callable[..., Any],
    inputs: Sequence[torch.Tensor],
    *,
    file: str | pathlib.Path | None = "reduced.py",
    seconds: float = 60,
    options: dict[str, Any] | None = None,
) -> Reduced | None:
    """Shrinks what opc computes wrong, refuses, or crashes at, to a few operators.

    function  of tensors, or a module; its results are compared with eager's, the inputs that it
              changes, and the gradients of the inputs that require some
    file      what a script is written to that shows it; None: nothing
    seconds   behind which a trial counts as hanging
    options   those of the back end

    Every trial runs in a process of its own. None if nothing is wrong; what becomes
    of a function without a failure of the kind that it began with is never kept.
    """
    settings = read({"cache": False, **(options or {})}, None)
    reducer = _Reducer(settings, seconds)
    module, given = _captured(function, inputs)
    found = reducer.trial(module, given)
    if found is None:
        return None
    reducer.kind = found.kind
    module, given = reducer.shrink(module, given)
    # A hang need not come again.
    found = reducer.trial(module, given) or found
    text = script.write(module, given, found, settings)
    if file is not None:
        pathlib.Path(file).write_text(text)
    return Reduced(found, module, given, text)


def _captured(
    function: Callable[..., Any], inputs: Sequence[torch.Tensor]
) -> tuple[GraphModule, Inputs]:
    """The operators of a function, without changes in place where that may be."""
    function, inputs = direct.alone(function, inputs)
    given = [outcomes.copied(x) for x in inputs]
    plain = [outcomes.copied(x.detach()) for x in inputs]
    changed = [outcomes.copied(x) for x in plain]
    flat = direct.flat(function)
    with torch.no_grad():
        flat(*changed)
    changes = not all(
        torch.equal(one, other)
        for one, other in zip(plain, changed, strict=True)
        if one.layout is torch.strided and not one.isnan().any()
    )
    captured = flat if changes else functionalize(flat)
    module = make_fx(captured)(*plain)
    given += lift_constants(module).values()
    return _module(module.graph), given


def _module(graph: Graph) -> GraphModule:
    graph.eliminate_dead_code(is_impure_node=_is_impure)
    graph.lint()
    return GraphModule(graph.owning_module or torch.nn.Module(), graph)


def _is_impure(node: Node) -> bool:
    """Inputs stay: each has its tensor."""
    schema = getattr(node.target, "_schema", None)
    changes = schema is not None and schema.is_mutable
    return node.op in ("placeholder", "output") or changes


def _operators(graph: Graph) -> list[Node]:
    return [
        node
        for node in graph.nodes
        if node.op == "call_function" and node.target is not operator.getitem
    ]


class _Values(torch.fx.Interpreter):
    """What each node of a graph is in eager."""

    def __init__(self, module: GraphModule):
        super().__init__(module)
        self.known: dict[Node, Any] = {}

    def run_node(self, n: Node) -> Any:
        result = super().run_node(n)
        self.known[n] = result
        return result


def _values(module: GraphModule, inputs: Inputs) -> dict[Node, Any]:
    values = _Values(module)
    values.run(*(outcomes.copied(x) for x in inputs))
    return {
        node: outcomes.copied(value.detach()).requires_grad_(
            value.requires_grad
        )
        if isinstance(value, torch.Tensor)
        else value
        for node, value in values.known.items()
    }


class _Reducer:
    """Keeps a change of a graph as long as it fails as it did."""

    def __init__(self, settings: Settings, seconds: float):
        self._settings = settings
        self._seconds = seconds
        self.kind = ""

    def trial(
        self, module: GraphModule, inputs: Inputs
    ) -> trials.Failure | None:
        """How a graph fails."""
        return trials.apart(
            lambda: trials.failure(module, inputs, self._settings),
            self._seconds,
        )

    def fails(self, module: GraphModule, inputs: Inputs) -> bool:
        """Whether it does so as at first."""
        try:
            found = self.trial(module, inputs)
        except Exception:  # noqa: BLE001 (what eager does not execute is no case)
            return False
        return found is not None and found.kind == self.kind

    def shrink(
        self, module: GraphModule, inputs: Inputs
    ) -> tuple[GraphModule, Inputs]:
        """Until no change makes it smaller."""
        size = -1
        while size != len(module.graph.nodes):
            size = len(module.graph.nodes)
            module, inputs = self._end_early(module, inputs)
            module, inputs = self._begin_late(module, inputs)
            module, inputs = self._drop(module, inputs)
        return module, inputs

    def _kept(
        self, module: GraphModule, inputs: Inputs, change: Any
    ) -> tuple[GraphModule, Inputs] | None:
        """The changed graph, if it fails; `change(nodes, graph, values)` edits a
        copy, and gives the tensors of new inputs, which come last.
        """
        graph = Graph()
        copies: dict[Node, Node] = {}
        graph.output(graph.graph_copy(module.graph, copies))
        fresh = change(copies, graph, _values(module, inputs))
        try:
            changed, given = _tidied(graph, [*inputs, *fresh])
        except RuntimeError:
            return None
        smaller = len(changed.graph.nodes) < len(module.graph.nodes)
        if smaller and self.fails(changed, given):
            return changed, given
        return None

    def _end_early(
        self, module: GraphModule, inputs: Inputs
    ) -> tuple[GraphModule, Inputs]:
        """Gives the first node back that shows the failure, and nothing else."""
        found = _operators(module.graph)
        low, high, best = 0, len(found) - 1, None
        while low <= high:
            middle = (low + high) // 2
            kept = self._kept(module, inputs, _result_is(found[: middle + 1]))
            if kept:
                best, high = kept, middle - 1
            else:
                low = middle + 1
        module, inputs = best or (module, inputs)
        results = module.graph.output_node().all_input_nodes
        for node in results if len(results) > 1 else ():
            if kept := self._kept(module, inputs, _result_is([node], True)):
                return kept
        return module, inputs

    def _begin_late(
        self, module: GraphModule, inputs: Inputs
    ) -> tuple[GraphModule, Inputs]:
        """Makes inputs of values: of as many at once as may be."""
        for nodes in _parts(_operators(module.graph)):
            there = {node.name for node in module.graph.nodes}
            chosen = [node.name for node in nodes if node.name in there]
            if kept := self._kept(module, inputs, _inputs_are(chosen)):
                module, inputs = kept
        return module, inputs

    def _drop(
        self, module: GraphModule, inputs: Inputs
    ) -> tuple[GraphModule, Inputs]:
        """Leaves out operators whose operand is like their result."""
        for node in reversed(_operators(module.graph)):
            if node.name not in {each.name for each in module.graph.nodes}:
                continue
            if kept := self._kept(module, inputs, _without(node.name)):
                module, inputs = kept
        return module, inputs


def _parts(nodes: list[Node]) -> Iterator[list[Node]]:
    """Runs of nodes: halves, quarters, down to single ones."""
    size = max(1, len(nodes) // 2)
    while True:
        for first in range(0, len(nodes), size):
            yield nodes[first : first + size]
        if size == 1:
            return
        size //= 2


def _tidied(graph: Graph, inputs: Inputs) -> tuple[GraphModule, Inputs]:
    """Without what nothing reads, inputs included."""
    module = _module(graph)
    given = []
    for node, value in zip(
        module.graph.find_nodes(op="placeholder"), inputs, strict=True
    ):
        if node.users:
            given.append(value)
        else:
            module.graph.erase_node(node)
    module.recompile()
    return module, given


def _tensors(value: Any) -> bool:
    return isinstance(value, torch.Tensor)


def _result_is(found: list[Node], only: bool = False) -> Any:
    """A change: the last of the nodes is the result, or all that are tensors and
    that none of them reads."""

    def change(copies: dict, graph: Graph, values: dict) -> Inputs:
        inside = set(found)
        ends = [
            node
            for node in found
            if _tensors(values[node])
            and (only or not any(user in inside for user in node.users))
        ]
        for node in found:  # several results: their elements
            if not _tensors(values[node]):
                ends += [user for user in node.users if _tensors(values[user])]
        graph.output_node().args = ([copies[node] for node in ends],)
        return []

    return change


def _inputs_are(names: list[str]) -> Any:
    """A change: nodes become inputs."""

    def change(copies: dict, graph: Graph, values: dict) -> Inputs:
        fresh = []
        first = next(n for n in graph.nodes if n.op != "placeholder")
        for node, value in values.items():
            if node.name not in names or not _tensors(value):
                continue
            with graph.inserting_before(first):
                made = graph.placeholder(f"{node.name}_value")
            copies[node].replace_all_uses_with(made)
            fresh.append(value.detach().requires_grad_(value.requires_grad))
        return fresh

    return change


def _without(name: str) -> Any:
    """A change: a node's operand takes its place."""

    def change(copies: dict, graph: Graph, values: dict) -> Inputs:
        del graph
        node = next(node for node in values if node.name == name)
        value = values[node]
        for operand in node.all_input_nodes:
            other = values[operand]
            if (
                _tensors(value)
                and _tensors(other)
                and (value.shape, value.dtype) == (other.shape, other.dtype)
            ):
                copies[node].replace_all_uses_with(copies[operand])
                break
        return []

    return change
