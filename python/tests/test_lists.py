"""Lists of axes, extents and scales: how long they are, and of what rank."""

import numpy as np
import opc
import pytest
from row import Row, refusal, scalar
from support import TARGETS, normal, onnxruntime_session

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
    """The program for lists of any length gives what that for these gives."""
    results = []
    for fixed in (True, False):
        model, feeds = row.model(fixed)
        program = opc.compile(model, target=target, cache=False)
        results.append(program.run(list(feeds.values())))
    for known, found in zip(*results, strict=True):
        np.testing.assert_array_equal(found, known)


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
