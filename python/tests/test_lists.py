"""Lists of axes, extents and scales: how long they are, and of what rank."""

import copy

import numpy as np
import opc
import pytest
from onnx.reference import ReferenceEvaluator
from row import Row, refusal, scalar
from support import (
    TARGETS,
    assert_close,
    expected_outputs,
    normal,
    onnxruntime_session,
)

X, TWO = normal(2, 3), np.array([1, 2])
PAIR = np.array([0, 1], np.float32)

# Lists as long as the rest of the node says, and what onnxruntime needs as well.
LISTS = [
    Row("Tile", "", X, np.array([3, 2])),
    Row("Pad", "", X, np.array([1, -1, 0, 2])),
    Row(
        "Pad",
        "",
        X,
        np.array([2, 3]),
        np.float32(1),
        np.array([-1]),
        weights=[2, 3],
    ),
    Row("CenterCropPad", "", X, np.array([1, 5])),
    Row(
        "Resize",
        "",
        X,
        normal(0),
        normal(0),
        np.array([5, 2]),
        weights=[1, 2],
        mode="linear",
    ),
    Row(
        "Resize",
        "",
        X,
        normal(0),
        np.array([2.5, 2], np.float32),
        weights=[1],
        mode="linear",
    ),
    # Some lists are flat, whatever their rank.
    Row("Resize", "", X, normal(0), np.array([[2.5], [2]], np.float32)),
    Row(
        "Resize",
        "",
        X,
        normal(0),
        normal(0),
        np.array([[5, 2]]),
        weights=[1, 2],
    ),
    Row("Expand", "", X, np.array([4, 2, 1]), sized=[1]),
    Row("ConstantOfShape", "", np.array([4, 2]), sized=[0]),
    Row("Unsqueeze", "", X, np.array(1), weights=[1]),
    Row("Split", "", X, np.array([1, 1]), outputs=2),
    Row("Split", "", normal(66, 2), [2] + [1] * 64, weights=[1], outputs=65),
    # One scale is for all, though it has an axis.
    Row("QuantizeLinear", "", X, PAIR[1:], np.array([3], np.uint8), axis=0),
    Row("DequantizeLinear", "", TWO.astype(np.int8), PAIR[1:], axis=0),
    Row("QuantizeLinear", "", X, PAIR[[1, 1]], axis=0),
    # And though there is no such axis.
    Row("QuantizeLinear", "", X[0], PAIR[1:], np.array([3], np.uint8)),
    Row("QuantizeLinear", "", scalar(9, np.float32), PAIR[1:], axis=-3),
    Row("DequantizeLinear", "", TWO.astype(np.int8), PAIR[1:]),
    Row(
        "Slice",
        "",
        X,
        np.array([0, 1]),
        np.array([2, 2]),
        np.array([1, 0]),
        weights=[3],
    ),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("row", LISTS, ids=str)
def test_lists_whose_length_is_open(row, target):
    """The programs for lists of this length and of any give what onnxruntime does,
    which knows the lists."""
    known = copy.copy(row)
    known.weights = set(row.feeds) - {"x0"}
    model, feeds = known.model(fixed=True)
    expected = onnxruntime_session(model).run(None, feeds)
    for fixed in (True, False):
        model, feeds = row.model(fixed)
        program = opc.compile(model, target=target, cache=False)
        assert_close(program.run(list(feeds.values())), expected)


def ranked(op, name, *feeds, **options):
    """`feeds` with the list `name`, the one of another rank."""
    (rank,) = {np.ndim(feed) for feed in feeds[1:]} - {1}
    message = f"input '{name}' has rank {rank}, not 1"
    return Row(op, message, *feeds, **options)


ONE, GRID = np.array([1]), np.array([[1]])
# What must be a vector, as for onnxruntime.
RANKS = [
    ranked("Tile", "repeats", X, np.array([[3, 2]])),
    ranked("Tile", "repeats", X[0], scalar(2)),
    ranked("Pad", "pads", X, np.array([[0], [1], [0], [1]])),
    ranked("Split", "split", X, np.array([[1, 1]]), outputs=2),
    ranked("CenterCropPad", "shape", X, np.array([[1], [1]])),
    ranked("Reshape", "shape", X, np.array([[3, 2]])),
    ranked("ReduceSum", "axes", X, GRID),
    ranked("ReduceMax", "axes", X, scalar(1)),
    ranked("Squeeze", "axes", X[:1], scalar(0)),
    ranked("Unsqueeze", "axes", X, GRID),
    ranked(
        "AffineGrid", "size", normal(1, 2, 3), [[1], [1], [2], [2]], opset=20
    ),
    *(
        ranked("Slice", name, X, *lists)
        for i, name in enumerate(("starts", "ends", "axes", "steps"))
        for other in (ONE[0], GRID)
        for lists in [[ONE] * i + [other] + [ONE] * (3 - i)]
    ),
]


@pytest.mark.parametrize("row", RANKS, ids=str)
@pytest.mark.parametrize("known", [True, False])
def test_lists_of_another_rank(row, known):
    """The compiler names them, and onnxruntime takes none of them."""
    if known:
        row.weights = set(list(row.feeds)[1:])
    for fixed in (True, False):
        model, feeds = row.model(fixed)
        line = refusal(model, feeds, "cpu", compiles=False)
        assert row.message in line
        with pytest.raises(Exception, match=r"(?i)1-?d|dim|rank|shape|size"):
            onnxruntime_session(model).run(None, feeds)


FLAG, BYTE = np.array(True), np.uint8
SIGNAL, BOXES = normal(1, 8, 1), normal(1, 2, 4)
SCORES = np.array([[[0.9, 0.8]]], np.float32)
# What must be one number: the operand, its name, and the node with a scalar there.
SCALARS = [
    (0, "start", Row("Range", "", scalar(1), scalar(5), scalar(2), sized=[0])),
    (1, "limit", Row("Range", "", scalar(1), scalar(5), scalar(2), sized=[1])),
    (2, "delta", Row("Range", "", scalar(1), scalar(5), scalar(2), sized=[2])),
    (1, "k", Row("Trilu", "", X, scalar(1))),
    (1, "min", Row("Clip", "", X, scalar(0, np.float32))),
    (
        2,
        "max",
        Row("Clip", "", X, scalar(-1, np.float32), scalar(0, np.float32)),
    ),
    (1, "depth", Row("OneHot", "", TWO, scalar(3), PAIR, opset=11)),
    (1, "axis", Row("CumSum", "", X, scalar(1), weights=[1])),
    (1, "dft_length", Row("DFT", "", SIGNAL, scalar(8), weights=[1], opset=20)),
    (
        2,
        "axis",
        Row("DFT", "", SIGNAL, scalar(8), scalar(1), weights=[1, 2], opset=20),
    ),
    (1, "ratio", Row("Dropout", "", X, scalar(0.5, np.float32))),
    (
        2,
        "training_mode",
        Row("Dropout", "", X, scalar(0.5, np.float32), ~FLAG, weights=[2]),
    ),
    (0, "size", Row("HannWindow", "", scalar(8), sized=[0])),
]
# And those that may have any rank.
ONLY = [
    (
        2,
        Row(
            "Pad",
            "",
            X,
            np.array([0, 1, 0, 2]),
            scalar(7, np.float32),
            weights=[1],
        ),
    ),
    *(
        (
            i,
            Row(
                "NonMaxSuppression",
                "",
                BOXES,
                SCORES,
                scalar(2),
                scalar(0.5, np.float32),
                scalar(0.1, np.float32),
            ),
        )
        for i in (2, 3, 4)
    ),
]


def in_rank(row, index, rank):
    """The same node with an operand in another rank."""
    changed = copy.copy(row)
    name = f"x{index}"
    changed.feeds = row.feeds | {name: row.feeds[name].reshape([1] * rank)}
    return changed


def results_of(row, target):
    model, feeds = row.model(fixed=True)
    program = opc.compile(model, target=target, cache=False)
    return program.run(list(feeds.values()))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.parametrize("index, name, row", SCALARS, ids=str)
def test_lists_of_one_are_scalars(index, name, row, rank, target):
    expected = expected_outputs(*row.model(fixed=True))
    got = results_of(in_rank(row, index, rank), target)
    assert_close(got, expected, scale=16)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("index, name, row", SCALARS, ids=str)
def test_tables_of_one_are_none(index, name, row, known):
    """Nor for onnxruntime, where it is told what they hold."""
    row = in_rank(row, index, 2)
    if known:
        row.weights = row.weights | {f"x{index}"}
        model, feeds = row.model(fixed=True)
        with pytest.raises(Exception, match=r"(?i)scalar|1-?d|one element"):
            onnxruntime_session(model).run(None, feeds)
    model, feeds = row.model(fixed=True)
    line = refusal(model, feeds, "cpu", compiles=False)
    assert f"input '{name}' has rank 2, not 0 or 1" in line


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("rank", [0, 1, 2, 3])
@pytest.mark.parametrize("index, row", ONLY, ids=str)
def test_one_element_of_any_rank(index, row, rank, target):
    row = in_rank(row, index, rank)
    expected = expected_outputs(*row.model(fixed=True))
    assert_close(results_of(row, target), expected)


@pytest.mark.parametrize("fixed", [True, False])
@pytest.mark.parametrize("known", [True, False])
def test_no_axes_squeeze_none(known, fixed):
    """As the specification's evaluator has it; onnxruntime takes all axes of 1."""
    row = Row("Squeeze", "", normal(3, 1, 4), TWO[:0], sized=[1])
    row.weights = {"x1"} if known else set()
    model, feeds = row.model(fixed)
    program = opc.compile(model, target="reference", cache=False)
    expected = ReferenceEvaluator(model).run(None, feeds)
    assert expected[0].shape == (3, 1, 4)
    assert_close(program.run(list(feeds.values())), expected)
