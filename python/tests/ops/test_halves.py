"""Operators on halves round their result once, not the steps on the way to it.

Expected values are numpy's float64 of the same halves; a result is off by at most half
a unit in its last place, and by a few of the greatest float32 on the way.
"""

import ml_dtypes
import numpy as np
import opc
import pytest
from onnx import TensorProto, helper
from support import BF16, TARGETS, Case

HALVES = (np.dtype(np.float16), BF16)
TYPES = pytest.mark.parametrize("dtype", HALVES, ids=str)
EVERYWHERE = pytest.mark.parametrize("target", TARGETS)


def random(*shape, seed=0, scale=1.0):
    return scale * np.random.default_rng(seed).standard_normal(shape)


def assert_rounded_once(y, exact):
    """`exact` is what the halves that were given mean."""
    info = ml_dtypes.finfo(y.dtype)
    exponent = np.frexp(exact)[1] - 1
    unit = np.ldexp(1.0, np.maximum(exponent, info.minexp) - info.nmant)
    off = np.abs(y.astype(np.float64) - exact)
    allowed = unit / 2 + 2.0**-21 * np.abs(exact).max()
    assert (off <= allowed).all(), f"{(off / unit).max()} units"


def run(case, target):
    return opc.compile(case.model(), target=target, cache=False).run(case.feeds)


def halved(dtype, *arrays):
    """Operands as halves, and what these are in float64."""
    halves = [a.astype(dtype) for a in arrays]
    return halves, [h.astype(np.float64) for h in halves]


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def rotated(x, cos, sin):
    """x [b, heads, n, d], angles [b, n, d / 2]."""
    cos, sin = cos[:, None], sin[:, None]
    a, b = np.split(x, 2, axis=-1)
    return np.concatenate([cos * a - sin * b, sin * a + cos * b], axis=-1)


@EVERYWHERE
@TYPES
@pytest.mark.parametrize("axis", [0, -1])
def test_softmax(axis, dtype, target):
    (x,), (wide,) = halved(dtype, random(9, 40, scale=3))
    case = Case("Softmax", x, axis=axis)
    assert_rounded_once(run(case, target)[0], softmax(wide, axis))


@EVERYWHERE
@TYPES
def test_log_softmax(dtype, target):
    (x,), (wide,) = halved(dtype, random(9, 40, scale=9))
    exact = wide - wide.max(axis=-1, keepdims=True)
    exact -= np.log(np.exp(exact).sum(axis=-1, keepdims=True))
    assert_rounded_once(run(Case("LogSoftmax", x), target)[0], exact)


@EVERYWHERE
@TYPES
def test_rotary_embedding(dtype, target):
    angles = random(2, 5, 4)
    halves, wide = halved(
        dtype, random(2, 3, 5, 8), np.cos(angles), np.sin(angles)
    )
    case = Case("RotaryEmbedding", *halves, opset=23)
    assert_rounded_once(run(case, target)[0], rotated(*wide))


@EVERYWHERE
@TYPES
def test_attention(dtype, target):
    operands = [random(2, 3, n, 8, seed=n) for n in (5, 7, 7)]
    operands.append(random(5, 7, seed=3))
    halves, (q, k, v, mask) = halved(dtype, *operands)
    case = Case("Attention", *halves, opset=23, softcap=2.0)
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(8)
    scores = 2 * np.tanh(scores / 2) + mask
    assert_rounded_once(run(case, target)[0], softmax(scores) @ v)


@EVERYWHERE
@TYPES
def test_group_query_attention(dtype, target):
    """Keys are rounded, as they come out; queries are turned and never are."""
    angles = random(6, 4)
    halves, (q, k, v, cos, sin) = halved(
        dtype,
        *(random(1, 6, 8 * heads, seed=heads) for heads in (2, 1, 1)),
        np.cos(angles),
        np.sin(angles),
    )
    model = group_query_model(halves)
    feeds = dict(zip(["q", "k", "v", "cos", "sin"], halves, strict=True))
    feeds |= {"last": np.int32([5]), "total": np.int32(6)}
    y, keys = opc.compile(model, target=target, cache=False).run(feeds)
    split = lambda x: x.reshape(1, 6, -1, 8).swapaxes(1, 2)
    turned = rotated(split(k), cos[None], sin[None])
    assert_rounded_once(keys, turned)
    scores = rotated(split(q), cos[None], sin[None])
    scores = scores @ keys.astype(np.float64).swapaxes(-1, -2) / np.sqrt(8)
    scores += np.triu(np.full((6, 6), -np.inf), 1)
    exact = (softmax(scores) @ split(v)).swapaxes(1, 2).reshape(1, 6, 16)
    assert_rounded_once(y, exact)


def group_query_model(halves):
    kind = helper.np_dtype_to_tensor_dtype(halves[0].dtype)
    info = lambda name, shape, t=kind: helper.make_tensor_value_info(
        name, t, shape
    )
    node = helper.make_node(
        "GroupQueryAttention",
        ["q", "k", "v", "", "", "last", "total", "cos", "sin"],
        ["y", "keys", "values"],
        domain="com.microsoft",
        num_heads=2,
        kv_num_heads=1,
        do_rotary=1,
    )
    inputs = [
        info(name, list(x.shape))
        for name, x in zip(["q", "k", "v", "cos", "sin"], halves, strict=True)
    ]
    inputs += [info("last", [1], TensorProto.INT32)]
    inputs += [info("total", [], TensorProto.INT32)]
    outputs = [info("y", None), info("keys", None)]
    graph = helper.make_graph([node], "graph", inputs, outputs)
    domains = [
        helper.make_opsetid("", 18),
        helper.make_opsetid("com.microsoft", 1),
    ]
    return helper.make_model(graph, opset_imports=domains, ir_version=10)


@EVERYWHERE
@TYPES
def test_causal_convolution_with_state(dtype, target):
    halves, (x, w, bias) = halved(
        dtype, random(2, 3, 9), random(3, 1, 4, seed=1), random(3, seed=2)
    )
    case = Case(
        "CausalConvWithState", *halves, opset=27, outputs=2, activation="silu"
    )
    line = np.pad(x, [(0, 0), (0, 0), (3, 0)])
    y = sum(line[:, :, i : i + 9] * w[:, 0, i, None] for i in range(4))
    y += bias[:, None]
    assert_rounded_once(run(case, target)[0], y / (1 + np.exp(-y)))
