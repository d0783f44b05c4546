"""What only a run can know is decided as if it had been known before.

Each row is compiled twice: with all extents and values fixed, where opc refuses
it or computes it, and with symbols and inputs, where the run does the same and
says the same.
"""

import numpy as np
import opc
import pytest
from onnx import TensorProto, helper
from row import Row, refusal, scalar
from support import TARGETS, graph_model, normal


def several(name, array):
    return f"input '{name}' has {np.size(array)} elements, not 1"


X, EMPTY, TWO = normal(2, 3), np.zeros(0, np.int64), np.array([1, 2])
NONE, PAIR = np.zeros(0, np.float32), np.array([0, 1], np.float32)
TRUE = np.array(True)
# Of a Loop that stacks the numbers of its rounds.
BODY = helper.make_graph(
    [
        helper.make_node("Identity", ["go"], ["on"]),
        helper.make_node("Identity", ["i"], ["round"]),
    ],
    "body",
    [
        helper.make_tensor_value_info("i", TensorProto.INT64, []),
        helper.make_tensor_value_info("go", TensorProto.BOOL, []),
    ],
    [
        helper.make_tensor_value_info("on", TensorProto.BOOL, []),
        helper.make_tensor_value_info("round", TensorProto.INT64, []),
    ],
)

# Operands that must be one scalar: of no element and of two.
SCALARS = [
    Row("Range", several("start", EMPTY), EMPTY, scalar(3), scalar(1)),
    Row("Range", several("limit", TWO), scalar(0), TWO, scalar(1)),
    Row("Range", several("delta", EMPTY), scalar(0), scalar(3), EMPTY),
    Row("Range", several("delta", PAIR), NONE[:0].sum(), PAIR[1], PAIR),
    Row("OneHot", several("depth", EMPTY), TWO, EMPTY, PAIR),
    Row("OneHot", several("depth", TWO), TWO, TWO, PAIR),
    Row("Trilu", several("k", EMPTY), X, EMPTY),
    Row("Trilu", several("k", TWO), X, TWO),
    Row("TopK", several("k", EMPTY), X, EMPTY, outputs=2),
    Row("Clip", several("min", NONE), X, NONE),
    Row("Clip", several("max", PAIR), X, scalar(0, np.float32), PAIR),
    Row("Dropout", several("ratio", PAIR), X, PAIR),
    Row("HannWindow", several("size", EMPTY), EMPTY),
    Row(
        "Pad",
        several("constant_value", NONE),
        X,
        np.array([0, 1, 0, 1]),
        NONE,
        weights=[1],
    ),
    *(
        Row("Loop", several("M", count), count, TRUE, weights=w, body=BODY)
        for count in (EMPTY, TWO)
        for w in ([1], [0, 1])
    ),
]


