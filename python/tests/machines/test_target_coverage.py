"""docs/generated/Coverage.md is what the targets do: errors of each class of operators,
beside the model in float64, as record_coverage.py found them."""

import math

import emitted
import evidence
import numpy as np
import pytest
import qemu
from machines import device_evidence, target_coverage
from machines.operator_classes import CLASSES
from machines.target_coverage import DTYPES, EXECUTED, machine

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
    for target in EXECUTED
    for dtype in DTYPES
    if dtype == "f32" or target in WITH_HALVES
]
# Of numpy's functions, which are exact's, between machines.
SPREAD = 0.02
# Of what is emitted or compiled for other machines, those that differ most.
SLICE = ["unary", "softmax", "gemm", "gather"]


def assert_no_worse(found, recorded):
    if isinstance(found, float) and isinstance(recorded, float):
        assert found <= recorded * (1 + SPREAD)
    else:
        assert found == recorded


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
        row = target_coverage.read()[dtype][name].values()
        recorded = max(value for value in row if isinstance(value, float))
    assert_no_worse(found, recorded)


@pytest.mark.parametrize("row", evidence.ROWS, ids=lambda row: row.column)
def test_slice_of_other_targets(row):
    try:
        found = device_evidence.measured(row, SLICE, "f32")
    except emitted.Unavailable as reason:
        pytest.skip(str(reason))
    assert set(found) == set(SLICE)
    for name, value in found.items():
        recorded = target_coverage.read()["f32"][name][row.column]
        assert_no_worse(value, recorded)


def test_nothing_in_the_record_is_far_off():
    """Sums of 1,300 products are off by some dozens of units, all else by less."""
    for classes in target_coverage.read().values():
        for name, targets in classes.items():
            for target, found in targets.items():
                known = isinstance(found, str) or found is True
                assert known or found < 64, (name, target)


def test_units_are_those_of_the_type():
    exact = np.array([1.0, -3.0, 0.0])
    got = exact.astype(np.float32)
    assert target_coverage.units(got, exact) == 0
    got[1] = np.nextafter(got[1], np.float32(0))
    assert target_coverage.units(got, exact) == 1
    got[0] = np.nan
    assert math.isinf(target_coverage.units(got, exact))
