"""Ops on one element, at the edges of every element type.

Expected values are those of Python's integers, which neither wrap nor trap, and
of numpy: what tests of one target against the other cannot tell, because both
are built from the same expressions (lib/Dialect/Opc/IR/Scalar*.cpp).
"""

import itertools
import operator

import numpy as np
import opc
import pytest
from support import BF16, TARGETS

INTEGERS = ("i8", "i16", "i32", "i64", "ui8", "ui16", "ui32", "ui64")
FLOATS = ("f16", "bf16", "f32", "f64")


def numpy_type(element):
    if element == "bf16":
        return BF16
    kind = {"i": "i", "ui": "u", "f": "f"}[element.rstrip("0123456789")]
    bits = int(element.lstrip("iuf"))
    return np.dtype(bool) if bits == 1 else np.dtype(f"{kind}{bits // 8}")


class Program:
    """One MLIR program: a result for each op added, and what it should be."""

    def __init__(self):
        self.inputs, self.lines, self.results, self.expected = {}, [], [], []

    def input(self, name, element, values):
        """`name` with its type, as an operand."""
        array = np.asarray(values, numpy_type(element))
        self.inputs[name] = (array, f"tensor<{array.size}x{element}>")
        return name

    def add(self, op, operands, element, expected, attributes=""):
        types = [self.inputs[name][1] for name in operands]
        y = f"tensor<{len(expected)}x{element}>"
        self.lines.append(
            f"  %y{len(self.lines)} = opc.{op} "
            + ", ".join(f"%{name}" for name in operands)
            + f" {{{attributes}}} : ({', '.join(types)}) -> {y}"
        )
        self.results.append(y)
        self.expected.append(np.asarray(expected, numpy_type(element)))

    def text(self):
        arguments = ", ".join(
            f'%{name}: {kind} {{opc.name = "{name}"}}'
            for name, (_, kind) in self.inputs.items()
        )
        results = ", ".join(
            f'{kind} {{opc.name = "y{i}"}}'
            for i, kind in enumerate(self.results)
        )
        names = ", ".join(f"%y{i}" for i in range(len(self.results)))
        body = "\n".join(self.lines)
        kinds = ", ".join(self.results)
        return (
            f"func.func @main({arguments}) -> ({results}) {{\n{body}\n"
            f"  return {names} : {kinds}\n}}\n"
        )

    def check(self, target, folder):
        file = folder / "program.mlir"
        file.write_text(self.text())
        compiled = opc.compile(file, target=target, cache=False)
        outputs = compiled.run([array for array, _ in self.inputs.values()])
        for line, got, want in zip(
            self.lines, outputs, self.expected, strict=True
        ):
            if want.dtype == BF16:
                got, want = got.astype(np.float32), want.astype(np.float32)
            np.testing.assert_array_equal(got, want, err_msg=line)
            if want.dtype.kind == "f":
                number = ~np.isnan(want)
                signs = np.signbit(got)[number], np.signbit(want)[number]
                np.testing.assert_array_equal(*signs, err_msg=line)


def limits(element):
    info = np.iinfo(numpy_type(element))
    return int(info.min), int(info.max)


def edges(element):
    low, high = limits(element)
    bits = numpy_type(element).itemsize * 8
    near = {low, low + 1, high - 1, high, *range(-3, 4)}
    near |= {bits - 1, bits, bits + 1, high // 2, low // 2}
    return sorted(value for value in near if low <= value <= high)


def wrapped(value, element):
    low, high = limits(element)
    return (value - low) % (high - low + 1) + low


def clamped(value, element):
    low, high = limits(element)
    return min(max(value, low), high)


def quotient(a, b):
    """Rounded toward zero; 0 where there is none."""
    return 0 if b == 0 else abs(a) // abs(b) * (-1 if a * b < 0 else 1)


def left(a, b, bits):
    return a << b if 0 <= b < bits else 0


def right(a, b, bits):
    """Amounts that are negative count as more than the width."""
    return a >> (b if 0 <= b < bits else bits)


BINARY = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": quotient,
    "fmod": lambda a, b: a - quotient(a, b) * b if b else 0,
    "mod": lambda a, b: a % b if b else 0,
    "min": min,
    "max": max,
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
    "prelu": lambda a, b: a * b if a < 0 else a,
}
SHIFTS = {"shift_left": left, "shift_right": right}
COMPARISONS = {
    "equal": operator.eq,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
}
UNARY = {
    "abs": abs,
    "neg": operator.neg,
    "not": operator.invert,
    "sign": lambda a: (a > 0) - (a < 0),
    "relu": lambda a: max(a, 0),
}


def integer_ops(p):
    for t in INTEGERS:
        pairs = list(itertools.product(edges(t), repeat=2))
        a, b = zip(*pairs, strict=True)
        names = [p.input(f"a_{t}", t, a), p.input(f"b_{t}", t, b)]
        bits = numpy_type(t).itemsize * 8
        for op, function in BINARY.items():
            p.add(op, names, t, [wrapped(function(*x), t) for x in pairs])
        for op, function in SHIFTS.items():
            shifted = [wrapped(function(*x, bits), t) for x in pairs]
            p.add(op, names, t, shifted)
        for op, function in COMPARISONS.items():
            p.add(op, names, "i1", [function(*x) for x in pairs])
        for op, function in UNARY.items():
            p.add(op, names[:1], t, [wrapped(function(x), t) for x in a])


