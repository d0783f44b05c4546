"""Ops of com.microsoft beside onnxruntime, whose ops they are."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

import opc
from support import TARGETS

RANDOM = np.random.default_rng(7)
X_SCALE, Y_SCALE, ZERO = np.float32(0.03), np.float32(0.05), np.uint8(119)


def bytes_of(*shape, dtype=np.uint8):
    limits = np.iinfo(dtype)
    return RANDOM.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def reals(*shape):
    return RANDOM.uniform(-1, 1, shape).astype(np.float32)


def case(op, *inputs, output=TensorProto.UINT8, fixed=(), **attributes):
    """An op, its inputs (None: left out), which of them are in the model."""
    return pytest.param(op, inputs, output, fixed, attributes, id=op)


QUANTISED = (X_SCALE, ZERO)
RESULT = (Y_SCALE, np.uint8(120))
CASES = [
    case(
        "QLinearAdd",
        bytes_of(3, 5),
        *QUANTISED,
        bytes_of(5),
        *QUANTISED,
        *RESULT,
    ),
    case(
        "QLinearMul",
        bytes_of(3, 5),
        *QUANTISED,
        bytes_of(3, 1),
        *QUANTISED,
        *RESULT,
    ),
    case(
        "QLinearSigmoid",
        bytes_of(256),
        *QUANTISED,
        np.float32(1 / 256),
        np.uint8(0),
    ),
    case(
        "QLinearSoftmax",
        *(bytes_of(3, 4, 9), *QUANTISED, np.float32(1 / 256), np.uint8(0)),
        axis=1,
        opset=13,
    ),
    case(
        "QLinearSoftmax",
        *(bytes_of(3, 4, 9), *QUANTISED, np.float32(1 / 256), np.uint8(0)),
        axis=1,
        opset=11,
    ),
    case("QLinearLeakyRelu", bytes_of(256), *QUANTISED, *RESULT, alpha=0.2),
    case("QLinearGlobalAveragePool", bytes_of(2, 3, 5, 4), *QUANTISED, *RESULT),
    case(
        "QLinearGlobalAveragePool",
        *(bytes_of(2, 5, 4, 3), *QUANTISED, *RESULT),
        channels_last=1,
    ),
    case(
        "QLinearAveragePool",
        *(bytes_of(1, 3, 7, 6), *QUANTISED, *RESULT),
        kernel_shape=[3, 2],
        strides=[2, 2],
        pads=[1, 0, 1, 0],
    ),
    case(
        "QLinearConcat",
        *(
            *RESULT,
            bytes_of(2, 3),
            *QUANTISED,
            bytes_of(2, 4),
            Y_SCALE,
            np.uint8(3),
        ),
        fixed=range(8),
        axis=1,
    ),
    case(
        "QLinearWhere",
        *(np.array([[True], [False], [True]]), bytes_of(3, 5), *QUANTISED),
        *(bytes_of(5), np.float32(0.07), np.uint8(3), *RESULT),
    ),
    case(
        "MatMulInteger16",
        bytes_of(3, 9, dtype=np.int16),
        bytes_of(9, 4, dtype=np.int16),
        output=TensorProto.INT32,
        fixed=(1,),
    ),
    *(
        case(
            "QLinearConv",
            *(bytes_of(*shape), *QUANTISED, bytes_of(4, 3, 3, 3)),
            *(np.float32(0.02), np.uint8(110), np.float32(2), np.uint8(128)),
            np.arange(4, dtype=np.int32) * 100,
            fixed=range(1, 9),
            pads=[1, 0, 1, 2],
            strides=[2, 1],
            channels_last=last,
        )
        for last, shape in ((0, (2, 3, 7, 6)), (1, (2, 7, 6, 3)))
    ),
    *(
        case(
            "DequantizeLinear",
            *(bytes_of(3, 5, dtype=dtype), scale, zero),
            output=TensorProto.FLOAT,
            fixed=(1, 2),
            **axis,
        )
        for dtype in (np.uint8, np.int8, np.uint16, np.int16)
        for scale, zero, axis in (
            (X_SCALE, dtype(7), {}),
            (reals(5) + 2, bytes_of(5, dtype=dtype), {"axis": 1}),
            (reals(3) + 2, bytes_of(3, dtype=dtype), {"axis": 0}),
        )
    ),
    *(
        case(
            "QuantizeLinear",
            *(reals(3, 5) * 40000, scale, zero),
            output=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)),
            fixed=(1, 2),
            **axis,
        )
        for dtype in (np.uint8, np.int8, np.uint16, np.int16)
        for scale, zero, axis in (
            (np.float32(0.5), dtype(7), {}),
            (reals(3) + 2, bytes_of(3, dtype=dtype), {"axis": 0}),
        )
    ),
    case("QuantizeLinear", reals(300) * 20, X_SCALE),
    case(
        "QGemm",
        *(bytes_of(4, 9), *QUANTISED, bytes_of(5, 9, dtype=np.int8)),
        *(np.float32(0.01), np.int8(3), np.arange(5, dtype=np.int32) * 40),
        *(np.float32(0.4), np.uint8(100)),
        transB=1,
    ),
    case(
        "QGemm",
        *(bytes_of(4, 9), *QUANTISED, bytes_of(9, 5, dtype=np.int8)),
        *(np.full(5, 0.01, np.float32), np.zeros(5, np.int8), None, None, None),
        output=TensorProto.FLOAT,
        fixed=(1, 2, 3, 4, 5),
        alpha=0.5,
    ),
    *(
        case(
            "MatMulIntegerToFloat",
            *(bytes_of(4, 300) | 128, bytes_of(300, 5, dtype=kind)),
            *(dtype(0.01), (reals(5) ** 2 * 0.01).astype(dtype)),
            *(np.uint8(3), bytes_of(5, dtype=kind), reals(5).astype(dtype)),
            output=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)),
            fixed=(1, 2, 3, 4, 5, 6),
        )
        for kind in (np.int8, np.uint8)
        for dtype in (np.float32, np.float16)
    ),
    case(
        "DynamicQuantizeMatMul",
        *(reals(4, 9), bytes_of(9, 5)),
        *(np.float32(0.01), np.uint8(3), reals(5)),
        output=TensorProto.FLOAT,
        fixed=(1, 2, 3),
    ),
    *(
        case(
            "FusedConv",
            *(reals(1, 4, 9, 8), reals(6, 4, 3, 3), reals(6), other),
            output=TensorProto.FLOAT,
            fixed=(1, 2),
            pads=[1, 1, 1, 1],
            activation=activation,
            **parameters,
        )
        for activation, parameters, other in (
            ("Relu", {}, None),
            ("Relu", {}, reals(1, 6, 9, 8)),
            ("LeakyRelu", {"activation_params": [0.3]}, None),
            ("Clip", {"activation_params": [-0.5, 0.7]}, None),
            ("HardSigmoid", {"activation_params": [0.3, 0.4]}, None),
            ("Tanh", {}, None),
        )
    ),
    *(
        case(
            "SkipSimplifiedLayerNormalization",
            *(reals(2, 3, 8), reals(2, 3, 8), reals(8), *bias),
            output=TensorProto.FLOAT,
            epsilon=1e-6,
        )
        for bias in ([], [reals(8)])
    ),
    *(
        case(
            op,
            *(reals(*shapes[0]), reals(*shapes[1])),
            output=TensorProto.FLOAT,
            alpha=0.5,
            **{name: 1 for name in names},
        )
        for op, shapes, names in (
            ("FusedMatMul", ((2, 3, 4, 5), (2, 3, 5, 6)), ()),
            ("FusedMatMul", ((2, 3, 5, 4), (2, 3, 6, 5)), ("transA", "transB")),
            ("FusedMatMul", ((4, 2, 3, 5), (2, 3, 5, 6)), ("transBatchA",)),
            (
                "FusedMatMul",
                ((5, 2, 4), (6, 2, 5)),
                ("transA", "transB", "transBatchA", "transBatchB"),
            ),
            ("TransposeMatMul", ((3, 4), (5, 4)), ("transB",)),
        )
    ),
    *(
        case(
            "FusedGemm",
            *(reals(4, 9), reals(5, 9), reals(5)),
            output=TensorProto.FLOAT,
            transB=1,
            alpha=0.5,
            beta=2.0,
            activation=activation,
            **parameters,
        )
        for activation, parameters in (
            ("Relu", {}),
            ("LeakyRelu", {"activation_alpha": 0.3}),
            (
                "HardSigmoid",
                {
                    "activation_alpha": 0.3,
                    "activation_beta": 0.4,
                    "activation_gamma": 0.5,
                },
            ),
        )
    ),
]


def model_of(op, inputs, output, fixed, attributes):
    names = ["" if value is None else f"i{i}" for i, value in enumerate(inputs)]
    while not names[-1]:
        names.pop()
    # onnxruntime wants scales and zero points in the model.
    fixed = fixed or [
        i for i, v in enumerate(inputs) if v is not None and v.ndim == 0
    ]
    values = [
        helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape
        )
        for i, (name, value) in enumerate(zip(names, inputs, strict=False))
        if name and i not in fixed
    ]
    weights = [
        numpy_helper.from_array(np.asarray(inputs[i]), names[i])
        for i in fixed
        if inputs[i] is not None
    ]
    node = helper.make_node(
        op, names, ["y"], domain="com.microsoft", **attributes
    )
    graph = helper.make_graph(
        [node],
        "g",
        values,
        [helper.make_tensor_value_info("y", output, None)],
        weights,
    )
    opsets = [
        helper.make_opsetid("", 17),
        helper.make_opsetid("com.microsoft", 1),
    ]
    feed = {
        name: v
        for name, v in zip(names, inputs, strict=False)
        if name in {x.name for x in values}
    }
    return helper.make_model(graph, opset_imports=opsets, ir_version=8), feed


def exact_gemm(a, a_scale, a_zero, b, b_scale, b_zero, *rest, **options):
    """QGemm in whole numbers: onnxruntime's u8 x s8 products saturate where the
    machine has no VNNI."""
    bias, y_scale, y_zero = (*rest, None, None, None)[:3]
    left, right = (
        (matrix.T if options.get(name) else matrix).astype(np.int64) - zero
        for name, matrix, zero in (
            ("transA", a, np.int64(a_zero)),
            ("transB", b, b_zero.astype(np.int64)),
        )
    )
    scale = options.get("alpha", 1.0) * np.float64(a_scale) * b_scale
    y = (left @ right + (0 if bias is None else bias)) * scale
    if y_scale is None:
        return y.astype(np.float32)
    return np.clip(np.rint(y / y_scale) + y_zero, 0, 255).astype(np.uint8)


def exact_product(a, b, a_scale, b_scale, a_zero, b_zero, bias):
    """MatMulIntegerToFloat in whole numbers, whose sums a half cannot hold."""
    left, right = a.astype(np.int64) - a_zero, b.astype(np.int64) - b_zero
    y = (left @ right) * (np.float64(a_scale) * b_scale) + bias
    return y.astype(bias.dtype)


# Where onnxruntime is no oracle on every machine.
EXACT = {"QGemm": exact_gemm, "MatMulIntegerToFloat": exact_product}


def onnxruntime_result(model, feed):
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, feed)[0]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("op, inputs, output, fixed, attributes", CASES)
def test_contrib(op, inputs, output, fixed, attributes, target):
    model, feed = model_of(op, inputs, output, fixed, attributes)
    if op in EXACT:
        expected = EXACT[op](*inputs, **attributes)
    else:
        expected = onnxruntime_result(model, feed)
    (actual,) = opc.compile(model, target=target).run(feed)
    assert actual.dtype == expected.dtype and actual.shape == expected.shape
    if output == TensorProto.FLOAT:
        # A sum may cancel: its error follows its terms.
        atol = 1e-6 * np.abs(expected).max()
        np.testing.assert_allclose(actual, expected, rtol=1e-6, atol=atol)
    elif output == TensorProto.FLOAT16:
        assert np.isfinite(expected).all()
        np.testing.assert_allclose(actual, expected, rtol=2**-10)
    else:
        # onnxruntime adds in steps of the result: halves may fall to either side.
        steps = np.abs(actual.astype(int) - expected.astype(int))
        assert steps.max() <= 1 and (steps > 0).mean() < 0.1


@pytest.mark.parametrize("target", ["reference", "cpu"])
@pytest.mark.parametrize("segments", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_q_embed_layer_normalization(segments, masked, target):
    scale = lambda: np.float32(RANDOM.uniform(0.01, 0.1))
    ids = RANDOM.integers(0, 11, (2, 5)).astype(np.int32)
    kinds = RANDOM.integers(0, 2, (2, 5)).astype(np.int32)
    mask = (RANDOM.random((2, 5)) < 0.6).astype(np.int32)
    optional = lambda value: value if segments else None
    inputs = [
        *(ids, optional(kinds), bytes_of(11, 8), bytes_of(7, 8)),
        *(optional(bytes_of(2, 8)), bytes_of(8), bytes_of(8)),
        mask if masked else None,
        *(scale(), scale(), optional(scale()), scale(), scale()),
        *(np.uint8(120), np.uint8(3), optional(np.uint8(9))),
        *(np.uint8(100), np.uint8(128)),
    ]
    fixed = [i for i in range(2, 18) if i != 7 and inputs[i] is not None]
    model, feed = model_of(
        "QEmbedLayerNormalization",
        inputs,
        TensorProto.FLOAT,
        fixed,
        {"epsilon": 1e-5},
    )
    model.graph.node[0].output.append("shown")
    model.graph.output.append(
        helper.make_tensor_value_info("shown", TensorProto.INT32, None)
    )
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    expected, shown = session.run(None, feed)
    y, count = opc.compile(model, target=target).run(feed)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(count, shown)
    assert count.dtype == np.int32


def q_embedding(ids, kinds=None):
    """Inputs, the tables of which have 11, 7 and (with kinds) 2 rows."""
    optional = lambda value: None if kinds is None else value
    scale = np.float32(0.05)
    return [
        *(
            ids,
            kinds,
            bytes_of(11, 8),
            bytes_of(7, 8),
            optional(bytes_of(2, 8)),
        ),
        *(bytes_of(8), bytes_of(8), None, scale, scale, optional(scale)),
        *(scale, scale, np.uint8(120), np.uint8(3), optional(np.uint8(9))),
        *(np.uint8(100), np.uint8(128)),
    ]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("word, kind", [(-1, 0), (11, 0), (0, -1), (0, 2)])
def test_q_embed_layer_normalization_refuses_ids(word, kind, target):
    """Ids outside of a table do not count from its back."""
    ids = np.array([[1, word, 3]], np.int32)
    kinds = np.array([[0, 1, kind]], np.int32)
    inputs = q_embedding(ids, kinds)
    fixed = [i for i in range(2, 18) if inputs[i] is not None]
    model, feed = model_of(
        "QEmbedLayerNormalization", inputs, TensorProto.FLOAT, fixed, {}
    )
    model.graph.node[0].output.append("shown")
    with pytest.raises(Exception, match="out of range"):
        onnxruntime_result(model, feed)
    compiled = opc.compile(model, target=target, cache=False)
    with pytest.raises(opc.Error, match="index"):
        compiled.run(feed)


def test_fused_gemm_refuses_a_second_parameter_alone():
    """activation_beta is not taken for activation_alpha."""
    model, _ = model_of(
        "FusedGemm",
        (reals(2, 3), reals(3, 2)),
        TensorProto.FLOAT,
        (),
        {"activation": "LeakyRelu", "activation_beta": 0.5},
    )
    with pytest.raises(opc.Error, match="parameters of activation 'LeakyRelu'"):
        opc.compile(model, cache=False)


def halves(*values):
    return np.array(values, np.float16)


# Results that a half holds, by way of steps that it does not.
HALVES = [
    ("BiasGelu", (halves(-40000), halves(-40000)), {}, [0]),
    ("BiasGelu", (halves(60000), halves(-30000)), {}, [30000]),
    ("BiasGelu", (halves(60000), halves(60000)), {}, [np.inf]),
    ("FastGelu", (halves(-40000), halves(-40000)), {}, [0]),
    ("FastGelu", (halves(-60000, 60000),), {}, [0, 60000]),
    ("Gelu", (halves(-60000, 60000),), {}, [0, 60000]),
    ("QuickGelu", (halves(-60000, 60000),), {}, [0, 60000]),
    (
        "MatMulIntegerToFloat",
        (
            *(np.full((1, 9), 255, np.uint8), np.full((9, 1), 255, np.uint8)),
            *(halves(2**-10), halves(2**-10)),
        ),
        {},
        [[9 * 255 * 255 * 2.0**-20]],
    ),
    (
        "MatMulIntegerToFloat",
        (
            *(np.full((1, 2), 200, np.uint8), np.full((2, 1), 250, np.uint8)),
            *(halves(1), halves(1), None, None, halves(-60000)),
        ),
        {},
        [[40000]],
    ),
    (
        "Attention",
        (
            np.full((1, 1, 2), 200, np.float16),
            np.concatenate([np.zeros((2, 2)), np.full((2, 1), 250)], 1).astype(
                np.float16
            ),
            halves(0, 0, -60000),
        ),
        {"num_heads": 1},
        [[[40000]]],
    ),
    (
        "MultiHeadAttention",
        (
            *(np.zeros((1, 1, 1), np.float16),) * 2,
            np.full((1, 1, 1), 40000, np.float16),
            halves(0, 0, 20000),
        ),
        {"num_heads": 1},
        [[[60000]]],
    ),
    (
        # Two keys of 40000 + 40000 and 40000 - 40000 by a query of 1 / 2000.
        "MultiHeadAttention",
        (
            np.full((1, 1, 1), 2.0**-11, np.float16),
            np.array([[[40000], [-40000]]], np.float16),
            np.array([[[1], [2]]], np.float16),
            halves(0, 40000, 0),
        ),
        {"num_heads": 1},
        [[[1 + 1 / (1 + np.exp(80000 / 2048))]]],
    ),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("op, inputs, attributes, expected", HALVES)
def test_halves_hold_results_not_steps(
    op, inputs, attributes, expected, target
):
    model, feed = model_of(op, inputs, TensorProto.FLOAT16, (), attributes)
    (y,) = opc.compile(model, target=target, cache=False).run(feed)
    assert y.dtype == np.float16
    np.testing.assert_allclose(
        y.astype(np.float64), expected, rtol=1e-3, atol=1e-6
    )
