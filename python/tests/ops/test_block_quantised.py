"""Weights of few bits of com.microsoft: MatMulNBits and GatherBlockQuantized."""

import ml_dtypes
import numpy as np
import onnxruntime
import opc
import pytest
from few_bits import (
    INT4,
    UINT4,
    assert_product,
    dequantised,
    model_of,
    parameters_of,
    random_of,
    run,
    weight,
)
from onnx import helper, numpy_helper
from support import TARGETS, assert_close, normal


def packed(q, bits):
    """Elements along the last axis as bytes, the first in the low bits."""
    per_byte = 8 // bits
    extra = -q.shape[-1] % per_byte
    q = np.pad(q, [(0, 0)] * (q.ndim - 1) + [(0, extra)]).astype(np.uint8)
    q = q.reshape(*q.shape[:-1], -1, per_byte)
    shifts = np.arange(per_byte, dtype=np.uint8) * bits
    return (q << shifts).sum(-1, dtype=np.uint8)


class NBits:
    """A MatMulNBits over random weights, and its definition."""

    def __init__(self, k, n, bits, block, zeros, dtype=np.float32, seed=0):
        random = np.random.default_rng(seed)
        blocks = -(-k // block)
        q = random.integers(0, 2**bits, (n, blocks * block))
        scale = random.random((n, blocks)) / 8 + 0.01
        self.scale = scale.astype(dtype)
        self.inputs = ["x", "b", "s"]
        rows = packed(q, bits).reshape(n, blocks, block * bits // 8)
        self.weights = [weight("b", rows), weight("s", self.scale)]
        self.attributes = dict(K=k, N=n, bits=bits, block_size=block)
        zero = np.full((n, blocks), 2 ** (bits - 1))
        if zeros == "packed":
            zero = random.integers(0, 2**bits, (n, blocks))
            self.weights.append(weight("z", packed(zero, bits)))
        elif zeros == "real":
            zero = (random.random((n, blocks)) * 2**bits).astype(dtype)
            self.weights.append(weight("z", zero))
        if zeros:
            self.inputs.append("z")
        steps = q - zero.astype(np.float64).repeat(block, 1)
        w = steps * self.scale.astype(np.float64).repeat(block, 1)
        self.w = w[:, :k].T

    def model(self, shape, dtype=np.float32, **more):
        node = helper.make_node(
            "MatMulNBits",
            self.inputs,
            ["y"],
            domain="com.microsoft",
            **(self.attributes | more),
        )
        return model_of(
            [node], {"x": (dtype, shape)}, {"y": dtype}, self.weights
        )


# Rows, depth, columns, bits, block, zero points: one row, a tile and more; what
# fills no vector and no block.
PRODUCTS = [
    (1, 256, 24, 4, 32, None),
    (5, 130, 17, 4, 32, "packed"),
    (13, 48, 9, 4, 16, "real"),
    (7, 300, 8, 4, 256, "packed"),
    (1, 256, 24, 8, 32, "packed"),
    (5, 130, 17, 8, 128, None),
    (13, 48, 9, 8, 64, "real"),
    (1, 256, 24, 2, 16, "packed"),
    (5, 130, 17, 2, 64, None),
]


@pytest.mark.parametrize("rows, k, n, bits, block, zeros", PRODUCTS)
def test_matmul_nbits(rows, k, n, bits, block, zeros):
    op = NBits(k, n, bits, block, zeros)
    x = normal(rows, k, seed=bits)
    assert_product(x, op.w, op.model(["rows", k]), x=x)


@pytest.mark.parametrize("extent", [48, "k"])
@pytest.mark.parametrize("zeros", [None, "packed"])
def test_matmul_nbits_of_a_vector(zeros, extent):
    op = NBits(48, 9, 4, 16, zeros)
    x = normal(48)
    assert_product(x, op.w, op.model([extent]), x=x)


# Depth, columns, bits, block, zero points: of the reduction several blocks become
# reals at a time, not always as many; a whole block; a part of one.
MANY_ROWS = [
    (830, 41, 4, 32, "packed"),
    (1100, 16, 4, 256, "real"),
    (300, 24, 8, 256, "packed"),
    (600, 17, 2, 128, None),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("k, n, bits, block, zeros", MANY_ROWS)
def test_matmul_nbits_of_many_rows(k, n, bits, block, zeros, target):
    """Rows that share weights made reals once, on both sides of each border."""
    op = NBits(k, n, bits, block, zeros)
    program = opc.compile(
        op.model(["rows", k]), target=target, threads=2, cache=False
    )
    for rows in (0, 1, *range(6, 16), 24, 40, 63, 64, 65, 131):
        x = normal(rows, k, seed=rows)
        (y,) = program.run({"x": x})
        exact = x.astype(np.float64) @ op.w
        terms = np.abs(x).astype(np.float64) @ np.abs(op.w)
        assert y.shape == exact.shape
        # Each weight is rounded, and each of k sums.
        assert (np.abs(y - exact) <= (k + 1) * 2.0**-24 * terms).all(), rows


def test_matmul_nbits_at_every_accuracy_level():
    """`accuracy_level` is the least: this is always f32."""
    op = NBits(96, 20, 4, 32, "packed")
    x = normal(3, 96)
    for level in range(5):
        model = op.model([3, 96], accuracy_level=level)
        assert_product(x, op.w, model, x=x)
        session = onnxruntime.InferenceSession(model.SerializeToString())
        (theirs,) = session.run(None, {"x": x})
        # What onnxruntime may lose by rounding x to 8 bits.
        loss = 96 * np.abs(x).max() / 127 * np.abs(op.w).max()
        assert np.abs(theirs - x @ op.w).max() <= loss


@pytest.mark.parametrize("target", TARGETS)
def test_matmul_nbits_of_any_rank_with_bias(target):
    op = NBits(64, 24, 4, 32, None)
    bias = normal(24, seed=9)
    op.inputs += ["", "", "bias"]
    op.weights.append(weight("bias", bias))
    x = normal(2, 3, 64)
    (y,) = run(op.model(["b", "rows", 64]), target, x=x)
    np.testing.assert_allclose(y, x @ op.w + bias, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("target", TARGETS)
def test_matmul_nbits_of_halves(target):
    op = NBits(64, 24, 4, 32, "packed", np.float16)
    x = normal(5, 64, dtype=np.float16)
    (y,) = run(op.model(["rows", 64], np.float16), target, x=x)
    exact = x.astype(np.float64) @ op.w
    assert y.dtype == np.float16
    np.testing.assert_allclose(y, exact, rtol=2.0**-10, atol=1e-4)


@pytest.mark.parametrize("target", TARGETS)
def test_matmul_nbits_with_groups_in_any_order(target):
    """g_idx: the block of each column of x, as GPTQ's act-order has them."""
    op = NBits(64, 24, 4, 16, "packed")
    group = np.random.default_rng(1).integers(0, 4, 64).astype(np.int32)
    raw = numpy_helper.to_array(op.weights[0]).reshape(24, -1)
    elements = np.stack([raw & 15, raw >> 4], -1).reshape(24, -1)
    zero = numpy_helper.to_array(op.weights[2]).reshape(24, -1)
    zero = np.stack([zero & 15, zero >> 4], -1).reshape(24, -1)
    steps = elements.astype(np.float64) - zero[:, group]
    w = (steps * op.scale[:, group]).T
    op.inputs.append("g")
    op.weights.append(weight("g", group))
    x = normal(3, 64)
    (y,) = run(op.model([3, 64]), target, x=x)
    np.testing.assert_allclose(y, x @ w, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "attributes, message",
    [
        ({"bits": 3}, "bits = 3 is not supported; .*: 2, 4 and 8"),
        ({"block_size": 24}, "block_size 24 is no power of two from 16 on"),
        ({"block_size": 8}, "block_size 8 is no power of two from 16 on"),
        ({"accuracy_level": 5}, "accuracy_level 5 is not between 0 and 4"),
        ({"weight_prepacked": 1}, "weight_prepacked = 1 is not supported"),
        ({"K": 0}, "K = 0 or N = 24 is no extent of weights"),
        ({"N": 25}, "768 elements are where 800 belong"),
    ],
)
def test_matmul_nbits_refuses(attributes, message):
    op = NBits(64, 24, 4, 32, None)
    with pytest.raises(opc.Error, match=message):
        opc.compile(op.model([3, 64], **attributes), cache=False)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("zeros", [False, True])
@pytest.mark.parametrize(
    "dtype, bits",
    [(np.uint8, 2), (np.uint8, 4), (np.uint8, 8), (INT4, 4)] + [(UINT4, 4)],
)
@pytest.mark.parametrize("scale_dtype", [np.float32, np.float16])
def test_gather_block_quantized(dtype, bits, zeros, scale_dtype, target):
    dtype = np.dtype(dtype)
    rows, columns, block = 11, 48, 16
    random = np.random.default_rng(6)
    limits = ml_dtypes.iinfo(dtype)
    low, high = (0, 2**bits) if dtype == np.uint8 else (limits.min, 8)
    q = random.integers(low, high, (rows, columns))
    z = random.integers(low, high, (rows, columns // block))
    scale = (random.random(z.shape) / 8 + 0.01).astype(scale_dtype)
    hold = (
        (lambda x: packed(x, bits))
        if bits < 8 and dtype == np.uint8
        else (lambda x: x.astype(dtype))
    )
    weights = [weight("q", hold(q)), weight("s", scale)]
    if zeros:
        weights.append(weight("z", hold(z)))
    node = helper.make_node(
        "GatherBlockQuantized",
        ["q", "i", "s"] + ["z"] * zeros,
        ["y"],
        domain="com.microsoft",
        bits=bits,
        block_size=block,
        quantize_axis=1,
        gather_axis=0,
    )
    index = np.array([[3, 0, -1], [10, -11, 3]], np.int64)
    model = model_of(
        [node], {"i": (np.int64, ["a", "b"])}, {"y": scale.dtype}, weights
    )
    middle = 2 ** (bits - 1) if dtype == np.uint8 else 0
    zero = z if zeros else np.full_like(z, middle)
    table = dequantised(q, scale, zero, 1, block)
    (y,) = run(model, target, i=index)
    assert y.dtype == scale.dtype
    np.testing.assert_array_equal(y, table[index])
    session = onnxruntime.InferenceSession(model.SerializeToString())
    assert_close([y], session.run(None, {"i": index}))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("gather, quantise", [(0, 1), (1, 0), (0, 0), (2, 1)])
def test_gather_block_quantized_along_any_axis(gather, quantise, target):
    shape, block = (18, 34, 5), 16
    q = random_of(INT4, *shape)
    scale, zero = parameters_of(INT4, shape, quantise, block)
    node = helper.make_node(
        "GatherBlockQuantized",
        ["q", "i", "s", "z"],
        ["y"],
        domain="com.microsoft",
        block_size=block,
        quantize_axis=quantise - 3,
        gather_axis=gather,
    )
    index = np.array([4, 0, -2], np.int32)
    model = model_of(
        [node],
        {"i": (np.int32, [3])},
        {"y": np.float32},
        [weight("q", q), weight("s", scale), weight("z", zero)],
    )
    table = dequantised(q, scale, zero, quantise, block)
    (y,) = run(model, target, i=index)
    np.testing.assert_array_equal(y, table.take(index, gather))


@pytest.mark.parametrize("target", TARGETS)
def test_gather_block_quantized_outside_of_the_table_is_zero(target):
    q = random_of(INT4, 6, 16)
    scale, zero = parameters_of(INT4, q.shape, 1, 16)
    node = helper.make_node(
        "GatherBlockQuantized",
        ["q", "i", "s", "z"],
        ["y"],
        domain="com.microsoft",
        block_size=16,
    )
    index = np.array([5, 6, -7, -6, 2**40], np.int64)
    model = model_of(
        [node],
        {"i": (np.int64, ["n"])},
        {"y": np.float32},
        [weight("q", q), weight("s", scale), weight("z", zero)],
    )
    expected = dequantised(q, scale, zero, 1, 16)[[5, 0, 0, 0, 0]]
    expected[[1, 2, 4]] = 0
    (y,) = run(model, target, i=index)
    np.testing.assert_array_equal(y, expected)


@pytest.mark.parametrize(
    "attributes, message",
    [
        ({"bits": 5}, "bits = 5 is not supported"),
        ({"gather_axis": 1}, "u8 data is gathered along axis 0 only"),
        ({"quantize_axis": 0}, "quantised and gathered along the same axis"),
    ],
)
def test_gather_block_quantized_refuses(attributes, message):
    node = helper.make_node(
        "GatherBlockQuantized",
        ["q", "i", "s"],
        ["y"],
        domain="com.microsoft",
        block_size=16,
        **attributes,
    )
    weights = [
        weight("q", np.zeros((4, 8), np.uint8)),
        weight("s", np.ones((4, 1), np.float32)),
    ]
    model = model_of([node], {"i": (np.int64, [2])}, {"y": np.float32}, weights)
    with pytest.raises(opc.Error, match=message):
        opc.compile(model, cache=False)


def test_program_of_four_bits_stays_near_its_size(tmp_path):
    """Weights are not as large as reals at rest."""
    op = NBits(1024, 512, 4, 32, None)
    program = opc.compile(op.model([1, 1024]), target="cpu", cache=False)
    path = tmp_path / "program.so"
    program.save(path)
    # 4 bits, a scale of 32 bits and a zero point of 8 for 32 elements.
    assert path.stat().st_size < 1024 * 512 * (0.5 + 5 / 32) + 200_000
