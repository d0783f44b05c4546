"""Small ONNX models, their results in onnxruntime, and how close is close."""

import os
import pathlib

import chips
import ml_dtypes
import numpy as np
import onnx
import onnxruntime
import opc
import pytest
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

# The build under test.
ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("OPC_BUILD_DIR", ROOT / "build"))

# What the machine at hand executes: every chip that it is, not only its best. The
# variable names others, such as those of a device.
CHIPS = chips.chips(opc.targets())
TARGETS = tuple(
    os.environ.get("OPC_TEST_TARGETS", "").split() or chips.executable(CHIPS)
)
BF16 = np.dtype(ml_dtypes.bfloat16)

INTS = [np.dtype(f"{kind}{size}") for kind in "iu" for size in (1, 2, 4, 8)]

# Greatest difference, relative to the magnitude of the expected value: a few
# units in the last place of each type, for results of one operation.
TOLERANCE = {
    np.dtype(np.float64): 1e-12,
    np.dtype(np.float32): 4e-6,
    np.dtype(np.float16): 2.0**-9,
    BF16: 2.0**-6,
}


def onnx_type(array):
    return helper.np_dtype_to_tensor_dtype(np.asarray(array).dtype)


def value_info(name, array, symbolic=False):
    """`symbolic` gives each dimension a name of its own."""
    shape = list(np.shape(array))
    if symbolic:
        shape = [f"{name}_{i}" for i in range(len(shape))]
    return helper.make_tensor_value_info(name, onnx_type(array), shape)


def graph_model(nodes, feeds, outputs, weights=None, opset=18, symbolic=False):
    """A model over `nodes` whose inputs look like the arrays in `feeds`."""
    graph = helper.make_graph(
        nodes,
        "graph",
        [value_info(name, array, symbolic) for name, array in feeds.items()],
        [onnx.ValueInfoProto(name=name) for name in outputs],
        [numpy_helper.from_array(a, n) for n, a in (weights or {}).items()],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", opset)],
        ir_version=min(10, onnx.IR_VERSION),
    )
    # Types of the outputs, which the format asks for.
    return onnx.shape_inference.infer_shapes(model)


def onnxruntime_session(model):
    """onnxruntime, quiet, on one thread, with exact products of integer weights."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.x64quantprecision", "1")
    if not isinstance(model, str | bytes):
        model = model.SerializeToString()
    return onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"]
    )


# Ops whose results in onnxruntime depend on the machine: without VNNI its u8 x s8
# products saturate in 16 bits.
NO_ORACLE = {
    "ConvInteger",
    "MatMulInteger",
    "QLinearConv",
    "QLinearMatMul",
}


def expected_outputs(model, feeds):
    """What onnxruntime computes, else what onnx's own evaluator does."""
    if any(node.op_type in NO_ORACLE for node in model.graph.node):
        return ReferenceEvaluator(model).run(None, feeds)
    try:
        return onnxruntime_session(model).run(None, feeds)
    except Exception as error:
        if "NOT_IMPLEMENTED" in str(error) or "Numpy" in str(error):
            return ReferenceEvaluator(model).run(None, feeds)
        raise


def assert_close(got, expected, scale=1.0, names=None):
    """Same dtypes and shapes, integers equal, floats to TOLERANCE * `scale`."""
    assert len(got) == len(expected)
    for i, (one, other) in enumerate(zip(got, expected, strict=True)):
        label = names[i] if names else f"output {i}"
        other = np.asarray(other)
        assert one.dtype == other.dtype, label
        assert one.shape == other.shape, label
        tolerance = TOLERANCE.get(other.dtype)
        if tolerance is None:
            np.testing.assert_array_equal(one, other, err_msg=label)
            continue
        # Below the least normal number others flush to zero or lose bits.
        least = float(ml_dtypes.finfo(other.dtype).smallest_normal)
        one, other = one.astype(np.float64), other.astype(np.float64)
        finite = other[np.isfinite(other)]
        largest = np.abs(finite).max(initial=0.0)
        np.testing.assert_allclose(
            one,
            other,
            rtol=scale * tolerance,
            # A sum may cancel: its error follows its largest term.
            atol=scale * tolerance * largest if scale > 1 else least,
            err_msg=label,
        )