# Windows, pads and sizes that do not fit, in words that hold for both.
THIRDS = np.array([1, 2, 3], np.uint8)
BOXES, SCORES = normal(1, 2, 4), np.array([[[0.9, 0.8]]], np.float32)
FITS = [
    *(
        Row(
            op,
            "the scale has 1 elements and the zero point 3",
            x,
            PAIR[1:],
            THIRDS,
            weights=w,
        )
        for op, x in (
            ("QuantizeLinear", X),
            ("DequantizeLinear", X.astype(np.uint8)),
        )
        for w in ([], [1, 2])
    ),
    *(
        Row("Upsample", "less than 1", X, PAIR + 0.5, weights=w, opset=9)
        for w in ([], [1])
    ),
    *(
        Row(
            "NonMaxSuppression",
            "is outside of [0, 1]",
            BOXES,
            SCORES,
            scalar(2),
            scalar(share, np.float32),
            weights=w,
        )
        for share in (-0.5, 1.5, np.nan)
        for w in ([], [3])
    ),
    Row("ConstantOfShape", "'input' holds -7, less than 0", [-7], weights=[0]),
    Row("Expand", "'shape' holds -7, less than 0", X, [-7, 3], weights=[1]),
    Row("Tile", "'repeats' holds -7, less than 0", X, [1, -7], weights=[1]),
    *(
        Row(
            "OneHot",
            f"input 'values' has {count} elements, not 2",
            TWO,
            scalar(3),
            normal(count),
            weights=w,
        )
        for count in (0, 1, 3)
        for w in ([], [2])
    ),
    Row(
        "DequantizeLinear",
        "the scale has 2 elements, axis 1 has 3",
        X.astype(np.int8),
        PAIR + 1,
    ),
    Row(
        "QuantizeLinear",
        "the scale has 3 elements and the zero point 2",
        X,
        normal(3),
        TWO.astype(np.uint8),
    ),
    Row("QuantizeLinear", "axis 1 is outside of rank 1", X[0], PAIR + 1),
    Row(
        "DequantizeLinear",
        "axis -2 is outside of rank 1",
        TWO.astype(np.int8),
        PAIR + 1,
        axis=-2,
    ),
    Row("MatMul", "inner extents 4 and 5 differ", normal(3, 4), normal(5, 6)),
    Row(
        "Gemm",
        "C of extent 3 does not broadcast to 1",
        normal(1, 4),
        normal(4, 6),
        normal(3, 6),
    ),
    Row(
        "LayerNormalization",
        "scale of extent 3 does not broadcast to 1",
        normal(2, 1, 4),
        normal(3, 4),
        axis=1,
    ),
    Row(
        "LayerNormalization",
        "B of extent 3 does not broadcast to 1",
        normal(1, 4),
        normal(4),
        normal(3, 4),
        axis=-1,
    ),
    Row(
        "PRelu",
        "slope of extent 3 does not broadcast to 1",
        normal(1, 4),
        normal(3, 4),
    ),
    Row("Concat", "extents 4 and 3 differ", X, normal(2, 4), axis=0),
    Row(
        "MaxPool",
        "the window of 5 is larger than the padded input of 2",
        normal(1, 1, 2),
        kernel_shape=[5],
    ),
    Row(
        "AveragePool",
        "the window of 5 is larger than the padded input of 4",
        normal(1, 1, 2),
        kernel_shape=[5],
        pads=[1, 1],
        ceil_mode=1,
    ),
    Row(
        "Conv",
        "the window of 3 is larger than the padded input of 2",
        normal(1, 2, 2),
        normal(4, 2, 3),
        weights=[1],
    ),
    Row(
        "Conv",
        "the input has 3 channels, W and group want 2",
        normal(1, 3, 4),
        normal(4, 2, 3),
        weights=[1],
    ),
    Row(
        "ConvTranspose",
        "the result would have an extent of -1",
        normal(1, 2, 1),
        normal(2, 4, 1),
        weights=[1],
        pads=[1, 1],
    ),
    Row(
        "Pad",
        "an axis with 0 elements left has none to repeat",
        normal(2, 0),
        np.array([0, 1, 0, 0]),
        weights=[1],
        mode="edge",
    ),
    Row(
        "Resize",
        "axis 1 has 0 elements, none to resample",
        normal(2, 0),
        normal(0),
        normal(0),
        np.array([2, 3]),
        weights=[1, 2, 3],
    ),
    Row(
        "Reshape",
        "the shape has 4 elements, the input 6",
        X,
        np.array([2, 2]),
        weights=[1],
    ),
    Row("Tile", "3 repeats for rank 2", X, np.array([1, 2, 3])),
    Row("Pad", "3 pads for 2 axes", X, np.array([1, 0, 1])),
    Row(
        "CenterCropPad",
        "a shape of 3 extents for 2 axes",
        X,
        np.array([1, 0, 1]),
    ),
    Row(
        "Resize",
        "3 sizes for 2 axes",
        X,
        normal(0),
        normal(0),
        np.array([2, 3, 1]),
        weights=[1, 2],
    ),
    Row(
        "Resize",
        "1 scales for 2 axes",
        X,
        normal(0),
        np.array([2], np.float32),
        weights=[1],
    ),
    Row("Split", "1 sizes for 2 outputs", X, np.array([2]), outputs=2),
    Row(
        "Slice",
        "axes has 1 entries, starts 2",
        X,
        np.array([0, 1]),
        np.array([2, 2]),
        np.array([1]),
        weights=[3],
    ),
    Row(
        "TopK",
        "k is 9, more than the extent 3",
        X,
        np.array([9]),
        sized=[1],
        outputs=2,
    ),
    Row(
        "TopK",
        "input 'k' holds -1, less than 0",
        X,
        np.array([-1]),
        sized=[1],
        outputs=2,
    ),
    Row(
        "Expand",
        "input 'shape' holds -2, less than 0",
        X,
        np.array([-2, 3]),
        sized=[1],
    ),
    Row("ConstantOfShape", "holds -1, less than 0", np.array([-1]), sized=[0]),
    Row(
        "TensorScatter",
        "the update has an extent of 1, the cache of 2",
        normal(2, 4, 5),
        normal(1, 2, 5),
        opset=24,
    ),
    Row(
        "TensorScatter",
        "the update has 6 steps, the cache 4",
        normal(2, 4, 5),
        normal(2, 6, 5),
        opset=24,
    ),
    Row(
        "Attention",
        "the keys have 3 heads, the values 2",
        normal(1, 3, 4, 8),
        normal(1, 3, 6, 8),
        normal(1, 2, 6, 8),
        opset=23,
        scale=1.0,
    ),
]

