"""What became of a model: its graphs, their kernels, and what PyTorch executes."""

import contextlib
import io
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar

import torch
from torch._functorch.aot_autograd import get_graph_being_compiled

from .errors import Refusal, place_of
from .parts import Part
from .programs import Program


T = TypeVar("T")


class Declined(NamedTuple):
    """A schedule that is meant for such kernels and did not take one."""

    schedule: str
    """"all" where none was asked."""
    why: str


class Kernel(NamedTuple):
    """One kernel of a program."""

    name: str
    ops: tuple[str, ...]
    """What is fused in it, "opc.conv"."""
    nodes: tuple[str, ...]
    """The operators of the graph that it computes."""
    places: tuple[str, ...]
    """The user's own lines that these are from."""
    schedule: str
    """What wrote it."""
    declined: tuple[Declined, ...]
    before: str
    """Its IR before it was scheduled: what it computes."""
    after: str
    """Its IR behind that: loops over buffers."""


_DIRECTIONS = ("forward", "backward", "inference")


class ExplainedGraph(NamedTuple):
    """A graph that PyTorch handed over."""

    direction: str
    """"forward", "backward" or "inference"."""
    nodes: int
    """Operators in its programs."""
    programs: int
    kernels: list[Kernel]
    refused: list[Refusal]
    """Operators that PyTorch executes, with the user's line."""

    def summary(self) -> str:
        """How large it is, in words."""
        return (
            f"{_counted(self.nodes, 'operator')} in "
            f"{_counted(self.programs, 'program')}, "
            f"{_counted(len(self.kernels), 'kernel')}"
        )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


class Break(NamedTuple):
    """Where Dynamo cut the model, before opc saw it."""

    place: str
    reason: str


class Explanation(NamedTuple):
    """Prints as a table; a notebook shows it as HTML."""

    graphs: list[ExplainedGraph]
    breaks: list[Break]

    def rows(self) -> list[tuple[str, str, str]]:
        """Kind, name and details of all that there is to tell."""
        rows = []
        for i, graph in enumerate(self.graphs):
            rows.append(("graph", f"{i} {graph.direction}", graph.summary()))
            for kernel in graph.kernels:
                rows.extend(_of_kernel(kernel))
            for refusal in graph.refused:
                rows.append(("PyTorch", refusal.op, str(refusal)))
        for each in self.breaks:
            rows.append(("break", each.place, each.reason))
        return rows

    def __str__(self) -> str:
        rows = self.rows()
        widths = [max((len(row[i]) for row in rows), default=0) for i in (0, 1)]
        text = io.StringIO()
        for kind, name, details in rows:
            line = f"{kind:{widths[0]}}  {name:{widths[1]}}  {details}"
            print(line.rstrip(), file=text)
        return text.getvalue()

    def html(self) -> str:
        """The same as a page that needs no other file: each kernel unfolds to its
        IR before and after it was scheduled, and to what declined it.
        """
        from . import page  # needed by who looks alone

        return page.written(self)

    _repr_html_ = html


def _of_kernel(kernel: Kernel) -> list[tuple[str, str, str]]:
    fused = ", ".join(each.removeprefix("opc.") for each in kernel.ops)
    return [
        ("kernel", kernel.name, f"{kernel.schedule}: {fused}"),
        *(
            ("", "", f"  {each.schedule} declined: {each.why}")
            for each in kernel.declined
        ),
    ]


def explain(model: Any, *inputs: Any, **options: Any) -> Explanation:
    """Compiles a model afresh for these inputs, runs it, and says what became of it.

    `options` are those of the back end. Where a result requires gradients the
    backward graph is compiled and told, too, but not run.
    """
    from .entry import backend

    with (
        collecting() as compiled,
        _collecting(_listeners_to_skipped) as skipped,
        _collecting(_listeners_to_breaks) as breaks,
    ):
        torch._dynamo.reset()
        chosen = {**options, "cache": False, "strict": False}
        torch.compile(model, backend=backend, options=chosen)(*inputs)
    torch._dynamo.reset()
    breaks += [
        Break(each.place, f"{each.op}: {each.reason}") for each in skipped
    ]
    return Explanation([_explained(each) for each in compiled], breaks)


class Compiled(NamedTuple):
    """A graph that was compiled, and what of it PyTorch executes."""

    direction: str
    programs: list[tuple[Part, Program]]
    refused: list[Refusal]


def _explained(graph: Compiled) -> ExplainedGraph:
    return ExplainedGraph(
        graph.direction,
        sum(part.size() for part, _ in graph.programs),
        len(graph.programs),
        [
            kernel
            for part, program in graph.programs
            for kernel in _kernels(part, program)
        ],
        graph.refused,
    )


_listeners: list[list[Compiled]] = []
_listeners_to_skipped: list[list[Refusal]] = []
_listeners_to_breaks: list[list[Break]] = []


def collecting() -> contextlib.AbstractContextManager[list[Compiled]]:
    """Lists the graphs that are compiled meanwhile."""
    return _collecting(_listeners)


@contextlib.contextmanager
def _collecting(listeners: list[list[T]]) -> Iterator[list[T]]:
    found: list[T] = []
    listeners.append(found)
    try:
        yield found
    finally:
        # Lists that are equal are not the same.
        listeners[:] = [each for each in listeners if each is not found]


def tell_break(module: torch.fx.GraphModule) -> None:
    """Notes why Dynamo ended a graph, if it did so before the model's end."""
    why = getattr(module, "compile_subgraph_reason", None)
    if not _listeners_to_breaks or why is None or not why.graph_break:
        return
    frame = why.user_stack[-1] if why.user_stack else None
    place = f"{frame.filename}:{frame.lineno}" if frame else ""
    lines = str(why.reason).splitlines() or [""]
    for found in _listeners_to_breaks:
        found.append(Break(place, lines[0]))


def tell_skipped(frame: Refusal) -> None:
    """Notes a frame that Dynamo left to PyTorch, if somebody collects them."""
    for found in _listeners_to_skipped:
        found.append(frame)


def tell(programs: list[tuple[Part, Program]], refused: list[Refusal]) -> None:
    """Notes a graph that was compiled, if somebody collects them."""
    if not _listeners:
        return
    # "model__0_backward_1"
    words = get_graph_being_compiled().split("_")
    direction = next(
        (word for word in words[::-1] if word in _DIRECTIONS), "inference"
    )
    for graphs in _listeners:
        graphs.append(Compiled(direction, programs, refused))


def _kernels(part: Part, program: Program) -> list[Kernel]:
    manifest = program.model.manifest
    names = manifest.get("locations", [])
    nodes = {
        each["name"]: tuple(names[i] for i in each.get("locations", ()))
        for each in manifest.get("kernels", [])
    }
    return [
        Kernel(
            each["name"],
            tuple(each["ops"]),
            nodes.get(each["name"], ()),
            _places(part, nodes.get(each["name"], ())),
            each["schedule"],
            tuple(Declined(**row) for row in each["declined"]),
            each["before"],
            each["after"],
        )
        for each in program.explain()
        if not each["into"]  # of which nothing is left
    ]


def _places(part: Part, names: tuple[str, ...]) -> tuple[str, ...]:
    """Each line once, in the order of the operators."""
    known = (part.origin[name] for name in names if name in part.origin)
    return tuple(dict.fromkeys(filter(None, map(place_of, known))))
