"""What docs/Numerics.md promises: both targets add up alike, bit by bit.

The order of sums and the rounding of products is that of models in numpy which
round each step as the page says, and so are contracts other than the default.
"""

import numpy as np
import opc
import pytest
from onnx import TensorProto, helper, numpy_helper
from support import TARGETS, normal

SIZES = (1, 12, 17, 37, 64, 129)
DEPTHS = (1, 12, 37, 129, 300)
TYPES = {
    np.dtype(np.float32): TensorProto.FLOAT,
    np.dtype(np.float64): TensorProto.DOUBLE,
    np.dtype(np.float16): TensorProto.FLOAT16,
}


# --- models of the contract -------------------------------------------------


def round_to_odd(value, error):
    """`value` of which `error` was rounded off, so that another rounding of it is
    one rounding of both."""
    even = value.view(np.int64) % 2 == 0
    toward = np.copysign(np.inf, error)
    return np.where((error != 0) & even, np.nextafter(value, toward), value)


def multiply_add(a, b, c):
    """a * b + c of float32, rounded once."""
    product = a.astype(np.float64) * b.astype(np.float64)
    c = c.astype(np.float64)
    total = product + c
    part = total - product
    error = (product - (total - part)) + (c - part)
    return round_to_odd(total, error).astype(np.float32)


def multiply_then_add(a, b, c):
    return (a * b).astype(np.float32) + c


def multiply_add_wide(a, b, c):
    """In float64, where the product of two float32 is exact."""
    return a.astype(np.float64) * b.astype(np.float64) + c


def product(a, b, chains=1, step=multiply_add, total=np.float32):
    """a @ b of float32: step k into partial total k mod `chains`."""
    depth = a.shape[-1]
    wholes = depth - depth % chains
    parts = [np.zeros((*a.shape[:-1], b.shape[-1]), total)] * chains
    for k in range(wholes):
        parts[k % chains] = step(a[..., k : k + 1], b[k], parts[k % chains])
    result = parts[0]
    for part in parts[1:]:
        result = result + part
    for k in range(wholes, depth):
        result = step(a[..., k : k + 1], b[k], result)
    return result.astype(np.float32)


def default_chains(columns, size=4):
    return 2 if columns * size <= 96 else 1


def total(lines, chains, rest=None, dtype=np.float32, combine=np.add, start=0):
    """Of each of `lines` [..., n] of the last axis: element i goes to partial
    total i mod `chains`, those behind the last whole `chains` to i mod `rest`."""
    rest = min(chains, 16) if rest is None else rest
    extent = lines.shape[-1]
    wholes = extent - extent % chains
    parts = [np.full(lines.shape[:-1], start, dtype) for _ in range(chains)]
    for i in range(extent):
        at = i % chains if i < wholes else i % rest
        parts[at] = combine(parts[at], lines[..., i].astype(dtype))
    while len(parts) > 1:
        lower = (len(parts) + 1) // 2
        upper = parts[lower:]
        parts = parts[:lower]
        for at, part in enumerate(upper):
            parts[at] = combine(parts[at], part)
    return parts[0].astype(np.float32)


# --- programs ----------------------------------------------------------------


def onnx_model(
    op, shapes, weights=None, dtype=np.float32, opset=20, **attributes
):
    """`op` over inputs of `shapes` by name and constant `weights`."""
    weights = weights or {}
    node = helper.make_node(op, [*shapes, *weights], ["y"], **attributes)
    kind = TYPES[np.dtype(dtype)]
    graph = helper.make_graph(
        [node],
        "g",
        [
            helper.make_tensor_value_info(name, kind, shape)
            for name, shape in shapes.items()
        ],
        [helper.make_tensor_value_info("y", kind, None)],
        [
            numpy_helper.from_array(value, name)
            for name, value in weights.items()
        ],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)]
    )


def assert_alike(model, feeds):
    """All targets give the same bits; returns them."""
    results = {
        target: opc.compile(model, target=target, cache=False).run(feeds)[0]
        for target in TARGETS
    }
    expected = results["reference"]
    for target, result in results.items():
        np.testing.assert_array_equal(result, expected, err_msg=target)
    return expected


