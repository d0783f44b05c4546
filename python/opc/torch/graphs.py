"""From a graph that AOTAutograd made to a plan of programs."""

import operator
from collections.abc import Iterable, Iterator, Set

import torch
from torch.fx import Graph, GraphModule, Node

from .. import errors
from . import (
    compiler,
    counters,
    decompose,
    donations,
    draws,
    explanation,
    foreign,
    nodes,
    parts,
    plan,
    views,
    writer,
)
from . import stages as staging
from .errors import CaptureError, CompilerError, Refusal, report
from .programs import Program
from .settings import Settings


def compile_graph(
    module: GraphModule, settings: Settings, lend: Set[str] = frozenset()
) -> plan.Plan:
    """Compiles what opc knows of a graph, and leaves the rest to PyTorch. `lend` are
    the names of inputs that the caller has no other use for.

    Each operator that is left is told once, with its line; with `strict` all of
    them are raised as one `StrictError`.
    """
    graph = module.graph
    bound = lift_constants(module)
    draws.hoist(graph)
    views.separate(graph)
    made = _Compilation(graph, settings, lend)
    made.compile()
    report(made.refused.values(), settings.strict)
    size = sum(part.size() for part in made.parts.values())
    explanation.tell(made.programs(), list(made.refused.values()))
    counters.count(
        graphs=1,
        programs=len(made.parts),
        nodes=size,
        eager_nodes=len(made.refused),
    )
    return plan.write(graph, bound, made.steps())


def leave(graph: Graph, refused: list[Refusal], settings: Settings) -> None:
    """Tells of a graph that PyTorch executes whole."""
    report(refused, settings.strict)
    explanation.tell([], refused)
    left = sum(node.op.startswith("call_") for node in graph.nodes)
    counters.count(graphs=1, eager_nodes=left)


def lift_constants(module: GraphModule) -> dict[Node, torch.Tensor]:
    """Makes inputs of the tensors that a graph reads from its module."""
    graph = module.graph
    found: dict[Node, torch.Tensor] = {}
    for node in graph.find_nodes(op="get_attr"):
        value = plan.attribute(node)
        if not isinstance(value, torch.Tensor):
            continue
        first = next(n for n in graph.nodes if n.op != "placeholder")
        with graph.inserting_before(first):
            lifted = graph.placeholder(node.name)
        lifted.meta.update(node.meta)
        if "val" not in lifted.meta:
            mode = nodes.fake_mode(graph)
            lifted.meta["val"] = mode.from_tensor(value, static_shapes=True)
        node.replace_all_uses_with(lifted)
        graph.erase_node(node)
        found[lifted] = value
    return found


