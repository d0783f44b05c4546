"""docs/generated/Coverage.md and its picture, from the record of each target."""

import collections
import json
import pathlib

import evidence
from evidence import COMPILED, EXECUTED, SIMULATED

ROOT = pathlib.Path(__file__).resolve().parent.parent
RECORD = ROOT / "python/tests/target_coverage.json"

HEAD = """# What runs where, and how exactly

Each class of operators on each target, and how that is known:

- *executed*: the machine code ran, on this kind of processor, under qemu
  (`scripts/qemu.py`), or on an OpenCL device, which was a processor (PoCL). No GPU has
  run anything of this page.
- *simulated*: the source that is emitted for the target was built for the simulation
  headers (`include/opc-sim`) and run on this machine, as [Simulators](../Simulators.md)
  says; a fault that these assert would have stopped it. `sim:` is before the name.
  What is emitted for CUDA, HIP, MUSA and MACA has the bits of x86-64-v3 in every class
  but the largest products (`python/tests/simulate/test_emitted.py`).
- *compiled*: other people's tools took the code, which nothing ran: `ptxas` the PTX,
  `lld` the code objects, in which nothing is undefined.
- *refused*: an error that names operator and reason; what it says is below the tables.

Numbers are errors of the worst element in units in the last place of the result's type,
beside the same model in float64 by onnx's own evaluator. A value that is smaller than the
root mean square of its tensor has the unit of that: it is a difference of such as the
others are. Rounding alone is half a unit. An empty cell was not measured. The inputs are
those of `python/tests/machines/operator_classes.py`, of sizes that divide nothing.

    .venv/bin/pytest python/tests/machines/test_target_coverage.py
    .venv/bin/python python/tests/machines/record_coverage.py [DTYPE [COLUMN...]]

The first checks the numbers, of what is not executed a fixed part; the second measures
anew. Which target has which evidence is the
table in `scripts/evidence.py`.

![the same as a picture](Coverage.svg)"""

# Units up to which a cell has a colour, and what lies above the last.
COLOURS = ((1, "#1a9850"), (2, "#a6d96a"), (8, "#fee08b"), (64, "#f46d43"))
WRONG, REFUSED, NOTHING, TAKEN = "#000000", "#bbbbbb", "#ffffff", "#74add1"
CELL, LEFT, TOP, RIGHT, GAP = 18, 130, 140, 80, 24
SIZE = CELL - 2
# Where items of the legend begin, and how wide one is.
LEGEND, COLUMNS = 190, 3


def record():
    return json.loads(RECORD.read_text())


def targets_of(classes):
    """{evidence: columns}: executed ones in the order of the record, then the rest in
    that of the table of evidence."""
    names = dict.fromkeys(name for row in classes.values() for name in row)
    executed = [name for name in names if name not in evidence.OF_COLUMN]
    others = [row for row in evidence.ROWS if row.column in names]
    found = {EXECUTED: executed}
    for row in others:
        found.setdefault(row.evidence, []).append(row.column)
    return found


def shown(value):
    if value is None:
        return ""
    if value is True:
        return COMPILED
    return "refused" if isinstance(value, str) else f"{value:.2g}"


def table(kind, targets, classes):
    names = [target.removeprefix("cpu:") for target in targets]
    yield from (f"### {kind}", "")
    yield "| class | " + " | ".join(names) + " |"
    yield "|---|" + "--:|" * len(names)
    for name, row in classes.items():
        cells = " | ".join(shown(row.get(target)) for target in targets)
        yield f"| {name.replace('_', ' ')} | {cells} |"
    yield ""


def said(message):
    """The part of a refusal that is no name of a file or of a class's value."""
    return message.splitlines()[0].partition("error: ")[2] or message


def cells(found):
    for dtype, classes in found.items():
        for name, row in classes.items():
            for target, value in row.items():
                yield f"{name.replace('_', ' ')} ({dtype})", target, value


def refusals(found):
    """What refused classes are told, by target."""
    told = collections.defaultdict(list)
    for name, target, value in cells(found):
        if isinstance(value, str):
            told[target, said(value)].append(name)
    if told:
        yield from ("## What is refused", "")
    for (target, message), names in told.items():
        yield f"- `{target}`, {', '.join(names)}: {message}"


def lines():
    found = record()
    yield from HEAD.splitlines()
    yield ""
    for dtype, classes in found.items():
        yield from (f"## {dtype}", "")
        for kind, targets in targets_of(classes).items():
            yield from table(kind, targets, classes)
    yield from refusals(found)


def colour(value):
    if value is None:
        return NOTHING
    if value is True:
        return TAKEN
    if isinstance(value, str):
        return REFUSED
    return next((c for limit, c in COLOURS if value <= limit), WRONG)


def text(x, y, words, more=""):
    return f'<text x="{x}" y="{y}" {more}>{words}</text>'


def mark(x, y, fill, kind, words=""):
    """Executed is a square, simulated a disc."""
    round_ = f'rx="{SIZE // 2}"' if kind == SIMULATED else ""
    return (
        f'<rect x="{x}" y="{y}" width="{SIZE}" height="{SIZE}" {round_} '
        f'fill="{fill}" stroke="#999999"><title>{words}</title></rect>'
    )


def column(kind, target, classes, left, top):
    """A name above a cell for each class."""
    x, y = left + 13, top - 6
    turn = f'transform="rotate(-60 {x} {y})"'
    yield text(x, y, target.removeprefix("cpu:"), turn)
    for j, (name, row) in enumerate(classes.items()):
        value = row.get(target)
        words = f"{name}, {target}, {kind}: {shown(value)}"
        yield mark(left, top + j * CELL, colour(value), kind, words)


def block(dtype, classes, top):
    """One type: a column for each target, a row for each class."""
    yield text(8, top - 6, dtype, 'font-weight="bold" font-size="15"')
    for j, name in enumerate(classes):
        label = name.replace("_", " ")
        at = top + j * CELL + 12
        yield text(LEFT - 8, at, label, 'text-anchor="end"')
    left = LEFT
    for kind, targets in targets_of(classes).items():
        for target in targets:
            yield from column(kind, target, classes, left, top)
            left += CELL
        left += CELL // 2


def legend(y):
    items = [(f"up to {limit} ulp", c, EXECUTED) for limit, c in COLOURS]
    items += [
        ("more: wrong", WRONG, EXECUTED),
        ("square: executed", NOTHING, EXECUTED),
        ("disc: simulated", NOTHING, SIMULATED),
        ("compiled, not run", TAKEN, COMPILED),
        ("refused by name", REFUSED, EXECUTED),
    ]
    for number, (label, fill, kind) in enumerate(items):
        x = LEFT + number % COLUMNS * LEGEND
        at = y + number // COLUMNS * (CELL + 4)
        yield mark(x, at, fill, kind)
        yield text(x + CELL + 4, at + 12, label)
    yield text(LEFT, y + 4 * CELL + 6, "white: not measured")


def picture():
    """The lines of an SVG file."""
    top, body, most = TOP, [], COLUMNS * LEGEND - RIGHT
    for dtype, classes in record().items():
        body += block(dtype, classes, top)
        groups = targets_of(classes).values()
        columns = sum(map(len, groups)) * CELL + len(groups) * CELL // 2
        most = max(most, columns)
        top += len(classes) * CELL + TOP
    top += GAP - TOP
    body += legend(top)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + most + RIGHT}" '
        f'height="{top + 5 * CELL}" font-family="sans-serif" font-size="11">'
    )
    yield '<rect width="100%" height="100%" fill="white"/>'
    yield from body
    yield "</svg>"
