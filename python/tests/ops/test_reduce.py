"""Reductions, softmax, arg-extremes, cumulative sums."""

import numpy as np
from support import Case, integers, normal, ops_test, uniform

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


def softmaxes():
    for op in ("Softmax", "LogSoftmax"):
        for axis in (0, 1, -1):
            yield Case(op, 4 * normal(3, 17, 5), axis=axis, scale=4)
        yield Case(op, normal(3, 4, 5), opset=11, axis=1, scale=4)
        yield Case(op, normal(2, 6, dtype=np.float64), axis=1, scale=4)
    yield Case("Softmax", np.array([[1e4, -1e4, 0], [3, 3, 3]], np.float32))
    yield Case("Hardmax", normal(4, 6), axis=1)


def indices():
    ties = integers(0, 4, 5, 8).astype(np.float32)
    for op in ("ArgMax", "ArgMin"):
        for last in (0, 1):
            yield Case(op, ties, axis=1, select_last_index=last)
        yield Case(op, normal(3, 4, 5), axis=-2, keepdims=0)
        yield Case(op, integers(0, 9, 3, 4, dtype=np.int32), axis=0)
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


test_reduce = ops_test(reductions())
test_softmax = ops_test(softmaxes())
test_indices = ops_test(indices())