class _Compilation:
    """Moves nodes to PyTorch until the compiler takes all that is left."""

    def __init__(self, graph: Graph, settings: Settings, lend: Set[str]):
        self._graph = graph
        self._settings = settings
        self._lend = lend
        self.refused: dict[Node, Refusal] = foreign.refused(graph)
        self._stages: dict[Node, int] = {}
        self._eager: set[Node] = set()
        self.parts: dict[int, parts.Part] = {}
        self._programs: dict[int, Program] = {}
        self._donations: dict[int, list[donations.Donation]] = {}

    def compile(self) -> None:
        self._divide()
        while self._survey() or not self._build():
            self._divide()

    def _divide(self) -> None:
        """Decides who executes what, and cuts the parts."""
        self._eager = self._of_torch()
        self._stages = staging.stages(self._graph, self._eager)
        members: dict[int, list[Node]] = {}
        for node, stage in self._stages.items():
            if staging.is_program(stage) and not nodes.is_symbolic(node):
                members.setdefault(stage, []).append(node)
        self.parts = {
            stage: parts.cut(self._graph, members[stage])
            for stage in sorted(members)
        }
        self._donations = donations.find(self._graph, self.parts, self._stages)

    def _of_torch(self) -> set[Node]:
        eager = set(self.refused)
        for node in self._graph.nodes:
            if node.op == "call_function" and (
                node.target in decompose.kernels
                or draws.draws(node)
                or draws.serves_draws(node)
                or staging.mutates(node)
                or staging.checks(node)
            ):
                eager.add(node)
        eager |= foreign.irregular_results(self._graph, eager)
        for node in self._graph.nodes:
            eager.update(
                user for user in node.users if _is_element(user, node, eager)
            )
        return eager | views.of_torch(self._graph, eager)

    def _survey(self) -> bool:
        """Asks the compiler; whether it refused anything."""
        return self._refuse(
            found for part in self.parts.values() for found in _refused_of(part)
        )

    def _build(self) -> bool:
        """Compiles the parts; False if nodes were refused after all."""
        for stage, part in self.parts.items():
            try:
                self._programs[stage] = Program(
                    writer.write(part.module),
                    self._settings,
                    part.input_orders,
                    part.output_orders,
                    {
                        each.place.name: part.name_of(each.value)
                        for each in self._donations[stage]
                    },
                    part.places(),
                    self._lent(stage, part),
                )
            except errors.UnsupportedError as error:
                self._refuse(
                    (part, each.node, each.reason, each.dtype, each.shape)
                    for each in error.nodes
                )
                return False
        return True

    def _lent(self, stage: int, part: parts.Part) -> list[str]:
        """Of the inputs of a program those that it alone reads."""
        return [
            node.name
            for node in part.inputs
            if node.name in self._lend
            and all(self._stages.get(user) == stage for user in node.users)
        ]

    def _refuse(
        self, found: Iterable[tuple[parts.Part, str, str, str, str]]
    ) -> bool:
        """Gives nodes to PyTorch; False if there are none."""
        any_found = False
        before = set(self.refused)
        for part, name, reason, dtype, shape in found:
            left = [n for n in part.left_for(name) if n not in before]
            if not left:
                raise CompilerError(f"'{name}': {reason}")
            for node in left:
                self.refused[node] = foreign.refusal(node, reason, dtype, shape)
            any_found = True
        return any_found

    def programs(self) -> list[tuple[parts.Part, Program]]:
        """Parts with their programs, in order."""
        return [
            (part, self._programs[stage]) for stage, part in self.parts.items()
        ]

    def steps(self) -> list[plan.Step]:
        """The order of execution: stage by stage, and as in the graph."""
        executed = {
            node
            for node, stage in self._stages.items()
            if not staging.is_program(stage)
        }
        sizes = plan.needed_sizes(
            self._graph,
            {node for node in executed if not nodes.is_symbolic(node)},
        )
        found: list[plan.Step] = []
        done = {
            each.copy for given in self._donations.values() for each in given
        }
        for stage in range(max(self._stages.values(), default=0) + 1):
            if stage in self.parts:
                part = self.parts[stage]
                found.append((part.outputs, self._programs[stage], part.inputs))
                changed = [each.place for each in self._donations[stage]]
                if changed:
                    found.append(([], donations.mark_changed, changed))
            found.extend(
                ([node], None, ())
                for node, at in self._stages.items()
                if at == stage
                and not staging.is_program(stage)
                and node not in done
                and (node in sizes or not nodes.is_symbolic(node))
            )
        return found


def _refused_of(
    part: parts.Part,
) -> Iterator[tuple[parts.Part, str, str, str, str]]:
    """What the compiler refuses of a part: names of its nodes and inputs, and why.

    Raises CaptureError for what is about neither.
    """
    try:
        records = compiler.survey(writer.write(part.module))
    except writer.NotWritable as error:
        yield part, error.node, f"{error} is not supported", "", ""
        return
    for record in records:
        if record.get("subject") not in ("node", "input"):
            raise CaptureError(record["message"])
        types = (record.get(key, "") for key in ("dtype", "shape"))
        yield part, record["name"], record["reason"], *types


def _is_element(user: Node, node: Node, eager: set[Node]) -> bool:
    """Whether `user` takes one result of several that PyTorch computes."""
    return user.target is operator.getitem and node in eager