class Case:
    """One operator on given arrays.

    inputs: arrays; None for an optional input left out. fixed: positions whose
    values are weights of the model. scale: on TOLERANCE, for long sums.
    dynamic: whether it has a meaning without fixed extents. refused: a part of
    the message if opc does not support the case.
    """

    def __init__(
        self,
        op,
        *inputs,
        opset=18,
        fixed=(),
        outputs=1,
        scale=1.0,
        dynamic=True,
        refused=None,
        label="",
        **attributes,
    ):
        self.op, self.inputs, self.opset = op, inputs, opset
        self.fixed, self.outputs, self.scale = fixed, outputs, scale
        self.dynamic, self.refused = dynamic, refused
        self.label, self.attributes = label, attributes

    def __str__(self):
        types = "-".join(
            f"{np.asarray(a).dtype}"
            + "x".join(str(extent) for extent in np.shape(a))
            for a in self.inputs
            if a is not None
        )
        options = "-".join(
            f"{key}{value}".replace(" ", "")
            for key, value in self.attributes.items()
            if not isinstance(value, onnx.GraphProto)
        )
        parts = [f"{self.op}{self.opset}", self.label, types, options]
        return "-".join(part for part in parts if part)[:120]

    @property
    def feeds(self):
        return {
            f"x{i}": np.asarray(array)
            for i, array in enumerate(self.inputs)
            if array is not None and i not in self.fixed
        }

    def model(self, symbolic=False):
        names = [
            "" if array is None else f"x{i}"
            for i, array in enumerate(self.inputs)
        ]
        results = [f"y{i}" for i in range(self.outputs)]
        weights = {f"x{i}": np.asarray(self.inputs[i]) for i in self.fixed}
        node = helper.make_node(self.op, names, results, **self.attributes)
        return graph_model(
            [node], self.feeds, results, weights, self.opset, symbolic
        )


def check_case(case, target, symbolic):
    """opc's result for `case` is onnxruntime's, or the refusal that it names."""
    model = case.model(symbolic)
    if case.refused:
        with pytest.raises(opc.UnsupportedError, match=case.refused) as caught:
            opc.compile(model, target=target, cache=False)
        assert all(node.op and node.reason for node in caught.value.nodes)
        return
    expected = expected_outputs(case.model(), case.feeds)
    compiled = opc.compile(model, target=target, cache=False)
    assert_close(compiled.run(case.feeds), expected, case.scale)


def run_together(cases, target):
    """The first result of each case, from one model."""
    nodes, feeds, weights = [], {}, {}
    for i, case in enumerate(cases):
        names = [f"x{i}_{j}" for j in range(len(case.inputs))]
        for j, name in enumerate(names):
            where = weights if j in case.fixed else feeds
            where[name] = np.asarray(case.inputs[j])
        nodes.append(
            helper.make_node(case.op, names, [f"y{i}"], **case.attributes)
        )
    results = [f"y{i}" for i in range(len(cases))]
    model = graph_model(nodes, feeds, results, weights, cases[0].opset)
    return opc.compile(model, target=target, cache=False).run(feeds)


def ops_test(cases):
    """A test over `cases`, on every target, with fixed and symbolic extents."""
    parameters = [
        pytest.param(
            case, target, form == "dynamic", id=f"{case}-{target}-{form}"
        )
        for case in cases
        for target in TARGETS
        for form in ("static", "dynamic")
        if form == "static" or (case.dynamic and case.feeds)
    ]

    @pytest.mark.parametrize("case, target, symbolic", parameters)
    def test(case, target, symbolic):
        check_case(case, target, symbolic)

    return test


def normal(*shape, dtype=np.float32, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def uniform(low, high, *shape, dtype=np.float32, seed=0):
    return np.random.default_rng(seed).uniform(low, high, shape).astype(dtype)


def integers(low, high, *shape, dtype=np.int64, seed=0):
    return np.random.default_rng(seed).integers(low, high, shape).astype(dtype)


def wrapped(value, dtype):
    """An integer modulo 2^bits of a type."""
    bits = dtype.itemsize * 8
    value %= 1 << bits
    return (
        value - (1 << bits)
        if dtype.kind == "i" and value >> (bits - 1)
        else value
    )


def edges(dtype):
    """Integers around 0 and at the ends of a type."""
    info = np.iinfo(dtype)
    near = {info.min, info.min + 1, info.max - 1, info.max, -7, -3, -2, -1}
    near |= {0, 1, 2, 3, 5, 10, 15}
    return [value for value in sorted(near) if info.min <= value <= info.max]