def of_depth(count, depth, columns, dtype=np.float32):
    return {
        "a": normal(count, depth, dtype=dtype),
        "b": normal(depth, columns, dtype=dtype, seed=1),
    }


@pytest.mark.parametrize("columns", SIZES)
@pytest.mark.parametrize("depth", DEPTHS)
def test_matmul(depth, columns):
    feeds = of_depth(37, depth, columns)
    expected = product(feeds["a"], feeds["b"], default_chains(columns))
    # Weights that are packed, and b as an input.
    packed = onnx_model("MatMul", {"a": [37, depth]}, {"b": feeds["b"]})
    result = assert_alike(packed, {"a": feeds["a"]})
    np.testing.assert_array_equal(result, expected)
    plain = onnx_model("MatMul", {"a": [37, depth], "b": [depth, columns]})
    np.testing.assert_array_equal(assert_alike(plain, feeds), expected)


@pytest.mark.parametrize("rows", SIZES)
def test_matmul_of_any_number_of_rows(rows):
    for columns in (10, 64):
        feeds = of_depth(rows, 129, columns)
        expected = product(feeds["a"], feeds["b"], default_chains(columns))
        model = onnx_model("MatMul", {"a": ["n", 129]}, {"b": feeds["b"]})
        result = assert_alike(model, {"a": feeds["a"]})
        np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("dtype", [np.float64, np.float16])
@pytest.mark.parametrize("columns", [7, 12, 13, 24, 25, 64])
def test_matmul_of_other_types(dtype, columns):
    feeds = of_depth(17, 129, columns, dtype)
    model = onnx_model(
        "MatMul", {"a": [17, 129], "b": [129, columns]}, dtype=dtype
    )
    result = assert_alike(model, feeds)
    if dtype == np.float16:
        a, b = (x.astype(np.float32) for x in feeds.values())
        expected = product(a, b, default_chains(columns)).astype(dtype)
        np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("rows", [1, 17, 64])
def test_gemm(rows):
    weights = {"w": normal(37, 129, seed=1), "c": normal(37, seed=2)}
    model = onnx_model(
        "Gemm", {"a": [rows, 129]}, weights, transB=1, alpha=0.75, beta=1.5
    )
    assert_alike(model, {"a": normal(rows, 129)})


