"""Tensors of 4 (and 2) bits, and quantisation in blocks, of ai.onnx."""

import ml_dtypes
import numpy as np
import opc
import pytest
from few_bits import (
    BYTES,
    INT4,
    UINT4,
    assert_product,
    dequantised,
    model_of,
    onnx_type,
    parameters_of,
    random_of,
    run,
    spread,
    weight,
)
from onnx import TensorProto, helper, numpy_helper
from support import BF16, TARGETS, normal

# Shape, axis, block: one scale, one for each index, one for each block; a last
# block that is short, and one longer than the axis.
FORMS = [
    ((5, 7), None, 0),
    ((3, 5, 7), 1, 0),
    ((5, 7), -1, 0),
    ((64, 33), 0, 32),
    ((3, 40, 2), 1, 16),
    ((9, 50), -1, 32),
    ((2, 5), 1, 8),
    ((1, 32), 1, 32),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("shape, axis, block", FORMS)
@pytest.mark.parametrize("dtype", [INT4, UINT4])
@pytest.mark.parametrize("raw", [True, False], ids=["raw", "list"])
def test_dequantize_of_four_bits(dtype, shape, axis, block, raw, target):
    q = random_of(dtype, *shape)
    scale, zero = parameters_of(dtype, shape, axis, block)
    options = {} if axis is None else {"axis": axis}
    if block:
        options["block_size"] = block
    for inputs in (["q", "s"], ["q", "s", "z"]):
        node = helper.make_node("DequantizeLinear", inputs, ["y"], **options)
        weights = [weight("q", q, raw), weight("s", scale, raw)]
        if len(inputs) == 3:
            weights.append(weight("z", zero, raw))
        # A result that nothing is fed to: the whole is a constant.
        model = model_of([node], {}, {"y": np.float32}, weights)
        expected = dequantised(
            q,
            scale,
            zero if len(inputs) == 3 else None,
            (axis or 0) % len(shape),
            block,
        )
        np.testing.assert_array_equal(run(model, target)[0], expected)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("dtype", [INT4, UINT4, np.int8])
def test_dequantize_of_open_axes(dtype, known, target):
    """A scale for each index of an axis whose extent only the run knows."""
    dtype = np.dtype(dtype)
    q = random_of(dtype, 5, 13)
    scale, zero = normal(13) ** 2, random_of(dtype, 13)
    node = helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"], axis=1)
    feeds = {"q": (dtype, ["n", "m"])}
    weights = [weight("s", scale), weight("z", zero)]
    if not known:
        feeds |= {"s": (scale.dtype, ["c"]), "z": (dtype, ["c"])}
        weights = []
    model = model_of([node], feeds, {"y": scale.dtype}, weights, opset=21)
    program = opc.compile(model, target=target, cache=False)
    values = {"q": q.astype(BYTES.get(dtype, dtype))}
    if not known:
        values |= {"s": scale, "z": zero.astype(BYTES.get(dtype, dtype))}
    expected = (q.astype(np.float32) - zero.astype(np.float32)) * scale
    np.testing.assert_array_equal(program.run(values)[0], expected)
    values["q"] = values["q"][:, :12]
    message = "the scale has 13 elements, axis 1 has 12"
    with pytest.raises(opc.Error, match=message):
        program.run(values)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", [INT4, UINT4])
def test_one_scale_without_an_axis(dtype, target):
    """Axis 1 of a vector: the run finds one scale, or says that there is none."""
    dtype = np.dtype(dtype)
    q, scale = random_of(dtype, 9), np.array([0.5], np.float32)
    node = helper.make_node("DequantizeLinear", ["q", "s"], ["y"], axis=1)
    feeds = {"q": (dtype, ["n"]), "s": (scale.dtype, ["c"])}
    model = model_of([node], feeds, {"y": scale.dtype}, [], opset=21)
    program = opc.compile(model, target=target, cache=False)
    values = {"q": q.astype(BYTES[dtype]), "s": scale}
    expected = q.astype(np.float32) * scale
    np.testing.assert_array_equal(program.run(values)[0], expected)
    with pytest.raises(opc.Error, match="axis 1 is outside of rank 1"):
        program.run({**values, "s": normal(9)})


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "dtype, scale_dtype",
    [
        (INT4, np.float32),
        (UINT4, np.float16),
        (np.int8, BF16),
        (np.uint8, np.float32),
        (np.int16, np.float16),
        (np.uint16, BF16),
        (np.int32, np.float32),
    ],
)
def test_dequantize_at_run_time(dtype, scale_dtype, target):
    """Blocks of tensors whose extents only the run knows."""
    dtype = np.dtype(dtype)
    for shape, axis, block in (((6, 50), 1, 16), ((35, 4), 0, 32)):
        q = random_of(dtype, *shape)
        scale, zero = parameters_of(dtype, shape, axis, block, scale_dtype)
        node = helper.make_node(
            "DequantizeLinear",
            ["q", "s", "z"],
            ["y"],
            axis=axis,
            block_size=block,
        )
        feeds = {
            "q": (dtype, ["n", "m"]),
            "s": (scale.dtype, ["a", "b"]),
            "z": (dtype, ["a", "b"]),
        }
        model = model_of([node], feeds, {"y": scale.dtype}, [], opset=23)
        at_interface = BYTES.get(dtype, dtype)
        program = opc.compile(model, target=target, cache=False)
        (y,) = program.run(
            {"q": q.astype(at_interface), "s": scale}
            | {"z": zero.astype(at_interface)}
        )
        expected = dequantised(q, scale, zero, axis, block)
        assert y.dtype == expected.dtype
        np.testing.assert_array_equal(y, expected)
        if block == 16:
            with pytest.raises(opc.Error, match="extents 2 and 4 differ"):
                program.run(
                    {"q": q.astype(at_interface), "s": scale[:, :2]}
                    | {"z": zero[:, :2].astype(at_interface)}
                )


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", [INT4, UINT4])
@pytest.mark.parametrize("shape, axis, block", FORMS)
def test_quantize_to_four_bits(dtype, shape, axis, block, target):
    x = normal(*shape, seed=5)
    scale, zero = parameters_of(dtype, shape, axis, block)
    options = {} if axis is None else {"axis": axis}
    if block:
        options["block_size"] = block
    node = helper.make_node("QuantizeLinear", ["x", "s", "z"], ["y"], **options)
    model = model_of(
        [node],
        {"x": (np.float32, shape)},
        {"y": dtype},
        [weight("s", scale), weight("z", zero)],
    )
    at = (axis or 0) % len(shape)
    limits = ml_dtypes.iinfo(dtype)
    steps = np.rint(x / spread(scale, shape, at, block))
    steps = steps + spread(zero, shape, at, block).astype(np.int64)
    expected = np.clip(steps, limits.min, limits.max).astype(BYTES[dtype])
    (y,) = run(model, target, x=x)
    assert y.dtype == expected.dtype
    np.testing.assert_array_equal(y, expected)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", [INT4, UINT4])
