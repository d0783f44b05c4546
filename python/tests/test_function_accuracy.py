"""Functions of one number keep the bounds of scripts/function_accuracy.py."""

import functools
import re

import function_accuracy
import numpy as np
import pytest
from support import ROOT

FUNCTIONS = function_accuracy.FUNCTIONS
GREATEST = float(np.finfo(np.float32).max)


@functools.cache
def measured(element):
    return function_accuracy.measure(element)


@pytest.mark.parametrize("target", function_accuracy.TARGETS)
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.name)
@pytest.mark.parametrize("element", function_accuracy.DTYPES)
def test_bound(element, function, target):
    off, x, got, exact = measured(element)[function.name, target]
    limit = function_accuracy.bound(function, element, target)
    assert off <= limit, f"{got} at {x}, exact {exact}"


RECORD = function_accuracy.read_record()


@pytest.mark.parametrize("target", function_accuracy.TARGETS)
@pytest.mark.parametrize("name", RECORD)
def test_worst_of_all_numbers(name, target):
    """Where scripts/every_float.py found the function worst, it is as far off as it
    was, but for a unit by which libm may differ, and within its bound."""
    function, found = function_accuracy.named(name), RECORD[name][target]
    limit = function_accuracy.bound(function, "f32", target)
    assert found["ulp"] <= limit
    x = np.array([int(found["at"], 16)], np.uint32).view(np.float32)
    program = function_accuracy.compiled("f32", [function], target)
    with np.errstate(all="ignore"):
        exact = function.exact(x.astype(np.float64))
    (got,) = program.run([x])
    lost = function_accuracy.flushed(function, "f32", target)
    off = function_accuracy.errors(got, exact, lost)[0]
    assert off <= limit
    assert off == pytest.approx(found["ulp"], abs=1)


def test_every_function_is_measured():
    file = ROOT / "include/opc/Dialect/Opc/IR/Ops/ElementwiseOps.td"
    ops = re.findall(
        r"def Opc_\w+\s*: Opc_Unary(?:Float|Expr)?Op<\s*\"(\w+)\"",
        file.read_text(),
    )
    assert len(ops) > 35
    measured_ops = {f.op or f.name for f in FUNCTIONS}
    assert set(ops) - {"not"} <= measured_ops


@pytest.mark.parametrize(
    "got, exact, off",
    [
        (1.0, 1.0, 0),
        (1 + 2.0**-23, 1.0, 1),
        (1e-45, 1.4e-45, 0),
        (0.0, 1e-40, 71362),
        (0.0, -0.0, np.inf),
        (np.nan, 1.0, np.inf),
        (np.nan, np.nan, 0),
        (np.inf, GREATEST, 1),
        (np.inf, 1e300, 0),
        (-np.inf, 1e300, np.inf),
        (GREATEST, np.inf, 1),
    ],
)
def test_errors_are_told(got, exact, off):
    """An error that the measure does not see would let every bound hold."""
    found = function_accuracy.errors(
        np.array([got], np.float32), np.array([exact]), flushed=0
    )[0]
    if off == np.inf:
        assert found > 1e6
    else:
        assert found == pytest.approx(off, rel=1e-4, abs=0.01)
