"""The schedule that is meant for an op is the one that runs it.

Every test of an op (test/lit/Ops) is compiled for one chip, and each kernel that
holds the op must come from the schedules that schedules.json names: one that
declines leaves the plain loops, which are right and slow, and no other test would
see it. `python test_schedules.py` writes the file anew; review it as a diff.
"""

import json
import pathlib
import re
import subprocess
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parent
ROOT = TESTS.parent.parent
OPC = ROOT / "build/bin/opc"
TABLE = TESTS / "schedules.json"
CHIP = "cpu:x86-64-v3"

OPS = sorted(
    path.stem.replace("-", "_")
    for path in (ROOT / "test/lit/Ops").glob("*.mlir")
)
KERNEL = re.compile(
    r"func\.func private @\S+?\(.*?opc\.ops = \[(.*?)\].*?opc\.schedule = \"([\w-]+)\""
)


def schedules_of(op):
    """Names of the schedules of the kernels that hold `op`, or, where it is
    broken down before, of all kernels of its test."""
    path = ROOT / f"test/lit/Ops/{op.replace('_', '-')}.mlir"
    command = [OPC, "compile", path, f"--target={CHIP}"]
    command += ["--stop-after", "schedule", "-o", "-"]
    text = subprocess.run(
        command, capture_output=True, text=True, check=True
    ).stdout
    kernels = KERNEL.findall(text)
    own = [name for ops, name in kernels if f'"opc.{op}"' in ops]
    return sorted(set(own or [name for _, name in kernels]))


def table():
    return json.loads(TABLE.read_text())


@pytest.mark.parametrize("op", OPS)
def test_schedule_of(op):
    assert schedules_of(op) == table()[op]


def test_every_op_is_in_the_table():
    assert sorted(table()) == OPS


if __name__ == "__main__":
    rows = {op: schedules_of(op) for op in OPS}
    TABLE.write_text(json.dumps(rows, indent=1) + "\n")
    sys.exit(0)
