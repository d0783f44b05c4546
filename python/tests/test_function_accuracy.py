"""Functions of one number keep the bounds of scripts/function_accuracy.py."""

import functools
import math
import re
import subprocess
from decimal import Decimal, localcontext

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
#: Of libm's, those of which all give the same.
EXACT = {"ceil", "floor", "fma", "fmod", "rint", "roundeven", "sqrt", "trunc"}


def calls_libm(program, path):
    """Whether results depend on the machine's library."""
    program.save(path)
    command = ["llvm-nm-22", "-D", "--undefined-only", "--format=just-symbols"]
    names = subprocess.check_output([*command, path], text=True).split()
    memory = {"memcpy", "memmove", "memset"}
    return bool({name.removesuffix("f") for name in names} - EXACT - memory)


@pytest.mark.parametrize("target", function_accuracy.TARGETS)
@pytest.mark.parametrize("element", ["f32", "f64"])
@pytest.mark.parametrize("name", RECORD)
def test_worst_of_all_numbers(name, element, target, tmp_path):
    """Where a function was found to be worst (scripts/every_float.py,
    scripts/many_doubles.py) it is as far off as it was, but for a unit by which libm
    may differ, and within its bound."""
    function = function_accuracy.named(name)
    found = RECORD[name]["f64" if element == "f64" else target]
    limit = function_accuracy.bound(function, element, target)
    word, wide = {
        "f32": (np.uint32, np.float64),
        "f64": (np.uint64, np.longdouble),
    }[element]
    x = np.array([int(found["at"], 16)], word)
    x = x.view(function_accuracy.DTYPES[element])
    program = function_accuracy.compiled(element, [function], target)
    off = distance(function, element, target, program, x, wide)[0]
    assert off <= limit
    near = 1 if calls_libm(program, tmp_path / "function.so") else 0.1
    assert off == pytest.approx(found["ulp"], abs=near)


def distance(function, element, target, program, x, wide):
    with np.errstate(all="ignore"):
        exact = np.asarray(function.exact(x.astype(wide)), wide)
    (got,) = program.run([x])
    lost = function_accuracy.flushed(function, element, target)
    return function_accuracy.errors(got, exact, lost)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.name)
def test_bounds_are_what_was_found(function):
    """None is looser than by two steps of the table."""
    found = [RECORD[function.name][k]["ulp"] for k in function_accuracy.KINDS]
    for off, limit in zip(found, function.ulp, strict=True):
        assert off <= limit <= off + 0.21


@pytest.mark.parametrize("target", function_accuracy.TARGETS)
@pytest.mark.parametrize(
    "name, first, last",
    [
        ("gelu", -38.6, -36.8),
        ("gelu_tanh", -21.8, -20.9),
        ("mish", -752, -690),
        ("swish", -752, -640),
        ("quick_gelu", -442, -375),
        ("sigmoid", -746, -700),
    ],
)
def test_tail_of_doubles(name, first, last, target):
    """Down to the least double no result loses digits before it is one."""
    function = function_accuracy.named(name)
    program = function_accuracy.compiled("f64", [function], target)
    x = np.linspace(first, last, 20011)
    off = distance(function, "f64", target, program, x, np.longdouble)
    limit = function_accuracy.bound(function, "f64", target)
    assert off.max() <= limit, x[np.argmax(off)]


# What is exact.

PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")


def exact_erfc(z):
    """Of a decimal to 50 digits: a continued fraction above 5, a series below."""
    if z > 5:
        fraction = z
        for k in range(400, 0, -1):
            fraction = z + Decimal(k) / 2 / fraction
        return (-z * z).exp() / PI.sqrt() / fraction
    term = total = z
    for n in range(1, 400):
        term = -term * z * z / n
        total += term / (2 * n + 1)
    return 1 - 2 * total / PI.sqrt()


def exact_sigmoid(x):
    return 1 / (1 + (-x).exp())


DECIMAL = {
    "erf": lambda x: 1 - exact_erfc(x),
    "erfc": exact_erfc,
    "expm1": lambda x: x.exp() - 1,
    "log1p": lambda x: (1 + x).ln(),
    "gelu": lambda x: x / 2 * exact_erfc(-x / Decimal(2).sqrt()),
    "gelu_tanh": lambda x: (
        x
        * exact_sigmoid((8 / PI).sqrt() * (x + Decimal("0.044715") * x * x * x))
    ),
    "quick_gelu": lambda x: (
        x * exact_sigmoid(Decimal(function_accuracy.QUICK) * x)
    ),
    "mish": lambda x: x / (1 + 2 / (x.exp() * (x.exp() + 2))),
}
#: From where on the results are normal numbers, and the series above is exact.
FIRST = {"gelu": -38.4, "gelu_tanh": -21.7, "erf": -5.9, "erfc": -5.9}
FIRST |= {"log1p": -0.99}


@pytest.mark.parametrize("name", DECIMAL)
def test_exact_of_doubles(name):
    """What f64 is measured against agrees with 50 digits to 1/50 of a unit."""
    function = function_accuracy.named(name)
    first = FIRST.get(name, -430)
    x = np.concatenate([np.linspace(first, 6, 97), np.linspace(-2, 2, 98)])
    x = x[x >= first]
    with np.errstate(all="ignore"):
        exact = function.exact(x.astype(np.longdouble))
    with localcontext() as context:
        context.prec = 80
        for number, near in zip(x.tolist(), exact, strict=True):
            right = DECIMAL[name](Decimal(number))
            top, bottom = near.as_integer_ratio()
            off = abs(Decimal(top) / Decimal(bottom) - right)
            assert off <= Decimal(math.ulp(float(right))) / 50, number


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
