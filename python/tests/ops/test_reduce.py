"""Reductions, softmax, arg-extremes, cumulative sums."""

import itertools

import numpy as np
import opc
import pytest
from support import TARGETS, Case, integers, normal, ops_test, uniform

# Less than two vectors, more and a rest, more than a block of vectors.
SIZES = (12, 37, 129)
OPS = ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd")
NORMS = ("ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum")
NORMS += ("ReduceLogSumExp",)


def reductions():
    x = uniform(0.2, 1.5, 3, 5, 7)
    for op in OPS + NORMS:
        for axes in ([0], [1], [-1], [0, 2], [0, 1, 2]):
            a = np.array(axes, np.int64)
            yield Case(op, x, a, fixed=(1,), keepdims=0, scale=4)
        yield Case(op, x, keepdims=1, scale=4)
    yield Case("ReduceSum", x, np.array([], np.int64), fixed=(1,))
    yield Case(
        "ReduceSum",
        x,
        np.array([], np.int64),
        fixed=(1,),
        noop_with_empty_axes=1,
    )
    yield Case("ReduceMean", x, opset=13, axes=[1, -1], scale=4)
    yield Case("ReduceSum", x, opset=11, axes=[0], scale=4)
    one = np.array([1], np.int64)
    for dtype in (np.int32, np.int64):
        yield Case(
            "ReduceSum", integers(-9, 9, 4, 6, dtype=dtype), one, fixed=(1,)
        )
    for dtype in (np.int8, np.uint8, np.int32, np.int64):
        yield Case(
            "ReduceMax", integers(0, 99, 4, 6, dtype=dtype), one, fixed=(1,)
        )
    yield Case("ReduceSum", normal(3, 0, 2), one, fixed=(1,), label="empty")
    yield Case("ReduceSum", normal(2, 5000), one, fixed=(1,), scale=20)
    for op in ("ReduceProd", "ReduceMin"):
        for dtype in (np.int32, np.int64):
            x = integers(-4, 4, 4, 6, dtype=dtype)
            yield Case(op, x, one, fixed=(1,), keepdims=0)
    for dtype in (np.int8, np.uint8):
        yield Case(
            "ReduceMin", integers(0, 99, 4, 6, dtype=dtype), one, fixed=(1,)
        )