def test_casts_and_movement_of_four_bits(dtype, target):
    """Through the interface, through memory, and back to every type."""
    q = random_of(dtype, 4, 6)
    limits = ml_dtypes.iinfo(dtype)
    whole = np.arange(limits.min, limits.max + 1, dtype=np.float32)
    kinds = [np.float32, np.float16, np.int8, np.uint8, np.int32, np.int64]
    nodes = [
        helper.make_node("Transpose", ["q"], ["t"], perm=[1, 0]),
        helper.make_node("Reshape", ["t", "shape"], ["r"]),
        helper.make_node("Cast", ["x"], ["c"], to=onnx_type(dtype)),
        helper.make_node("Identity", ["w"], ["i"]),
    ]
    nodes += [
        helper.make_node("Cast", ["r"], [f"y{i}"], to=onnx_type(kind))
        for i, kind in enumerate(kinds)
    ]
    model = model_of(
        nodes,
        {"q": (dtype, [4, "n"]), "x": (np.float32, ["m"])},
        {f"y{i}": kind for i, kind in enumerate(kinds)}
        | {"r": dtype, "c": dtype, "i": dtype},
        [
            numpy_helper.from_array(np.array([2, -1], np.int64), "shape"),
            weight("w", q),
        ],
    )
    values = run(model, target, q=q.astype(BYTES[dtype]), x=whole)
    moved = q.T.reshape(2, -1)
    for value, kind in zip(values, kinds, strict=False):
        np.testing.assert_array_equal(value, moved.astype(kind))
    for value, expected in zip(
        values[len(kinds) :], (moved, whole, q), strict=True
    ):
        assert value.dtype == BYTES[dtype]
        np.testing.assert_array_equal(value, expected.astype(BYTES[dtype]))


@pytest.mark.parametrize("name", ["int2", "int4", "uint2", "uint4"])
def test_arrays_of_few_bits_are_taken(name):
    """Where the model has that type, and where it has bytes."""
    dtype = np.dtype(getattr(ml_dtypes, name))
    limits = ml_dtypes.iinfo(dtype)
    q = np.arange(limits.min, limits.max + 1).astype(dtype)
    for declared in (dtype, np.dtype("u1" if name[0] == "u" else "i1")):
        node = helper.make_node("Cast", ["q"], ["y"], to=onnx_type(np.int32))
        feeds = {"q": (declared, ["n"])}
        model = model_of([node], feeds, {"y": np.int32}, [], opset=25)
        program = opc.compile(model, target="reference", cache=False)
        for some in (q, q[::-2]):
            (y,) = program.run([some])
            np.testing.assert_array_equal(y, some.astype(np.int32))
        with pytest.raises(opc.InputError, match=r"expected \w8\[n\], got"):
            program.run([q.astype(np.int16)])


