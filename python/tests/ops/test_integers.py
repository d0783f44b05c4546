"""Arithmetic of integers at the ends of their types, against Python's integers."""

import itertools
import math

import numpy as np
import pytest
from support import INTS, TARGETS, Case, edges, run_together, wrapped


def towards_zero(a, b):
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


# op, opset, attributes, Python's, which pairs have a meaning.
ANY = lambda a, b, bits: True
NOT_BY_0 = lambda a, b, bits: b != 0
SHIFT = lambda a, b, bits: 0 <= b < bits and a >= 0
PAIRS = [
    ("Add", 14, {}, lambda a, b: a + b, ANY),
    ("Sub", 14, {}, lambda a, b: a - b, ANY),
    ("Mul", 14, {}, lambda a, b: a * b, ANY),
    ("Max", 13, {}, max, ANY),
    ("Min", 13, {}, min, ANY),
    ("Div", 14, {}, towards_zero, NOT_BY_0),
    ("Mod", 13, {}, lambda a, b: a % b, NOT_BY_0),
    ("Mod", 13, {"fmod": 1}, lambda a, b: a - b * towards_zero(a, b), NOT_BY_0),
    ("BitShift", 11, {"direction": "LEFT"}, lambda a, b: a << b, SHIFT),
    ("BitShift", 11, {"direction": "RIGHT"}, lambda a, b: a >> b, SHIFT),
    ("BitwiseXor", 18, {}, lambda a, b: a ^ b, ANY),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("row", PAIRS, ids=lambda row: f"{row[0]}{row[2]}")
def test_pairs_of_integers(row, target):
    op, opset, attributes, exact, means = row
    types = [t for t in INTS if op != "BitShift" or t.kind == "u"]
    cases, wanted = [], []
    for dtype in types:
        near = edges(dtype)
        if op == "BitShift":
            near.append(dtype.itemsize * 8 - 1)
        pairs = [
            pair
            for pair in itertools.product(near, near)
            if means(*pair, dtype.itemsize * 8)
        ]
        operands = (np.array(x, dtype) for x in zip(*pairs, strict=True))
        cases.append(Case(op, *operands, opset=opset, **attributes))
        wanted.append([wrapped(exact(*pair), dtype) for pair in pairs])
    results = run_together(cases, target)
    for dtype, y, want in zip(types, results, wanted, strict=True):
        assert y.tolist() == want, dtype


@pytest.mark.parametrize("target", TARGETS)
def test_clip_of_integers(target):
    """Where the ends have changed places, all is the upper one."""
    cases = [
        Case("Clip", np.array(edges(dtype), dtype), low, high, opset=13)
        for dtype in INTS
        for low, high in itertools.product(
            np.array(edges(dtype)[::5], dtype), repeat=2
        )
    ]
    results = run_together(cases, target)
    for case, y in zip(cases, results, strict=True):
        x, low, high = (operand.tolist() for operand in case.inputs)
        want = [min(max(value, low), high) for value in x]
        assert y.tolist() == want, (case, low, high)


FOLDS = {
    "ReduceSum": sum,
    "ReduceProd": math.prod,
    "ReduceSumSquare": lambda row: sum(v * v for v in row),
    "ReduceL1": lambda row: sum(map(abs, row)),
    "ReduceMax": max,
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("axis", [0, 1])
def test_sums_of_integers(axis, target):
    types = [t for t in INTS if t.itemsize >= 4]
    cases, wanted = [], []
    for dtype, (op, fold) in itertools.product(types, FOLDS.items()):
        near = edges(dtype)
        rows = [near, near[::-1], near[3:] + near[:3]]
        x = np.array(rows, dtype)
        x = x if axis == 1 else x.T.copy()
        options = dict(fixed=(1,), keepdims=0, opset=18)
        cases.append(Case(op, x, np.array([axis]), **options))
        wanted.append([wrapped(fold(row), dtype) for row in rows])
    results = run_together(cases, target)
    for case, y, want in zip(cases, results, wanted, strict=True):
        assert y.tolist() == want, str(case)
