"""docs/generated/Coverage.md is what the chips do: errors of each class of operators,
beside the model in float64. Executed as a program, it writes the record of the page."""

import contextlib
import itertools
import json
import math

import emulated
import numpy as np
import pytest
import qemu
import target_coverage
from operator_classes import CLASSES
from support import CHIPS, TARGETS
from target_coverage import DTYPES

FOREIGN = [f"cpu:{chip}" for chip in qemu.COMMANDS]
DEVICES = [chip.target for chip in CHIPS if chip.device == "opencl"]
# Half precision on the chip of each instruction set that has most of it.
WITH_HALVES = {
    "cpu",
    "reference",
    "cpu:kunpeng-920",
    "cpu:aarch64-sve-512",
    "cpu:riscv64-v256",
    "cpu:loongson-3a6000",
    "opencl:gpu",
}
CASES = [
    (target, dtype)
    for target in (*TARGETS, *FOREIGN, *DEVICES)
    for dtype in DTYPES
    if dtype == "f32" or target in WITH_HALVES
]
# Of numpy's functions, which are exact's, between machines.
SPREAD = 0.02


def machine(target):
    """Makes the programs of a chip run, where a qemu does."""
    chip = target.removeprefix("cpu:")
    if chip not in qemu.COMMANDS:
        return contextlib.nullcontext()
    return emulated.chips({target: qemu.Machine(chip)})


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize(("target", "dtype"), CASES)
def test_errors_are_those_of_the_record(target, dtype, name):
    chip = target.removeprefix("cpu:")
    if chip in qemu.COMMANDS and (why := qemu.missing(chip)):
        pytest.skip(why)
    with machine(target):
        found = target_coverage.measured(name, target, dtype)
    recorded = target_coverage.read()[dtype][name].get(target)
    if recorded is None:  # a machine that none was when it was written
        recorded = max(target_coverage.read()[dtype][name].values())
    if isinstance(found, str) or isinstance(recorded, str):
        assert found == recorded
    else:
        assert found <= recorded * (1 + SPREAD), found


def test_nothing_in_the_record_is_far_off():
    """Sums of 1,300 products are off by some dozens of units, all else by less."""
    for classes in target_coverage.read().values():
        for name, targets in classes.items():
            for target, found in targets.items():
                assert isinstance(found, str) or found < 64, (name, target)


def test_units_are_those_of_the_type():
    exact = np.array([1.0, -3.0, 0.0])
    got = exact.astype(np.float32)
    assert target_coverage.units(got, exact) == 0
    got[1] = np.nextafter(got[1], np.float32(0))
    assert target_coverage.units(got, exact) == 1
    got[0] = np.nan
    assert math.isinf(target_coverage.units(got, exact))


def rounded(found):
    return found if isinstance(found, str) else float(f"{found:.3g}")


def record():
    """Measures every chip that there is a way to execute here."""
    found = target_coverage.read()
    cases = itertools.product(DTYPES, CLASSES)
    for (dtype, name), target in itertools.product(
        cases, (*TARGETS, *FOREIGN, *DEVICES)
    ):
        row = found.setdefault(dtype, {}).setdefault(name, {})
        with machine(target):
            worst = target_coverage.measured(name, target, dtype)
        row[target] = rounded(worst)
    text = json.dumps(found, indent=1, allow_nan=False)
    target_coverage.RECORD.write_text(text + "\n")


if __name__ == "__main__":
    record()
