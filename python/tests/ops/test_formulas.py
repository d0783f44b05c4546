"""Operators that onnxruntime lacks: numpy, and the standard's formulas in it."""

import itertools

import numpy as np
import onnx
import opc
import pytest
from onnx import helper
from support import (
    TARGETS,
    assert_close,
    graph_model,
    normal,
    uniform,
    value_info,
)

EVERYWHERE = pytest.mark.parametrize("target", TARGETS)
SIZES = (12, 37, 129)


def run(node, feeds, target, opset=28):
    """Nobody infers types of other domains: results are f32."""
    kind = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [node],
        "graph",
        [value_info(name, array) for name, array in feeds.items()],
        [helper.make_tensor_value_info(y, kind, None) for y in node.output],
    )
    opsets = [helper.make_opsetid("", opset)]
    if node.domain:
        opsets.append(helper.make_opsetid(node.domain, 1))
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    compiled = opc.compile(model, target=target, cache=False)
    return compiled.run(feeds)


def check(node, feeds, wanted, target, scale=4.0):
    wanted = [np.asarray(x).astype(np.float32) for x in wanted]
    assert_close(run(node, feeds, target), wanted, scale)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@EVERYWHERE
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("alpha", [1.0, 1.7])
def test_swiglu(alpha, size, target):
    a, b = normal(3, size), normal(3, size, seed=1)
    node = helper.make_node("SwiGLU", ["a", "b"], ["y"], alpha=alpha)
    x = a.astype(np.float64)
    want = x * sigmoid(np.float32(alpha) * x) * b
    check(node, {"a": a, "b": b}, [want], target)


COSINES = {
    "HannWindow": (0.5, 0.5, 0.0),
    "HammingWindow": (25 / 46, 21 / 46, 0.0),
    "BlackmanWindow": (0.42, 0.5, 0.08),
}


@EVERYWHERE
@pytest.mark.parametrize(
    "op, periodic", list(itertools.product(COSINES, (0, 1)))
)
@pytest.mark.parametrize("size", SIZES)
def test_window(size, op, periodic, target):
    node = helper.make_node(op, ["n"], ["y"], periodic=periodic)
    model = graph_model([node], {}, ["y"], {"n": np.array(size)}, opset=17)
    (y,) = opc.compile(model, target=target, cache=False).run({})
    a, b, c = COSINES[op]
    turns = 2 * np.pi * np.arange(size) / (size if periodic else size - 1)
    want = a - b * np.cos(turns) + c * np.cos(2 * turns)
    np.testing.assert_allclose(y, want, rtol=0, atol=2e-7)


@EVERYWHERE
@pytest.mark.parametrize("axis", [1, 2, -1])
@pytest.mark.parametrize("mode", ["linear", "circular"])
def test_tensor_scatter(mode, axis, target):
    past = normal(3, 12, 37)
    shape = list(past.shape)
    shape[axis] = 5
    update = normal(*shape, seed=1)
    last = past.shape[axis] - (1 if mode == "circular" else 5)
    at = np.array([0, 3, last])
    want = np.moveaxis(past.copy(), axis, 1)
    for batch, step in itertools.product(range(3), range(5)):
        place = (at[batch] + step) % want.shape[1]
        want[batch, place] = np.moveaxis(update, axis, 1)[batch, step]
    node = helper.make_node(
        "TensorScatter", ["past", "update", "at"], ["y"], mode=mode, axis=axis
    )
    feeds = {"past": past, "update": update, "at": at}
    check(node, feeds, [np.moveaxis(want, 1, axis)], target)


@EVERYWHERE
@pytest.mark.parametrize("scale", [None, 0.3])
@pytest.mark.parametrize("n, m", [(12, 37), (37, 12)])
def test_flex_attention(n, m, scale, target):
    q, k, v = normal(2, 4, n, 5), normal(2, 2, m, 5, seed=1), normal(2, 2, m, 7)
    node = helper.make_node(
        "FlexAttention",
        ["q", "k", "v"],
        ["y"],
        domain="ai.onnx.preview",
        **({} if scale is None else {"scale": scale}),
    )
    wide = [
        x.astype(np.float64) for x in (q, *(np.repeat(x, 2, 1) for x in (k, v)))
    ]
    scores = (scale or 5**-0.5) * wide[0] @ wide[1].swapaxes(2, 3)
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    want = powers / powers.sum(-1, keepdims=True) @ wide[2]
    check(node, {"q": q, "k": k, "v": v}, [want], target, scale=16)


def momentum(r, t, x, g, v, alpha, beta, norm, mode):
    g = g + norm * x
    v = alpha * v + (beta if t > 0 else 1) * g
    step = v if mode == "standard" else g + alpha * v
    return [x - r * step, v]


def adagrad(r, t, x, g, h, decay, norm, epsilon):
    g = g + norm * x
    h = h + g * g
    return [x - r / (1 + t * decay) * g / (np.sqrt(h) + epsilon), h]


def adam(r, t, x, g, v, h, alpha, beta, norm, post, epsilon):
    g = g + norm * x
    v, h = alpha * v + (1 - alpha) * g, beta * h + (1 - beta) * g * g
    if t > 0:
        r = r * np.sqrt(1 - beta**t) / (1 - alpha**t)
    x = x - r * v / (np.sqrt(h) + epsilon)
    return [(1 - post) * x, v, h]


OPTIMIZERS = {
    "Momentum standard": (momentum, (0.9, 0.7, 0.1, "standard"), "alpha beta norm_coefficient mode"),
    "Momentum nesterov": (momentum, (0.9, 0.7, 0.1, "nesterov"), "alpha beta norm_coefficient mode"),
    "Adagrad": (adagrad, (0.2, 0.1, 0.01), "decay_factor norm_coefficient epsilon"),
    "Adam": (adam, (0.8, 0.9, 0.1, 0.05, 0.01), "alpha beta norm_coefficient norm_coefficient_post epsilon"),
}  # fmt: skip


@EVERYWHERE
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("count", [0, 3])
@pytest.mark.parametrize("size", SIZES)
def test_optimizer(size, count, name, target):
    formula, values, names = OPTIMIZERS[name]
    states = 2 if name == "Adam" else 1
    operands = [normal(size), normal(size, seed=1)]
    operands += [uniform(0.1, 1, size, seed=2 + i) for i in range(states)]
    feeds = {"r": np.float32(0.3), "t": np.int64(count)}
    feeds |= {f"x{i}": x for i, x in enumerate(operands)}
    node = helper.make_node(
        name.split()[0],
        list(feeds),
        [f"y{i}" for i in range(states + 1)],
        domain="ai.onnx.preview.training",
        **dict(zip(names.split(), values, strict=True)),
    )
    wide = [x.astype(np.float64) for x in operands]
    rounded = [
        v if isinstance(v, str) else float(np.float32(v)) for v in values
    ]
    want = formula(float(np.float32(0.3)), count, *wide, *rounded)
    check(node, feeds, want, target, scale=8)