CONVOLUTIONS = [
    # channels, outputs, kernel, image, attributes
    (3, 16, (3, 3), (12, 12), {"pads": [1] * 4}),
    (3, 70, (3, 3), (7, 7), {"pads": [1] * 4}),
    (17, 37, (3, 3), (9, 37), {"pads": [1, 2, 0, 1]}),
    (12, 129, (3, 3), (7, 5), {"strides": [2, 2], "pads": [1] * 4}),
    (8, 24, (3, 2), (9, 13), {"dilations": [2, 3], "pads": [2, 3, 2, 3]}),
    (64, 12, (1, 1), (6, 6), {}),
    (64, 64, (1, 1), (6, 6), {}),
    (37, 12, (1, 1), (7, 7), {"strides": [2, 2]}),
    (32, 32, (3, 3), (7, 9), {"group": 32, "pads": [1] * 4}),
    (32, 64, (3, 3), (7, 9), {"group": 4, "pads": [1] * 4}),
    (12, 17, (5,), (64,), {"pads": [2, 2]}),
    (4, 8, (3, 3, 3), (5, 6, 7), {"pads": [1] * 6}),
]


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("case", CONVOLUTIONS, ids=str)
def test_conv(case, batch):
    channels, outputs, kernel, image, attributes = case
    group = attributes.get("group", 1)
    weights = {"w": normal(outputs, channels // group, *kernel, seed=1)}
    x = normal(batch, channels, *image)
    model = onnx_model("Conv", {"x": [*x.shape]}, weights, **attributes)
    assert_alike(model, {"x": x})


def test_conv_adds_positions_then_channels():
    x, w = normal(1, 5, 1, 20), normal(40, 5, 1, 3, seed=1)
    model = onnx_model("Conv", {"x": [*x.shape]}, {"w": w})
    result = assert_alike(model, {"x": x})
    columns = np.stack([x[0, :, 0, i : i + 3].T.ravel() for i in range(18)])
    weights = w[:, :, 0].transpose(2, 1, 0).reshape(15, 40)
    np.testing.assert_array_equal(result[0, :, 0].T, product(columns, weights))


def axes(*values):
    return {"axes": np.array(values, np.int64)}


@pytest.mark.parametrize("extent", [*SIZES, 16, 63, 65, 79, 1000])
def test_sums_of_lines(extent):
    x = normal(5, extent)
    model = onnx_model("ReduceSum", {"x": [5, extent]}, axes(1), keepdims=0)
    result = assert_alike(model, {"x": x})
    np.testing.assert_array_equal(result, total(x, 64))
    dynamic = onnx_model("ReduceSum", {"x": ["n", "m"]}, axes(1), keepdims=0)
    np.testing.assert_array_equal(assert_alike(dynamic, {"x": x}), result)


REDUCTIONS = [
    # operator, extents, axes
    ("ReduceSum", (37, 5), (0,)),
    ("ReduceSum", (3, 37, 5), (1,)),
    ("ReduceSum", (3, 12, 37), (1, 2)),
    ("ReduceSum", (12, 3, 37), (0, 2)),
    ("ReduceSum", (7, 129, 1), (1,)),
    ("ReduceMean", (3, 37, 4), (1, 2)),
    ("ReduceProd", (4, 129), (1,)),
    ("ReduceL2", (4, 129), (1,)),
    ("ReduceSumSquare", (4, 129), (1,)),
    ("ReduceL1", (4, 300), (1,)),
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
@pytest.mark.parametrize("case", REDUCTIONS, ids=str)
def test_reductions(case, dtype):
    op, extents, reduced = case
    x = normal(*extents, dtype=dtype)
    model = onnx_model(op, {"x": [*extents]}, axes(*reduced), dtype)
    assert_alike(model, {"x": x})


@pytest.mark.parametrize("extent", SIZES)
def test_norms(extent):
    weights = {"s": normal(extent), "b": normal(extent, seed=1)}
    layer = onnx_model("LayerNormalization", {"x": [5, extent]}, weights)
    assert_alike(layer, {"x": normal(5, extent, seed=2)})
    weights = {"s": normal(6), "b": normal(6, seed=1)}
    instance = onnx_model(
        "InstanceNormalization", {"x": [2, 6, extent, 3]}, weights
    )
    assert_alike(instance, {"x": normal(2, 6, extent, 3, seed=2)})


@pytest.mark.parametrize("extent", [12, 37])
def test_pools(extent):
    model = onnx_model(
        "AveragePool",
        {"x": [1, 4, extent, extent]},
        kernel_shape=[3, 3],
        pads=[1] * 4,
    )
    assert_alike(model, {"x": normal(1, 4, extent, extent)})


# --- other contracts ----------------------------------------------------------


def ir(op, inputs, result):
    arguments = ", ".join(
        f'%{name}: {kind} {{opc.name = "{name}"}}'
        for name, kind in inputs.items()
    )
    kinds = ", ".join(inputs.values())
    values = ", ".join(f"%{name}" for name in inputs)
    name, _, attributes = op.partition(" ")
    return f"""
func.func @main({arguments}) -> ({result} {{opc.name = "y"}}) {{
  %0 = opc.{name} {values} {attributes} : ({kinds}) -> {result}
  return %0 : {result}
}}
""".encode()


def run_contract(target, op, feeds, result):
    kinds = {
        name: f"tensor<{'x'.join(map(str, x.shape))}xf32>"
        for name, x in feeds.items()
    }
    text = ir(op, kinds, f"tensor<{'x'.join(map(str, result))}xf32>")
    return opc.compile(text, target=target, cache=False).run(feeds)[0]


PRODUCTS = {
    "acc = f64": {"step": multiply_add_wide, "total": np.float64},
    "fma = off": {"step": multiply_then_add},
    "order = sequential": {"chains": 1},
    "chains = 4": {"chains": 4},
    "acc = f64, chains = 3": {
        "step": multiply_add_wide,
        "total": np.float64,
        "chains": 3,
    },
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("contract", PRODUCTS)
@pytest.mark.parametrize("sizes", [(17, 129, 12), (37, 300, 40), (1, 64, 129)])
def test_contracts_of_products(sizes, contract, target):
    rows, depth, columns = sizes
    feeds = of_depth(rows, depth, columns)
    numerics = f"{{numerics = #opc.numerics<{contract}>}}"
    result = run_contract(target, f"matmul {numerics}", feeds, (rows, columns))
    model = {"chains": default_chains(columns), **PRODUCTS[contract]}
    expected = product(feeds["a"], feeds["b"], **model)
    np.testing.assert_array_equal(result, expected)
    # The contract shows: the default has other bits.
    if model != {"chains": default_chains(columns)}:
        other = product(feeds["a"], feeds["b"], default_chains(columns))
        assert (result != other).any()


SUMS = {
    "acc = f64": {"chains": 32, "dtype": np.float64},
    "order = sequential": {"chains": 1},
    "chains = 8": {"chains": 8},
    "chains = 5": {"chains": 5},
    "acc = f64, order = sequential": {"chains": 1, "dtype": np.float64},
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("contract", SUMS)
@pytest.mark.parametrize("extent", [37, 129, 1000])
def test_contracts_of_sums(extent, contract, target):
    x = normal(6, extent)
    op = (
        'reduce {kind = "sum", axes = array<i64: 1>, keepdims = true, '
        f"numerics = #opc.numerics<{contract}>}}"
    )
    result = run_contract(target, op, {"x": x}, (6, 1))[:, 0]
    np.testing.assert_array_equal(result, total(x, **SUMS[contract]))
    assert (result != total(x, 64)).any()


@pytest.mark.parametrize("target", TARGETS)
def test_contract_of_a_kept_last_axis(target):
    x = normal(129, 37)
    op = (
        'reduce {kind = "sum", axes = array<i64: 0>, keepdims = false, '
        "numerics = #opc.numerics<acc = f64>}"
    )
    result = run_contract(target, op, {"x": x}, (37,))
    expected = total(x.T, chains=1, dtype=np.float64)
    np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("contract", ["acc = f64", "fma = off"])
@pytest.mark.parametrize("group", [1, 8])
def test_contracts_of_convolutions(group, contract, target):
    x, w = normal(1, 8, 1, 20), normal(8, 8 // group, 1, 3, seed=1)
    window = (
        "strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, "
        "pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, "
        f"group = {group} : i64, numerics = #opc.numerics<{contract}>"
    )
    result = run_contract(
        target, f"conv {{{window}}}", {"x": x, "w": w}, (1, 8, 1, 18)
    )
    step = PRODUCTS[contract]
    for out in range(8):
        channels = slice(None) if group == 1 else slice(out, out + 1)
        columns = np.stack(
            [x[0, channels, 0, i : i + 3].T.ravel() for i in range(18)]
        )
        weights = w[out, :, 0].T.reshape(-1, 1)
        np.testing.assert_array_equal(
            result[0, out, 0], product(columns, weights, **step)[:, 0]
        )


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("contract", ["acc = f64", "order = sequential"])
def test_norms_pass_their_contract_on(contract, target):
    x = normal(6, 300) + 100
    op = (
        "normalize {axes = array<i64: 1>, epsilon = 1.0e-5 : f64, "
        f"center = true, numerics = #opc.numerics<{contract}>}}"
    )
    result = run_contract(target, op, {"x": x}, (6, 300))
    count = np.float32(300)
    mean = total(x, **SUMS[contract])[:, None] / count
    centred = x - mean
    variance = total(centred * centred, **SUMS[contract])[:, None] / count
    expected = centred / np.sqrt(variance + np.float32(1e-5))
    np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("target", TARGETS)
def test_constants_fold_under_their_contract(target):
    feeds = of_depth(17, 129, 40)
    kinds = {"a": "tensor<17x129xf32>", "b": "tensor<129x40xf32>"}
    text = ir(
        "matmul {numerics = #opc.numerics<fma = off>}",
        kinds,
        "tensor<17x40xf32>",
    )
    model = opc.compile(text, target=target, constants=feeds, cache=False)
    expected = product(feeds["a"], feeds["b"], step=multiply_then_add)
    np.testing.assert_array_equal(model.run({})[0], expected)
