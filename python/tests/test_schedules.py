"""The schedules that are meant for an op are those that run it.

Every test of an op (test/lit/Ops) is compiled for a chip, and of the kernels that
hold the op each schedule must have as many as schedules.json says: one that
declines leaves the plain loops, which are right and slow, and no other test would
see it. Products are compiled for the chips with units for small numbers, too.
`python test_schedules.py` writes the file anew; review it as a diff.
"""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parent
ROOT = TESTS.parent.parent
BUILD = pathlib.Path(os.environ.get("OPC_BUILD_DIR", ROOT / "build"))
TABLE = TESTS / "schedules.json"

OPS = sorted(
    path.stem.replace("-", "_")
    for path in (ROOT / "test/lit/Ops").glob("*.mlir")
)
PRODUCTS = [op for op in OPS if re.search("matmul|conv|attention|products", op)]
CHIPS = {
    "cpu:x86-64-v3": OPS,
    "cpu:x86-64-v4-vnni": PRODUCTS,
    "cpu:x86-64-amx": PRODUCTS,
}
CASES = [(chip, op) for chip, ops in CHIPS.items() for op in ops]
KERNEL = re.compile(
    r"func\.func private @\S+?\(.*?opc\.ops = \[(.*?)\].*?opc\.schedule = \"([\w-]+)\""
)


def schedules_of(chip, op):
    """How many of the kernels that hold `op` each schedule has; where it is
    broken down before, of all kernels of its test."""
    file = f"{op.replace('_', '-')}.mlir"
    path = ROOT / "test/lit/Ops" / file
    command = [BUILD / "bin/opc", "compile", path, f"--target={chip}"]
    command += ["--stop-after", "schedule", "-o", "-"]
    text = subprocess.run(
        command, capture_output=True, text=True, check=True
    ).stdout
    kernels = KERNEL.findall(text)
    own = [name for ops, name in kernels if f'"opc.{op}"' in ops]
    counts = collections.Counter(own or [name for _, name in kernels])
    return dict(sorted(counts.items()))


def table():
    return json.loads(TABLE.read_text())


@pytest.mark.parametrize(("chip", "op"), CASES)
def test_schedules_of(chip, op):
    assert schedules_of(chip, op) == table()[chip][op]


def test_every_op_is_in_the_table():
    assert {chip: list(rows) for chip, rows in table().items()} == CHIPS


if __name__ == "__main__":
    rows = {
        chip: {op: schedules_of(chip, op) for op in ops}
        for chip, ops in CHIPS.items()
    }
    TABLE.write_text(json.dumps(rows, indent=1) + "\n")
    sys.exit(0)