def test_casts_to_four_bits_keep_low_bits():
    """Integers out of range wrap, as those of other widths do."""
    x = np.arange(-40, 40, dtype=np.int32)
    for dtype in (INT4, UINT4):
        node = helper.make_node("Cast", ["x"], ["y"], to=onnx_type(dtype))
        model = model_of([node], {"x": (np.int32, ["n"])}, {"y": dtype}, [])
        for target in TARGETS:
            (y,) = run(model, target, x=x)
            np.testing.assert_array_equal(
                y, x.astype(dtype).astype(BYTES[dtype])
            )


@pytest.mark.parametrize("dtype", ["int2", "uint2"])
def test_dequantize_of_two_bits(dtype):
    dtype = np.dtype(getattr(ml_dtypes, dtype))
    q = random_of(dtype, 33, 21)
    scale, _ = parameters_of(dtype, q.shape, 0, 16)
    node = helper.make_node(
        "DequantizeLinear", ["q", "s"], ["d"], axis=0, block_size=16
    )
    product = helper.make_node("MatMul", ["x", "d"], ["y"])
    model = model_of(
        [node, product],
        {"x": (np.float32, ["n", 33])},
        {"y": np.float32},
        [weight("q", q), weight("s", scale)],
        opset=25,
    )
    x = normal(5, 33)
    assert_product(x, dequantised(q, scale, None, 0, 16), model, x=x)


def test_bytes_that_do_not_fit_are_refused():
    tensor = weight("q", random_of(INT4, 5, 5))
    tensor.raw_data = tensor.raw_data[:-1]
    node = helper.make_node("Cast", ["q"], ["y"], to=TensorProto.FLOAT)
    model = model_of([node], {}, {"y": np.float32}, [tensor])
    with pytest.raises(opc.Error, match="12 bytes of data for 25 elements of"):
        opc.compile(model, cache=False)


def test_float8_and_float4_are_refused_by_name():
    for dtype, name in (
        (TensorProto.FLOAT8E4M3FN, "float8e4m3fn"),
        (TensorProto.FLOAT4E2M1, "float4e2m1"),
    ):
        node = helper.make_node("DequantizeLinear", ["q", "s"], ["y"])
        graph = helper.make_graph(
            [node],
            "g",
            [helper.make_tensor_value_info("q", dtype, [4])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4])],
            [weight("s", np.float32(1))],
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11
        )
        with pytest.raises(opc.Error, match=f"dtype {name} is not supported"):
            opc.compile(model, cache=False)


# Extent of the rows, rows of x, depth, columns, block, whether b is turned: one
# row, a tile and more; what fills no vector, no word and no block.
PRODUCTS = [
    ("n", 1, 64, 32, 32, False),
    (1, 1, 64, 32, 16, True),
    (3, 3, 64, 40, 0, False),
    ("n", 19, 96, 33, 32, False),
    (19, 19, 96, 33, 32, True),
    ("n", 7, 50, 5, 16, True),
    (2, 2, 8, 1, 0, True),
    ("n", 7, 50, 9, 32, False),
]


@pytest.mark.parametrize("dtype", [INT4, UINT4])
@pytest.mark.parametrize(
    "extent, rows, depth, columns, block, turned", PRODUCTS
)
def test_product_with_four_bits(
    dtype, extent, rows, depth, columns, block, turned
):
    """MatMul, and Gemm with transB, of what a quantiser writes."""
    shape, axis = ((columns, depth), 1) if turned else ((depth, columns), 0)
    q = random_of(dtype, *shape)
    scale, zero = parameters_of(
        dtype, shape, axis if block else 1 - axis, block
    )
    w = dequantised(q, scale, zero, axis if block else 1 - axis, block)
    options = {"axis": axis if block else 1 - axis}
    if block:
        options["block_size"] = block
    nodes = [
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["d"], **options)
    ]
    if turned:
        nodes.append(helper.make_node("Gemm", ["x", "d"], ["y"], transB=1))
    else:
        nodes.append(helper.make_node("MatMul", ["x", "d"], ["y"]))
    x = normal(rows, depth, seed=rows)
    weights = [weight("q", q), weight("s", scale), weight("z", zero)]
    model = model_of(
        nodes,
        {"x": (np.float32, [extent, depth])},
        {"y": np.float32},
        weights,
    )
    assert_product(x, w.T if turned else w, model, x=x)
