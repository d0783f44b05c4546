"""docs/generated/Coverage.md and its picture, from the record of errors on each chip."""

import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
RECORD = ROOT / "python/tests/target_coverage.json"

HEAD = """# What runs where, and how exactly

Each class of operators on each chip, with the error of its worst element in units in
the last place of the result's type, beside the same model in float64 by onnx's own
evaluator. A value that is smaller than the root mean square of its tensor has the unit of
that: it is a difference of such as the others are. Rounding alone is half a unit.

A number says *executed*: the machine code ran, on this kind of processor, under qemu
(`scripts/qemu.py`), or on an OpenCL device, which was a processor (PoCL). What is emitted
for CUDA, HIP, MUSA and MACA is *simulated* (`python/tests/simulate/test_emitted.py`: every
class, the same bits as x86-64-v3), PTX and code objects are *compiled*
(`test_device_code.py`: accepted by ptxas, linked by lld), and no GPU has run them. *refused* is an error that names operator and reason. An empty cell
is a chip that the machine which measured was not. `python/tests/machines` repeats all
of it; the inputs are those of `operator_classes.py`, of sizes that divide nothing.

![the same as a picture](Coverage.svg)"""

# Units up to which a cell has a colour, and what lies above the last.
COLOURS = ((1, "#1a9850"), (2, "#a6d96a"), (8, "#fee08b"), (64, "#f46d43"))
WRONG, REFUSED, NOTHING = "#000000", "#bbbbbb", "#ffffff"
CELL, LEFT, TOP, GAP = 18, 150, 120, 30


def record():
    return json.loads(RECORD.read_text())


def targets_of(classes):
    """Columns in the order of the record, which is that of `opc targets`."""
    found = {}
    for row in classes.values():
        found |= dict.fromkeys(row)
    return list(found)


def shown(value):
    if value is None:
        return ""
    return "refused" if isinstance(value, str) else f"{value:.2g}"


def table(dtype, classes):
    targets = targets_of(classes)
    names = [target.removeprefix("cpu:") for target in targets]
    yield from (f"## {dtype}", "")
    yield "| class | " + " | ".join(names) + " |"
    yield "|---|" + "--:|" * len(names)
    for name, row in classes.items():
        cells = " | ".join(shown(row.get(target)) for target in targets)
        yield f"| {name.replace('_', ' ')} | {cells} |"
    yield ""


def lines():
    yield from HEAD.splitlines()
    yield ""
    for dtype, classes in record().items():
        yield from table(dtype, classes)


def colour(value):
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return REFUSED
    return next((c for limit, c in COLOURS if value <= limit), WRONG)


def text(x, y, words, more=""):
    return f'<text x="{x}" y="{y}" {more}>{words}</text>'


def block(dtype, classes, left):
    """One type: a column for each chip, a row for each class."""
    targets = targets_of(classes)
    yield text(left, 14, dtype, 'font-weight="bold"')
    for i, target in enumerate(targets):
        x, y = left + i * CELL + 13, TOP - 6
        turn = f'transform="rotate(-60 {x} {y})"'
        yield text(x, y, target.removeprefix("cpu:"), turn)
    for j, (name, row) in enumerate(classes.items()):
        for i, target in enumerate(targets):
            value = row.get(target)
            x, y = left + i * CELL, TOP + j * CELL
            yield (
                f'<rect x="{x}" y="{y}" width="{CELL - 2}" height="{CELL - 2}" '
                f'fill="{colour(value)}" stroke="#dddddd"><title>{name}, '
                f"{target}: {shown(value)}</title></rect>"
            )


def legend(y):
    x = LEFT
    labels = [(f"up to {limit} units", c) for limit, c in COLOURS]
    labels += [
        ("wrong", WRONG),
        ("refused", REFUSED),
        ("not measured", NOTHING),
    ]
    for label, c in labels:
        yield (
            f'<rect x="{x}" y="{y}" width="{CELL - 2}" height="{CELL - 2}" '
            f'fill="{c}" stroke="#dddddd"/>'
        )
        yield text(x + CELL + 2, y + 12, label)
        x += CELL + 12 + 7 * len(label)


def picture():
    """The lines of an SVG file."""
    found, left, body = record(), LEFT, []
    names = list(next(iter(found.values())))
    for j, name in enumerate(names):
        label = name.replace("_", " ")
        at = TOP + j * CELL + 12
        body.append(text(LEFT - 8, at, label, 'text-anchor="end"'))
    for dtype, classes in found.items():
        body += block(dtype, classes, left)
        left += len(targets_of(classes)) * CELL + GAP
    height = TOP + len(names) * CELL + GAP
    body += legend(height - 16)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + GAP}" '
        f'height="{height + 14}" font-family="sans-serif" font-size="11">'
    )
    yield '<rect width="100%" height="100%" fill="white"/>'
    yield from body
    yield "</svg>"
