"""An explanation as a page of HTML that needs no other file."""

import html
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .explanation import ExplainedGraph, Explanation, Kernel

_STYLE = """
body { font: 15px/1.45 sans-serif; margin: 1.5em auto; max-width: 100em;
       padding: 0 1em; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th, td { text-align: left; vertical-align: top; padding: .35em .8em .35em 0;
         border-top: 1px solid #8884; overflow-wrap: anywhere; }
th { font-weight: 600; border-top: 0; }
th.name { width: 22%; } th.schedule { width: 9%; }
td.inside { border-top: 0; padding: 0 0 .35em 1em; }
code, pre { font: 12.5px/1.4 ui-monospace, monospace; }
summary { cursor: pointer; color: #57a; }
.sides { display: grid; gap: 1em;
         grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
.sides h4 { margin: .6em 0 .3em; font-weight: 600; }
pre { margin: 0; padding: .7em; max-height: 32em; overflow: auto;
      border: 1px solid #8884; background: #8881; }
@media (max-width: 60em) { .sides { grid-template-columns: minmax(0, 1fr); } }
"""


def written(explanation: "Explanation") -> str:
    """The page."""
    breaks = [(each.place, each.reason) for each in explanation.breaks]
    body = [
        *(_graph(i, graph) for i, graph in enumerate(explanation.graphs)),
        _section("Graph breaks", ("place", "reason"), breaks),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>opc</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{''.join(body)}</body>\n</html>\n"
    )


def _graph(number: int, graph: "ExplainedGraph") -> str:
    refused = [
        (each.op, each.tensors(), each.reason, each.place)
        for each in graph.refused
    ]
    head = (
        '<th class="name">kernel</th><th class="schedule">schedule</th>'
        "<th>fused</th><th>operators</th><th>lines</th>"
    )
    kernels = "".join(map(_kernel, graph.kernels))
    return (
        f"<h2>Graph {number}: {html.escape(graph.direction)}</h2>\n"
        f"<p>{html.escape(graph.summary())}</p>\n"
        f'<table class="kernels">\n<tr>{head}</tr>\n{kernels}</table>\n'
        + _section(
            "Left to PyTorch", ("operator", "dtypes", "why", "line"), refused
        )
    )


def _kernel(kernel: "Kernel") -> str:
    fused = [each.removeprefix("opc.") for each in kernel.ops]
    declined = "".join(
        f"<li><code>{html.escape(each.schedule)}</code>: "
        f"{html.escape(each.why)}</li>\n"
        for each in kernel.declined
    )
    others = f"<h4>Declined</h4>\n<ul>\n{declined}</ul>\n" if declined else ""
    hint = f", {len(kernel.declined)} declined" if declined else ""
    return (
        "<tr>"
        f"<td><code>{html.escape(kernel.name)}</code></td>"
        f"<td>{html.escape(kernel.schedule)}</td>"
        f"<td>{_listed(fused)}</td>"
        f"<td>{_listed(kernel.nodes)}</td>"
        f"<td>{_listed(kernel.places, '<br>')}</td></tr>\n"
        '<tr><td class="inside" colspan="5">'
        f"<details><summary>IR{hint}</summary>\n{others}"
        '<div class="sides">'
        f"<div><h4>Before</h4><pre>{html.escape(kernel.before)}</pre></div>\n"
        f"<div><h4>After</h4><pre>{html.escape(kernel.after)}</pre></div>"
        "</div></details></td></tr>\n"
    )


def _section(
    title: str, head: Iterable[str], rows: list[tuple[str, ...]]
) -> str:
    """A table with a title; nothing where it has no rows."""
    if not rows:
        return ""
    lines = "".join(
        "<tr>" + "".join(f"<td>{html.escape(x)}</td>" for x in row) + "</tr>\n"
        for row in rows
    )
    names = "".join(f"<th>{name}</th>" for name in head)
    return f"<h2>{title}</h2>\n<table>\n<tr>{names}</tr>\n{lines}</table>\n"


def _listed(each: Iterable[str], between: str = ", ") -> str:
    return between.join(map(html.escape, each))
