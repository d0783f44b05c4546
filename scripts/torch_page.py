"""docs/generated/TorchOpInfo.md: what became of PyTorch's own test suite."""

import collections
import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
RECORD = ROOT / "python/tests/torch_opinfo.json"
SIDES = ("forward", "backward")
MEANING = {
    "pass": "opc computes all of it, within the bounds of eager",
    "refused": "an operator is left to PyTorch, by name; the result is right",
    "untraced": "PyTorch makes no graph of it",
    "wrong": "a result differs",
    "error": "opc fails with an error",
    "crash": "the process ends",
    "hang": "it does not come to an end",
}


def _counts(table):
    yield "| | of | " + " | ".join(MEANING) + " |"
    yield "|---|---|" + "---|" * len(MEANING)
    for side in SIDES:
        count = collections.Counter(each[side] for each in table.values())
        del count["none"]
        found = " | ".join(str(count[name]) for name in MEANING)
        yield f"| {side} | {count.total()} | {found} |"


def _reason(entry):
    if entry["forward"] == "pass" and entry["backward"] in ("pass", "none"):
        return ""
    why = entry.get("why") or entry.get("why_backward", "")
    return why.split("; ")[0].split(", did you mean")[0].replace("|", "\\|")


def lines():
    """The page, from the record of the last run."""
    table = json.loads(RECORD.read_text())
    taken = sum(each.get("samples", 0) for each in table.values())
    there = sum(each.get("of", 0) for each in table.values())
    yield "# Operators of PyTorch's own test suite"
    yield ""
    yield "What `scripts/torch_coverage.py --record` found of OpInfo (`op_db`, CPU,"
    yield "float32): each operator forward and, where it has one, backward, compared"
    yield f"with eager on {taken} of its {there} samples, spread over all. An operator"
    yield "has the worst verdict of its samples."
    yield ""
    yield from _counts(table)
    yield ""
    for name, meaning in MEANING.items():
        yield f"- {name}: {meaning}"
    yield ""
    yield "| operator | forward | backward | samples | why |"
    yield "|---|---|---|---|---|"
    for name, entry in table.items():
        backward = entry["backward"].replace("none", "")
        samples = f"{entry.get('samples', 0)} of {entry.get('of', 0)}"
        yield (
            f"| `{name}` | {entry['forward']} | {backward} | {samples} "
            f"| {_reason(entry)} |"
        )