def long_reductions():
    """Rows that fill no vector, some, and a block of them, and more than one."""
    for op, size, axis in itertools.product(OPS, SIZES, (0, 1)):
        x = uniform(0.9, 1.1, size, size + 1)
        x[size // 2] *= -1
        yield Case(
            op, x, np.array([axis]), fixed=(1,), keepdims=size % 2, scale=8
        )
    for dtype in (np.float64, np.int32, np.int64):
        x = integers(-3, 4, 37, 129, dtype=dtype)
        for op, axis in itertools.product(OPS, (0, 1)):
            if op != "ReduceMean":
                yield Case(op, x, np.array([axis]), fixed=(1,), scale=8)


def softmaxes():
    for op in ("Softmax", "LogSoftmax"):
        for axis in (0, 1, -1):
            yield Case(op, 4 * normal(3, 17, 5), axis=axis, scale=4)
        yield Case(op, normal(3, 4, 5), opset=11, axis=1, scale=4)
        yield Case(op, normal(2, 6, dtype=np.float64), axis=1, scale=4)
    yield Case("Softmax", np.array([[1e4, -1e4, 0], [3, 3, 3]], np.float32))
    for op, size, axis in itertools.product(
        ("Softmax", "LogSoftmax"), SIZES, (0, 1, 2)
    ):
        yield Case(op, 6 * normal(3, size, size - 5), axis=axis, scale=8)
    masked = normal(37, 37)
    masked[np.random.default_rng(1).random(masked.shape) < 0.5] = -np.inf
    masked[np.arange(37), np.arange(37)] = 1
    for axis in (0, 1):
        yield Case("Softmax", masked, axis=axis, scale=4, label="masked")
    yield Case("Hardmax", integers(0, 3, 12, 37).astype(np.float32), axis=0)
    yield Case("Hardmax", normal(4, 6), axis=1)


def indices():
    ties = integers(0, 4, 5, 8).astype(np.float32)
    for op in ("ArgMax", "ArgMin"):
        for last in (0, 1):
            yield Case(op, ties, axis=1, select_last_index=last)
        yield Case(op, normal(3, 4, 5), axis=-2, keepdims=0)
        yield Case(op, integers(0, 9, 3, 4, dtype=np.int32), axis=0)
    for op, axis in itertools.product(("ArgMax", "ArgMin"), (0, 1, 2)):
        for size in SIZES:
            yield Case(
                op,
                integers(0, 99, 3, size, size + 2, dtype=np.int32),
                axis=axis,
            )
            yield Case(op, normal(3, size, size + 2), axis=axis, keepdims=0)
    axis = np.array(1, np.int64)
    for exclusive in (0, 1):
        for reverse in (0, 1):
            yield Case(
                "CumSum",
                normal(3, 9),
                axis,
                fixed=(1,),
                exclusive=exclusive,
                reverse=reverse,
                scale=2,
            )


def cumulative():
    for reverse, exclusive in itertools.product((0, 1), repeat=2):
        options = dict(reverse=reverse, exclusive=exclusive, fixed=(1,))
        for axis in (0, -1):
            x, where = normal(12, 37), np.array(axis)
            yield Case("CumSum", x, where, scale=8, **options)
        for dtype in (np.int32, np.int64, np.float64):
            x = integers(-9, 9, 37, 3, dtype=dtype)
            yield Case("CumSum", x, np.array(0), **options)
        for axis in (0, 1):
            x, where = uniform(0.7, 1.4, 12, 37), np.array(axis)
            yield Case("CumProd", x, where, opset=26, scale=8, **options)


NEUTRAL = {
    "ReduceSum": 0, "ReduceProd": 1, "ReduceMax": -np.inf, "ReduceMin": np.inf,
    "ReduceL1": 0, "ReduceL2": 0, "ReduceSumSquare": 0, "ReduceLogSum": -np.inf,
    "ReduceLogSumExp": -np.inf,
}  # fmt: skip
PLAIN = {
    "ReduceSum": np.sum,
    "ReduceProd": np.prod,
    "ReduceMax": np.max,
    "ReduceMin": np.min,
    "ReduceMean": np.mean,
}


def reduced(op, x, axis, target, symbolic=False):
    case = Case(op, x, np.array([axis]), fixed=(1,), opset=20, keepdims=0)
    model = case.model(symbolic)
    return opc.compile(model, target=target, cache=False).run(case.feeds)[0]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("symbolic", [False, True], ids=["fixed", "open"])
@pytest.mark.parametrize("op", NEUTRAL)
def test_reduction_of_nothing(op, symbolic, target):
    """As the standard has it."""
    y = reduced(op, np.zeros((5, 0, 3), np.float32), 1, target, symbolic)
    np.testing.assert_array_equal(y, np.full((5, 3), NEUTRAL[op], np.float32))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.int64])
@pytest.mark.parametrize("op", ["ReduceMax", "ReduceMin"])
def test_extremes_of_no_integers(op, dtype, target):
    y = reduced(op, np.zeros((2, 0), dtype), 1, target)
    info = np.iinfo(dtype)
    wanted = info.min if op == "ReduceMax" else info.max
    assert y.tolist() == [wanted, wanted]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # numpy's on infinities
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("op", PLAIN)
def test_reduction_of_no_numbers(op, axis, target):
    """A NaN anywhere is the result, in a vector and behind the last whole one."""
    x = uniform(0.5, 1.5, 37, 37)
    for row, value in enumerate((np.nan, np.inf, -np.inf, -0.0)):
        x[row, row * 12] = value
    x[5, 3], x[5, 36] = np.inf, -np.inf
    x[36, 36] = np.nan
    y = reduced(op, x, axis, target)
    wanted = PLAIN[op](x.astype(np.float64), axis).astype(np.float32)
    np.testing.assert_allclose(y, wanted, rtol=1e-5)


test_reduce = ops_test(reductions())
test_long_reduction = ops_test(long_reductions())
test_cumulative = ops_test(cumulative())
test_softmax = ops_test(softmaxes())
test_indices = ops_test(indices())
