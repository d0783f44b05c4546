"""What became of a model: its graphs, their kernels, and what PyTorch executes."""

import contextlib
import html
import io
from collections.abc import Iterator
from typing import Any, NamedTuple

import torch

from .errors import Refusal


class Kernel(NamedTuple):
    """One kernel of a program."""

    name: str
    ops: tuple[str, ...]
    """What is fused in it, "opc.conv"."""
    nodes: tuple[str, ...]
    """The operators of the graph that it computes."""


class ExplainedGraph(NamedTuple):
    """A graph that PyTorch handed over, forward or backward."""

    nodes: int
    """Operators in its programs."""
    programs: int
    kernels: list[Kernel]
    refused: list[Refusal]
    """Operators that PyTorch executes, with the user's line."""


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
            found = f"{graph.nodes} operators in {graph.programs} programs"
            rows.append(("graph", str(i), found))
            for kernel in graph.kernels:
                fused = ", ".join(kernel.ops)
                rows.append(("kernel", kernel.name, fused))
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
        """The table as a page."""
        body = "".join(
            "<tr>"
            + "".join(f"<td>{html.escape(cell)}</td>" for cell in row)
            + "</tr>\n"
            for row in self.rows()
        )
        return (
            '<!DOCTYPE html>\n<meta charset="utf-8">\n<title>opc</title>\n'
            "<table>\n<tr><th>kind</th><th>name</th><th>details</th></tr>\n"
            f"{body}</table>\n"
        )

    _repr_html_ = html


def explain(model: Any, *inputs: Any, **options: Any) -> Explanation:
    """Compiles a model afresh for these inputs, runs it, and says what became of it.

    `options` are those of the back end. Where a result requires gradients the
    backward graph is compiled and told, too, but not run.
    """
    from .entry import backend

    breaks = _breaks(model, inputs)
    with collecting() as graphs:
        torch._dynamo.reset()
        chosen = {**options, "cache": False, "strict": False}
        torch.compile(model, backend=backend, options=chosen)(*inputs)
    torch._dynamo.reset()
    return Explanation(graphs, breaks)


def _breaks(model: Any, inputs: tuple[Any, ...]) -> list[Break]:
    told = torch._dynamo.explain(model)(*inputs)
    found = []
    for each in told.break_reasons:
        frame = each.user_stack[-1] if each.user_stack else None
        place = f"{frame.filename}:{frame.lineno}" if frame else ""
        lines = str(each.reason).splitlines() or [""]
        found.append(Break(place, lines[0]))
    return found


_listeners: list[list[ExplainedGraph]] = []


@contextlib.contextmanager
def collecting() -> Iterator[list[ExplainedGraph]]:
    """Lists the graphs that are compiled meanwhile."""
    graphs: list[ExplainedGraph] = []
    _listeners.append(graphs)
    try:
        yield graphs
    finally:
        _listeners.remove(graphs)


def tell(nodes: int, models: list[Any], refused: list[Refusal]) -> None:
    """Notes a graph that was compiled, if somebody collects them."""
    if not _listeners:
        return
    kernels = [
        kernel for model in models for kernel in _kernels(model.manifest)
    ]
    graph = ExplainedGraph(nodes, len(models), kernels, refused)
    for graphs in _listeners:
        graphs.append(graph)


def _kernels(manifest: dict[str, Any]) -> list[Kernel]:
    places = manifest.get("locations", [])
    return [
        Kernel(
            each["name"],
            tuple(each.get("ops", ())),
            tuple(places[i] for i in each.get("locations", ())),
        )
        for each in manifest.get("kernels", [])
    ]
