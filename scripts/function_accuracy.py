#!/usr/bin/env python3
"""Measures every function of one number against exact values.

usage: scripts/function_accuracy.py [--type T] [--step N] [FUNCTION]...

Each function runs as vectors on the target cpu and as plain loops on reference: on
every N-th number of a type (scripts/every_float.py takes all of f32, and
scripts/many_doubles.py seeks the worst of f64), on those around each power of two, and
on infinities and NaN. Exact is its formula in float64, for f64 in long double. Errors are in units in the last place of the exact result;
the table below bounds them, and where a bound does not hold the exit status is 1.
"""

import argparse
import dataclasses
import decimal
import functools
import json
import pathlib
import re
import sys
import tempfile
from collections.abc import Callable

import ml_dtypes
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
#: Where each function is worst: of all float32 (scripts/every_float.py), of many
#: float64 (scripts/many_doubles.py).
RECORD = ROOT / "python/tests/function_accuracy.json"
TARGETS = ("cpu", "reference")
#: What the record tells of a function: f32 on each target, and f64.
KINDS = (*TARGETS, "f64")
DTYPES = {
    "f16": np.dtype(np.float16),
    "bf16": np.dtype(ml_dtypes.bfloat16),
    "f32": np.dtype(np.float32),
    "f64": np.dtype(np.float64),
}
# Every how manieth number: all halves, 1,047,809 and 40,010 of the others.
STEPS = {"f16": 1, "bf16": 1, "f32": 4099, "f64": (1 << 64) // 40009}
CHUNK = 1 << 22


# ===--- exact results ---===#


@functools.cache
def _in_two(number, dtype):
    """A decimal as the sum of two numbers of a type."""
    high = dtype.type(number)
    exact = decimal.Context(prec=60).divide(
        *map(decimal.Decimal, high.as_integer_ratio())
    )
    return high, dtype.type(str(decimal.Decimal(number) - exact))


def _two_product(x, y):
    """x * y as the sum of two, where there is such a sum."""
    product = x * y
    bits = (np.finfo(product.dtype).nmant + 2) // 2
    split = product.dtype.type(2**bits + 1)
    x_high, y_high = split * x - (split * x - x), split * y - (split * y - y)
    x_low, y_low = x - x_high, y - y_high
    rest = x_high * y_high - product + x_high * y_low + x_low * y_high
    return product, rest + x_low * y_low


def _power_of_square(x):
    """exp(-x^2): of an x whose first half has an exact square."""
    x = np.clip(x, -200, 200)
    bits = x.astype(np.float64).view(np.int64) & -(1 << 30)
    high = bits.view(np.float64).astype(x.dtype)
    return np.exp(-(high**2)) * np.exp(-(x - high) * (x + high))


def _root_of_pi(x):
    return np.sqrt(np.arccos(x.dtype.type(-1)))


def _scaled_erfc(z):
    """erfc(z) exp(z^2) for z >= 1, for others NaN: a continued fraction, with as
    many terms as long double needs."""
    y = np.full_like(z, np.nan)
    z = np.minimum(z, 1e9)
    for low, high, depth in ((1, 2, 300), (2, 4, 80), (4, np.inf, 24)):
        at = (z >= low) & (z < high)
        part = fraction = z[at]
        for k in range(depth, 0, -1):
            fraction = part + z.dtype.type(k) / 2 / fraction
        y[at] = 1 / fraction / _root_of_pi(z)
    return y


def erf(x):
    """Next to 0 a series whose summands have one sign; no function of C's library,
    which is what is measured."""
    near = np.abs(x) < 1
    z = np.where(near, x, 0)
    total = term = z
    for n in range(1, 30):
        term = term * (2 * z**2) / (2 * n + 1)
        total = total + term
    series = 2 / _root_of_pi(x) * np.exp(-(z**2)) * total
    far = _power_of_square(x) * _scaled_erfc(np.where(near, np.nan, np.abs(x)))
    return np.where(near, series, np.copysign(1 - far, x))


def erfc(x):
    tail = _power_of_square(x) * _scaled_erfc(np.where(x < 1, np.nan, x))
    return np.where(x < 1, 1 - erf(np.minimum(x, 1)), tail)


def gelu(x):
    """x / 2 * erfc(-x / sqrt(2)); of its tail the power is one of x, not of a
    rounded quotient."""
    z = x / np.sqrt(x.dtype.type(2))
    tail = z <= -1
    root = np.sqrt(_power_of_square(x))
    left = np.where(tail, -z, np.nan)
    erfc = np.where(tail, root * _scaled_erfc(left), 1 + erf(np.maximum(z, -1)))
    return x / 2 * erfc


def _clamp(x, low, high):
    return np.minimum(np.maximum(x, low), high)


def relu(x):
    """Of -0 it is 0; numpy's maximum differs from type to type."""
    return np.where((x > 0) | np.isnan(x), x, x.dtype.type(0))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _times_sigmoid(x, power, rest):
    """x * sigmoid(power + rest), where the rest matters: a power that is no more
    than thousands."""
    rest = np.where(np.abs(rest) < 1, rest, 0)
    return x / (1 + np.exp(-power) * np.exp(-rest))


#: sqrt(8 / pi), and 0.044715 times that.
LINE = "1.59576912160573071175978423973752747"
CUBIC = "0.071354816272600248776338752279863541"


def gelu_tanh(x):
    """x * sigmoid(x * (LINE + CUBIC * x^2)): in long double, too, a rounded power
    would be seen."""
    square, square_rest = _two_product(x, x)
    cubic, cubic_rest = _in_two(CUBIC, x.dtype)
    line, line_rest = _in_two(LINE, x.dtype)
    term, rest = _two_product(square, cubic)
    rest += square_rest * cubic + square * cubic_rest + line_rest
    total = term + line
    part = total - term
    rest += (term - (total - part)) + (line - part)
    power, power_rest = _two_product(x, total)
    return _times_sigmoid(x, power, power_rest + x * rest)


def swish(x, alpha):
    return _times_sigmoid(x, *_two_product(x, x.dtype.type(alpha)))


def hard_swish(x):
    return x * (_clamp(x + 3, 0, 6) / 6)


def hard_sigmoid(x):
    """Next to its root it is what the product's rounding leaves."""
    product, rest = _two_product(x, x.dtype.type(np.float32(0.2)))
    rest = np.where(np.isfinite(rest), rest, 0)
    return _clamp(product + x.dtype.type(0.5) + rest, 0, 1)


def elu(x, alpha):
    return np.where(x < 0, alpha * np.expm1(x), x)


def celu(x, alpha):
    # Sums of both sides: of -0 and 0 that is 0.
    return relu(x) + np.minimum(alpha * np.expm1(x / alpha), 0)


def selu(x, alpha, gamma):
    return gamma * np.where(x > 0, x, alpha * np.expm1(x))


def root_power(exponent):
    """x^exponent, of which long double's pow is exact enough."""
    # Of an array of exponents: of one numpy takes the root, which gives -0.
    return lambda x: np.power(x, np.full_like(x, exponent))


@dataclasses.dataclass(frozen=True)
class Function:
    """A row of the table: an op with attributes, and how far it may be off.

    `ulp` bounds f32 as vectors, f32 as plain loops, and f64, which both targets
    compute alike. Halves round a result of f32 once more. A bound is about a tenth
    more than what was found (RECORD); 0.51 is f64, rounded.
    """

    name: str
    exact: Callable
    ulp: tuple[float, float, float]
    op: str = ""
    attributes: str = ""
    #: Results of vectors below it may lose all digits, or be 0; never those of f64.
    flushed: float = 0.0
    #: A constant second operand.
    operand: float | None = None

    def label(self):
        """The op with what it is given beside x."""
        given = [] if self.operand is None else [f"x, {self.operand:g}"]
        given += re.findall(r"= ([^,:]+?) *(?::|$|,)", self.attributes)
        return " ".join([self.op or self.name, *given])

    def lines(self, element):
        """MLIR that gives %NAME from %x."""
        vector = f"tensor<?x{element}>"
        op, types, operands = self.op or self.name, vector, "%x"
        if self.operand is not None:
            constant = f"  %c_{self.name} = opc.constant {{value = dense<{self.operand:e}> : tensor<{element}>}}"
            yield f"{constant} : tensor<{element}>"
            operands += f", %c_{self.name}"
            types += f", tensor<{element}>"
        yield (
            f"  %{self.name} = opc.{op} {operands} {{{self.attributes}}} "
            f": ({types}) -> {vector}"
        )


def alpha(value, name="alpha"):
    return f"{name} = {float(np.float32(value))!r} : f64"


TINY = float(np.finfo(np.float32).tiny)
A = float(np.float32(0.7))
QUICK = float(np.float32(1.702))
SELU = (float(np.float32(1.6732632)), float(np.float32(1.050701)))
#: Exponents and bounds.
POWERS = {
    "cube": (3, (1.4, 1.4, 1.4)),
    "fourth": (4, (2, 2, 2.1)),
    "inverse": (-1, (0.5, 0.5, 0.5)),
    "inverse_square": (-2, (1.3, 1.3, 1.4)),
    "root": (0.5, (0.5, 0.5, 0.5)),
    "three_halves": (1.5, (1.4, 1.4, 1.4)),
    "inverse_root": (-0.5, (1.6, 1.6, 1.6)),
    "five_halves": (2.5, (2, 2, 2.1)),
    "inverse_fourth": (-4, (2.6, 2.6, 2.5)),
    "seven_halves": (-3.5, (3.4, 3.4, 3.4)),
}

FUNCTIONS = (
    Function("abs", np.abs, (0, 0, 0)),
    Function("neg", np.negative, (0, 0, 0)),
    Function("sign", lambda x: np.where(x == 0, x, np.sign(x)), (0, 0, 0)),
    Function("relu", relu, (0, 0, 0)),
    Function("ceil", np.ceil, (0, 0, 0)),
    Function("floor", np.floor, (0, 0, 0)),
    Function("round", np.rint, (0, 0, 0)),
    Function("sqrt", np.sqrt, (0.5, 0.5, 0.5)),
    Function("reciprocal", lambda x: 1 / x, (0.5, 0.5, 0.5)),
    Function("exp", np.exp, (1.1, 0.6, 0.6), flushed=TINY),
    Function("log", np.log, (0.9, 0.9, 0.6)),
    Function("sin", np.sin, (1.7, 0.7, 0.6)),
    Function("cos", np.cos, (1.7, 0.7, 0.6)),
    Function("tan", np.tan, (0.6, 0.6, 0.7)),
    Function("asin", np.arcsin, (2.4, 1, 0.6)),
    Function("acos", np.arccos, (1.2, 1, 0.6)),
    Function("atan", np.arctan, (1.6, 1, 0.6)),
    Function("sinh", np.sinh, (2, 2, 2)),
    Function("cosh", np.cosh, (2, 2, 1.2)),
    Function("tanh", np.tanh, (6.1, 0.51, 2.3)),
    Function("asinh", np.arcsinh, (1.9, 1.9, 1.9)),
    Function("acosh", np.arccosh, (0.51, 0.51, 2.2)),
    Function("atanh", np.arctanh, (1.8, 1.8, 1.9)),
    Function("erf", erf, (6.4, 1.1, 1.4)),
    Function("erfc", erfc, (6.8, 0.51, 3.9), flushed=1e-39),
    Function("expm1", np.expm1, (1.5, 0.9, 0.9)),
    Function("log1p", np.log1p, (1.5, 1.4, 0.9)),
    Function("sigmoid", sigmoid, (2.6, 0.51, 2.5), flushed=TINY),
    Function("softplus", softplus, (2.1, 1.6, 1.7), flushed=TINY),
    Function("softsign", lambda x: x / (1 + np.abs(x)), (1.6, 1.6, 1.6)),
    Function("mish", lambda x: x * np.tanh(softplus(x)), (5.1, 0.51, 3.3)),
    Function("hard_swish", hard_swish, (2.6, 2.6, 2.6)),
    Function(
        "hard_sigmoid",
        hard_sigmoid,
        (0.5, 0.5, 0.5),
        attributes=f"{alpha(0.2)}, {alpha(0.5, 'beta')}",
    ),
    Function(
        "leaky_relu",
        lambda x: np.where(x < 0, x * A, x),
        (0.5, 0.5, 0.5),
        attributes=alpha(A),
    ),
    Function(
        "thresholded_relu",
        lambda x: np.where(x > A, x, 0),
        (0, 0, 0),
        attributes=alpha(A),
    ),
    Function(
        "elu",
        functools.partial(elu, alpha=A),
        (1.8, 1.6, 1.7),
        attributes=alpha(A),
    ),
    Function(
        "celu",
        functools.partial(celu, alpha=A),
        (1.9, 1.7, 1.7),
        attributes=alpha(A),
    ),
    Function(
        "selu",
        functools.partial(selu, alpha=SELU[0], gamma=SELU[1]),
        (2.1, 2, 1.8),
        attributes=f"{alpha(SELU[0])}, {alpha(SELU[1], 'gamma')}",
    ),
    Function(
        "swish",
        functools.partial(swish, alpha=1),
        (2.5, 0.51, 3.3),
        attributes=alpha(1),
        flushed=1e-35,
    ),
    Function(
        "quick_gelu",
        functools.partial(swish, alpha=QUICK),
        (2.8, 0.51, 3.9),
        op="swish",
        attributes=alpha(QUICK),
        flushed=1e-35,
    ),
    Function(
        "gelu",
        gelu,
        (7.7, 0.51, 5.3),
        attributes='approximate = "none"',
        flushed=1e-35,
    ),
    Function(
        "gelu_tanh",
        gelu_tanh,
        # What comes of an exponent's rounding grows with the exponent.
        (118.5, 0.51, 4),
        op="gelu",
        attributes='approximate = "tanh"',
        flushed=1e-35,
    ),
    *(
        Function(name, root_power(exponent), ulp, op="pow", operand=exponent)
        for name, (exponent, ulp) in POWERS.items()
    ),
)


def named(name):
    return next(f for f in FUNCTIONS if f.name == name)


# ===--- what is measured ---===#


def program(element, functions):
    """One MLIR program that applies all functions to the same numbers."""
    vector = f"tensor<?x{element}>"
    lines = [line for f in functions for line in f.lines(element)]
    outputs = ", ".join(
        f'{vector} {{opc.name = "{f.name}"}}' for f in functions
    )
    names = ", ".join(f"%{f.name}" for f in functions)
    types = ", ".join([vector] * len(functions))
    argument = (
        f'%x: {vector} {{opc.name = "x", '
        "opc.dims = affine_map<()[s0] -> (s0)>}"
    )
    return (
        f"func.func @main({argument}) -> ({outputs}) "
        'attributes {opc.symbols = ["n"]} {\n'
        + "\n".join(lines)
        + f"\n  return {names} : {types}\n}}\n"
    )


def compiled(element, functions, target):
    import opc

    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "functions.mlir"
        file.write_text(program(element, functions))
        return opc.compile(file, target=target, cache=False)


def chunks(element, step):
    """Arrays of numbers of a type: every step-th bit pattern, and those around
    each power of two (with them zeros, infinities and NaN)."""
    dtype = DTYPES[element]
    bits = dtype.itemsize * 8
    word = np.dtype(f"u{dtype.itemsize}")
    for first in range(0, 1 << bits, CHUNK * step):
        last = min(1 << bits, first + CHUNK * step)
        yield _pattern(range(first, last, step), word).view(dtype)
    mantissa = ml_dtypes.finfo(dtype).nmant
    near = [
        (exponent << mantissa) + offset
        for exponent in range(1 << (bits - mantissa))
        for offset in range(-32, 32)
    ]
    yield np.array([value % (1 << bits) for value in near], word).view(dtype)


def _pattern(numbers, word):
    count = np.arange(len(numbers), dtype=np.uint64)
    return (np.uint64(numbers.start) + count * np.uint64(numbers.step)).astype(
        word
    )


def errors(got, exact, flushed):
    """Of each number how many units in the last place of the exact one it is off;
    infinite where it is another infinity, NaN or zero than the exact one."""
    dtype, wide = got.dtype, exact.dtype
    info = ml_dtypes.finfo(dtype)
    with np.errstate(all="ignore"):
        got = got.astype(wide)
        # An infinity counts as the number that would follow the greatest one.
        beyond = wide.type(2) ** int(info.maxexp)
        near = np.where(np.isinf(got), np.copysign(beyond, got), got)
        wanted = np.clip(exact, -beyond, beyond)
        exponent = np.frexp(wanted)[1] - 1
        exponent = np.clip(exponent, int(info.minexp), int(info.maxexp) - 1)
        step = np.ldexp(wide.type(1), exponent - info.nmant)
        off = np.abs(near - wanted) / step
        lost = np.abs(got - exact) <= np.abs(exact)
    same = np.isnan(got) & np.isnan(exact)
    signs = np.signbit(got) == np.signbit(exact)
    off[np.isnan(got) != np.isnan(exact)] = np.inf
    off[(exact == 0) & ((got != 0) | ~signs)] = np.inf
    off[same | (lost & signs & (np.abs(exact) < flushed))] = 0
    return off


def bound(function, element, target):
    """In units in the last place of a type."""
    vectors, loops, double = function.ulp
    if element == "f64":
        return double
    single = vectors if target == "cpu" else loops
    # Of a half: a float32 that is off by that much, rounded.
    steps = {"f32": 1, "f16": 1 << 13, "bf16": 1 << 16}[element]
    return single if steps == 1 else 0.5 + single / steps


def flushed(function, element, target):
    """Below which results of a type may lose all digits."""
    return function.flushed if target == "cpu" and element != "f64" else 0.0


def worst_of(function, element, target, x, exact, got):
    """(ulp, number, result, exact) where a result is farthest off."""
    off = errors(got, exact, flushed(function, element, target))
    at = int(np.argmax(off))
    return off[at], x[at], got[at], exact[at]


def measure(element, functions=FUNCTIONS, step=None, targets=TARGETS):
    """{(function, target): (ulp, number, result, exact)} where each is worst."""
    programs = {t: compiled(element, functions, t) for t in targets}
    wide = np.longdouble if element == "f64" else np.float64
    worst = {}
    for x in chunks(element, step or STEPS[element]):
        results = {t: p.run([x]) for t, p in programs.items()}
        for index, function in enumerate(functions):
            with np.errstate(all="ignore"):
                exact = np.asarray(function.exact(x.astype(wide)), wide)
            for target, outputs in results.items():
                found = worst_of(
                    function, element, target, x, exact, outputs[index]
                )
                key = function.name, target
                worst[key] = max(worst.get(key, found), found, key=_off)
    return worst


def _off(found):
    return found[0]


def read_record():
    """{function: {kind: {"ulp": off, "at": bits of the number}}}."""
    return json.loads(RECORD.read_text()) if RECORD.exists() else {}


def write_record(record):
    order = [f.name for f in FUNCTIONS if f.name in record]
    text = json.dumps({known: record[known] for known in order}, indent=1)
    RECORD.write_text(text + "\n")


def entry(off, bits, element):
    digits = 2 * DTYPES[element].itemsize
    return {"ulp": round(off, 4), "at": f"0x{bits:0{digits}x}"}


def page():
    """The table of bounds, for docs/generated."""
    yield "# How exact functions of one number are"
    yield ""
    yield "The most by which float32 results differ from exact ones, in units in the"
    yield "last place: of vectors (`cpu`), which may give 0 for results below a number,"
    yield "and of plain loops (`reference`), which keep every result. Halves are such"
    yield "results rounded once more; float64 is the same on both targets, and keeps"
    yield "every result. The last columns are the worst that was found: of all float32,"
    yield "and of some four million float64, most of them where others were worst."
    yield ""
    yield "| function | cpu | may be 0 below | reference | float64 | cpu found | reference found | float64 found |"
    yield "|---|---|---|---|---|---|---|---|"
    record = read_record()
    for f in FUNCTIONS:
        zero = f"{f.flushed:.2g}" if f.flushed else ""
        bounds = f"{f.ulp[0]:g} | {zero} | {f.ulp[1]:g} | {f.ulp[2]:g}"
        found = record.get(f.name, {})
        worst = (f"{found[t]['ulp']:g}" if t in found else "" for t in KINDS)
        yield f"| `{f.label()}` | {bounds} | {' | '.join(worst)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--type", choices=DTYPES, default="f32")
    parser.add_argument("--step", type=int, help="every N-th number")
    parser.add_argument("functions", nargs="*", metavar="FUNCTION")
    arguments = parser.parse_args()
    chosen = [
        f for f in FUNCTIONS if f.name in (arguments.functions or [f.name])
    ]
    worst = measure(arguments.type, chosen, arguments.step)
    good = True
    for function in chosen:
        for target in TARGETS:
            off, x, got, exact = worst[function.name, target]
            limit = bound(function, arguments.type, target)
            verdict = "" if off <= limit else f"  MORE THAN {limit:g}"
            good &= not verdict
            print(
                f"{function.name:18} {target:10} {off:9.3f} ulp at {float(x):.9g}: "
                f"{float(got):.9g}, exact {float(exact):.9g}{verdict}",
                flush=True,
            )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