IMAGE, FLAT = normal(1, 2, 0, 3), np.zeros((3, 4), np.float32)

# What cannot be had of nothing.
NOTHING = [
    Row("ArgMax", "axis 1 has 0 elements", normal(2, 0), axis=1),
    Row("ArgMin", "axis 0 has 0 elements", normal(0, 2), keepdims=0),
    Row("GlobalAveragePool", "axis 2 has 0 elements", IMAGE),
    Row("GlobalMaxPool", "axis 2 has 0 elements", IMAGE),
    Row("GlobalLpPool", "axis 2 has 0 elements", IMAGE),
    Row(
        "MaxPool",
        "axis 2 has 0 elements",
        IMAGE,
        kernel_shape=[2, 2],
        pads=[1, 0, 1, 0],
    ),
    Row(
        "AveragePool",
        "axis 2 has 0 elements",
        IMAGE,
        kernel_shape=[2, 2],
        pads=[1, 0, 1, 0],
    ),
    Row("GridSample", "axis 2 has 0 elements", IMAGE, normal(1, 4, 4, 2)),
    Row(
        "RoiAlign",
        "axis 2 has 0 elements",
        IMAGE,
        np.array([[0, 0, 1, 1]], np.float32),
        np.array([0]),
    ),
]

GATES = (normal(1, 8, 3), normal(1, 8, 2), normal(1, 16))
# Indices and lengths that only the data has: the number, and what there is.
INDICES = [
    Row("Gather", "index 99 lies outside of a dimension of 2", X, [0, 99]),
    Row("Gather", "index -3 lies outside of a dimension of 2", X, [[-3], [0]]),
    Row("Gather", "index 3 lies outside of a dimension of 3", X, 3, axis=1),
    Row(
        "GatherElements",
        "index 5 lies outside of a dimension of 3",
        X,
        [[0, 5]],
        axis=1,
    ),
    Row(
        "GatherND",
        "index -4 lies outside of a dimension of 3",
        X,
        [[1, -4]],
        sized=[1],
    ),
    Row(
        "ScatterElements",
        "index 2 lies outside of a dimension of 2",
        X,
        [[2, 0]],
        normal(1, 2),
    ),
    Row(
        "ScatterND",
        "index 7 lies outside of a dimension of 2",
        X,
        [[7]],
        normal(1, 3),
        sized=[1],
    ),
    Row(
        "TensorScatter",
        "index 4 lies outside of a dimension of 4",
        normal(2, 4, 5),
        normal(2, 1, 5),
        [0, 4],
        opset=24,
    ),
    Row(
        "ReverseSequence",
        "length 5 is not between 0 and 4",
        FLAT.T,
        [4, 5, 0],
    ),
    Row(
        "LSTM",
        "length -1 is not between 0 and 4",
        normal(4, 2, 3),
        *GATES,
        np.array([4, -1], np.int32),
        weights=[1, 2, 3],
        hidden_size=2,
    ),
    Row(
        "RoiAlign",
        "2 numbers of input 'rois' are not finite",
        normal(2, 2, 4, 4),
        np.array([[0, np.nan, 1, -np.inf]], np.float32),
        [1],
    ),
    Row(
        "RoiAlign",
        "index 1 lies outside of a dimension of 1",
        normal(1, 2, 4, 4),
        np.array([[0, 0, 1, 1]], np.float32),
        [1],
    ),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("row", SCALARS + FITS + NOTHING, ids=str)
def test_the_run_says_what_the_compiler_says(row, target):
    """Symbolic extents and inputs against fixed extents and weights."""
    for fixed in (True, False):
        line = refusal(*row.model(fixed), target, compiles=True)
        assert row.message in line and "here" in line
        assert "internal" not in line


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("row", INDICES, ids=str)
def test_the_run_names_the_number_and_what_there_is(row, target):
    """And the node with its operator."""
    for fixed in (True, False):
        line = refusal(*row.model(fixed), target, compiles=True)
        assert line == f"here ({row.op}): {row.message}"


# Of which none counts from the back.
FROM_THE_FRONT = [
    Row(
        "RoiAlign",
        "lies outside of a dimension of 2",
        normal(2, 2, 4, 4),
        np.array([[0, 0, 1, 1]], np.float32),
        [-1],
    ),
    Row(
        "MaxUnpool",
        "lies outside of a dimension of 4",
        normal(1, 1, 1, 1),
        np.array([[[[-1]]]]),
        kernel_shape=[2, 2],
        strides=[2, 2],
    ),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("row", FROM_THE_FRONT, ids=str)
def test_no_index_counts_from_the_back(row, target):
    for fixed in (True, False):
        line = refusal(*row.model(fixed), target, compiles=True)
        assert row.message in line and "here" in line


@pytest.mark.parametrize("target", TARGETS)
def test_of_many_bad_indices_one_is_named(target):
    """On many threads number and extent are of one index."""
    table, rows = normal(3, 5, 2), 20000
    nodes = [
        helper.make_node("GatherND", ["x", "i"], ["y"], name="here"),
    ]
    indices = np.tile([[7, 0], [0, -9]], (rows, 1))
    feeds = {"x": table, "i": indices}
    model = graph_model(nodes, feeds, ["y"])
    program = opc.compile(model, target=target, cache=False, threads=4)
    said = set()
    for _ in range(20):
        with pytest.raises(opc.InputError) as caught:
            program.run(feeds)
        said.add(str(caught.value))
    pairs = (
        "7 lies outside of a dimension of 3",
        "-9 lies outside of a dimension of 5",
    )
    assert said <= {f"here (GatherND): index {pair}" for pair in pairs}


NAMES = {np.int64: "i64", np.float32: "f32"}


@pytest.mark.parametrize("dtype", NAMES)
def test_a_condition_is_bool(dtype):
    branch = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["z"])],
        "branch",
        [],
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)],
    )
    node = helper.make_node(
        "If", ["c"], ["y"], name="here", then_branch=branch, else_branch=branch
    )
    feeds = {"c": np.ones((), dtype), "x": X}
    model = graph_model([node], feeds, ["y"])
    line = refusal(model, feeds, "cpu", compiles=False)
    assert f"input 'cond' is {NAMES[dtype]}, not bool" in line