def numbers(element):
    """Floats at which rounding, ranges and signs are decided."""
    info = np.finfo(np.float32) if element == "f64" else None
    values = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 1.5, 2.5, -2.5, 3.0, -3.0, 0.75]
    values += [127.5, 128.0, -128.5, -129.0, 255.0, 256.0, 32768.0, 40000.0]
    if element != "f16":
        values += [2.0**31, -(2.0**31), 2.0**32, 2.0**62, -(2.0**63), 1e30]
    if info is not None:
        values += [2.0**31 - 1, 2.0**32 - 1, 2.0**53 - 1, 1e300]
    return values + [np.inf, -np.inf, np.nan]


def floor_mod(a, b):
    """Python's remainder, with NaN where there is none."""
    r = np.fmod(a, b)
    return np.where((r != 0) & ((r < 0) != (b < 0)), r + b, r)


def lesser(a, b):
    """As IEEE 754: -0 is less than 0."""
    zeros = (a == 0) & (b == 0)
    return np.where(
        zeros & np.signbit(a), a, np.where(zeros, b, np.minimum(a, b))
    )


FLOAT_BINARY = {
    "min": lesser,
    "max": lambda a, b: -lesser(-a, -b),
    "fmod": np.fmod,
    "mod": floor_mod,
    "prelu": lambda a, b: np.where(a < 0, a * b, a),
}
FLOAT_UNARY = {
    "abs": (np.abs, ""),
    "neg": (np.negative, ""),
    "sign": (lambda x: np.where(x == 0, x, np.sign(x)), ""),
    "round": (np.round, ""),
    "floor": (np.floor, ""),
    "ceil": (np.ceil, ""),
    "leaky_relu": (lambda x: np.where(x < 0, x * 0.5, x), "alpha = 0.5 : f64"),
    "thresholded_relu": (
        lambda x: np.where(x > 0.5, x, 0),
        "alpha = 0.5 : f64",
    ),
}


def classes(x):
    yield "isnan", "", np.isnan(x)
    for negative, positive in itertools.product((False, True), repeat=2):
        found = np.isposinf(x) & positive | np.isneginf(x) & negative
        flags = f"negative = {negative}, positive = {positive}"
        yield "isinf", flags.lower(), found


def float_ops(p):
    for t in FLOATS:
        dtype = numpy_type(t)
        a, b = zip(*itertools.product(numbers(t), repeat=2), strict=True)
        names = [p.input(f"a_{t}", t, a), p.input(f"b_{t}", t, b)]
        wide = np.float64 if t == "f64" else np.float32
        x, y = (p.inputs[name][0].astype(wide) for name in names)
        for op, function in FLOAT_BINARY.items():
            p.add(op, names, t, function(x, y).astype(dtype))
        for op, function in COMPARISONS.items():
            p.add(op, names, "i1", function(x, y))
        for op, (function, attributes) in FLOAT_UNARY.items():
            expected = np.asarray(function(x)).astype(dtype)
            p.add(op, names[:1], t, expected, attributes)
        for op, attributes, expected in classes(x):
            p.add(op, names[:1], "i1", expected, attributes)


def to_integer(value, element, saturate):
    if np.isnan(value):
        return 0
    if np.isinf(value):
        return limits(element)[int(value > 0)]
    fit = clamped if saturate else wrapped
    return fit(int(value), element)


def specified(value, element, saturate):
    """Whether a float becomes one certain integer: see opc.cast."""
    return saturate or (abs(value) < 2.0**63 and not np.isnan(value)
        and (element != "ui64" or value > -1))  # fmt: skip


def casts_from_floats(p):
    for t in FLOATS:
        x = p.input(f"f_{t}", t, numbers(t))
        values = p.inputs[x][0]
        for to in FLOATS:
            if to != t:
                p.add("cast", [x], to, values.astype(numpy_type(to)))
        p.add("cast", [x], "i1", values != 0)
        for to, saturate in itertools.product(INTEGERS, (False, True)):
            certain = [
                value
                for value in values.astype(np.float64)
                if specified(value, to, saturate)
            ]
            some = p.input(f"f_{t}_{to}_{saturate}".lower(), t, certain)
            expected = [to_integer(v, to, saturate) for v in certain]
            p.add(
                "cast", [some], to, expected, f"saturate = {saturate}".lower()
            )


def casts_from_integers(p):
    p.input("bool", "i1", [False, True])
    for to in (*INTEGERS, *FLOATS):
        p.add("cast", ["bool"], to, [0, 1])
    for t in INTEGERS:
        x = p.input(f"i_{t}", t, edges(t))
        p.add("cast", [x], "i1", [value != 0 for value in edges(t)])
        for to in FLOATS:
            # Narrow floats round a value of f32.
            wide = np.float64 if to == "f64" else np.float32
            values = p.inputs[x][0].astype(wide)
            p.add("cast", [x], to, values.astype(numpy_type(to)))
        for to, fit in itertools.product(INTEGERS, (wrapped, clamped)):
            if to != t:
                saturate = str(fit is clamped).lower()
                expected = [fit(value, to) for value in edges(t)]
                p.add("cast", [x], to, expected, f"saturate = {saturate}")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # numpy's on NaN
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "build", [integer_ops, float_ops, casts_from_floats, casts_from_integers]
)
def test_edges(build, target, tmp_path):
    program = Program()
    build(program)
    program.check(target, tmp_path)
