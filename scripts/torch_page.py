"""docs/generated/TorchOpInfo.md: what became of PyTorch's own test suite."""

import collections
import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
RECORD = ROOT / "python/tests/torch_opinfo.json"
#: What the table has a column for.
COLUMNS = {
    "float32": ("float32", "forward"),
    "backward": ("float32", "backward"),
    "bfloat16": ("bfloat16", "forward"),
    "int64": ("int64", "forward"),
}
MEANING = {
    "pass": "opc computes all of it, within the bounds of eager",
    "refused": "an operator is left to PyTorch, by name; the result is right",
    "untraced": "PyTorch makes no graph of it",
    "wrong": "a result differs",
    "error": "opc fails with an error",
    "crash": "the process ends",
    "hang": "it does not come to an end",
}


def _verdict(entry, column):
    """Of one operator; "" where the suite has none."""
    dtype, side = COLUMNS[column]
    return entry.get(dtype, {}).get(side, "none").replace("none", "")


def _samples(entries):
    """How many were tried, of how many."""
    taken, there = (
        sum(each.get(field, 0) for each in entries)
        for field in ("samples", "of")
    )
    return str(there) if taken == there else f"{taken} of {there}"


def _counts(table):
    yield "| | samples | of | " + " | ".join(MEANING) + " |"
    yield "|---|---|---|" + "---|" * len(MEANING)
    for column, (dtype, side) in COLUMNS.items():
        count = collections.Counter(
            _verdict(each, column) for each in table.values()
        )
        del count[""]
        found = " | ".join(str(count[name]) for name in MEANING)
        samples = _samples(
            [each[dtype] for each in table.values() if dtype in each]
        )
        yield f"| {dtype} {side} | {samples} | {count.total()} | {found} |"


def _reason(entry):
    """Of the first column that does not pass."""
    for column, (dtype, side) in COLUMNS.items():
        if _verdict(entry, column) in ("", "pass"):
            continue
        field = {"forward": "why", "backward": "why_backward"}[side]
        why = entry[dtype].get(field) or entry[dtype].get("why", "")
        return why.split("; ")[0].split(", did you mean")[0].replace("|", "\\|")
    return ""


def lines():
    """The page, from the record of the last run."""
    table = json.loads(RECORD.read_text())
    yield "# Operators of PyTorch's own test suite"
    yield ""
    yield "What `scripts/torch_coverage.py --record` found of OpInfo (`op_db`, CPU):"
    yield "each operator forward in the types that it has of three and, where it has"
    yield "one, backward in float32, compared with eager. An operator has the worst"
    yield "verdict of its samples."
    yield ""
    yield from _counts(table)
    yield ""
    for name, meaning in MEANING.items():
        yield f"- {name}: {meaning}"
    yield ""
    yield "The reason is that of the first verdict which is not `pass`. Samples are"
    yield "those of all types."
    yield ""
    yield "| operator | " + " | ".join(COLUMNS) + " | samples | why |"
    yield "|---|" + "---|" * len(COLUMNS) + "---|---|"
    for name, entry in table.items():
        verdicts = " | ".join(_verdict(entry, column) for column in COLUMNS)
        samples = _samples(list(entry.values()))
        yield f"| `{name}` | {verdicts} | {samples} | {_reason(entry)} |"