@pytest.mark.parametrize("op", ["Conv", "ConvTranspose"])
def test_only_the_extents_of_a_window_must_be_known(op):
    node = helper.make_node(op, ["x", "w"], ["y"])
    feeds = {"x": normal(1, 2, 5), "w": normal(2, 2, 3)}
    model = graph_model([node], feeds, ["y"], symbolic=True)
    message = "an open extent of axis 2 of input 'W' is not supported"
    with pytest.raises(opc.UnsupportedError, match=message):
        opc.compile(model, cache=False)
    (info,) = [value for value in model.graph.input if value.name == "w"]
    name = info.type.tensor_type.shape.dim[2].dim_param
    program = opc.compile(model, cache=False, dims={name: 3})
    assert program.run(feeds)[0].shape == (1, 2, 3 if op == "Conv" else 7)


@pytest.mark.parametrize("mode", ["reflect", "wrap", "edge"])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("symbolic", [False, True])
def test_pads_repeat_as_often_as_it_takes(mode, target, symbolic):
    """One program for many extents, against numpy."""
    pads = np.array([0, 5, 0, 4])
    node = helper.make_node("Pad", ["x", "p"], ["y"], mode=mode)
    for columns in (1, 2, 3, 5, 9):
        x = normal(3, columns)
        if not symbolic or columns == 1:
            model = graph_model(
                [node], {"x": x}, ["y"], {"p": pads}, 19, symbolic=symbolic
            )
            model.graph.output[0].type.tensor_type.ClearField("shape")
            program = opc.compile(model, target=target, cache=False)
        (y,) = program.run([x])
        np.testing.assert_array_equal(y, np.pad(x, [(0, 0), (5, 4)], mode=mode))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "equation", ["bi,bi->bi", "...i,...i->...", "bij,bjk->bik", "ij,ij->"]
)
def test_einsum_broadcasts_what_turns_out_to_be_one(equation, target):
    """One program for all extents, against numpy."""
    node = helper.make_node("Einsum", ["x", "y"], ["z"], equation=equation)
    matrices = "k" in equation
    rest = ((3, 4), (4, 2)) if matrices else ((3,), (3,))
    feeds = {"x": normal(5, *rest[0]), "y": normal(5, *rest[1], seed=1)}
    model = graph_model([node], feeds, ["z"], opset=12, symbolic=True)
    model.graph.output[0].type.tensor_type.ClearField("shape")
    program = opc.compile(model, target=target, cache=False)
    for a, b in ((5, 5), (1, 5), (5, 1), (1, 1)):
        x, y = feeds["x"][:a], feeds["y"][:b]
        expected = np.einsum(equation, x, y)
        np.testing.assert_allclose(program.run([x, y])[0], expected, 1e-5, 1e-6)
    with pytest.raises(opc.InputError, match="a dimension is 2 where 5"):
        program.run([feeds["x"][:2], feeds["y"]])
