"""Random small graphs: opc's shapes and values are onnxruntime's at every size.

Each graph is compiled once, with symbolic extents, and runs at several sizes.
Extents that opc's manifest states must be those that come out.
"""

import contextlib
import random

import numpy as np
import opc
import pytest
from onnx import TensorProto, helper, numpy_helper
from support import TARGETS, assert_close, onnxruntime_session

SEEDS = range(60)
SIZES = [(2, 3, 4), (1, 5, 2), (4, 1, 6)]
SYMBOLS = ("a", "b", "c")


class NothingFits(Exception):
    """The graph has no value of the rank that a step wants."""


class Builder:
    """Grows a graph whose extents are sums and products of symbols.

    A value is its name and its shape; a shape is a tuple of integers at three
    sizes at once, so that the generator knows what fits at all of them.
    """

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.numbers = np.random.default_rng(seed)
        self.nodes, self.weights, self.values = [], [], []
        self.inputs = {}
        for i in range(self.random.randint(1, 3)):
            axes = self.random.sample(range(3), self.random.randint(1, 3))
            self.inputs[f"x{i}"] = axes
            shape = [tuple(size[axis] for size in SIZES) for axis in axes]
            self.values.append((f"x{i}", shape))

    def weight(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def ints(self, *values):
        return self.weight(np.array(values, np.int64))

    def emit(self, op, inputs, shape, **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        self.values.append((name, shape))
        return name

    def pick(self, least=0, most=5):
        fit = [v for v in self.values if least <= len(v[1]) <= most]
        if not fit:
            raise NothingFits
        return self.random.choice(fit)

    def step(self):
        self.random.choice(STEPS)(self)

    def model(self):
        used = {name for node in self.nodes for name in node.input}
        outputs = [
            v[0] for v in self.values if v[0] not in used and v[0][0] == "v"
        ]
        infos = [
            helper.make_tensor_value_info(
                name, TensorProto.FLOAT, [SYMBOLS[axis] for axis in axes]
            )
            for name, axes in self.inputs.items()
        ]
        results = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
            for name in outputs
        ]
        graph = helper.make_graph(
            self.nodes, "random", infos, results, self.weights
        )
        opset = [helper.make_opsetid("", 18)]
        return helper.make_model(graph, opset_imports=opset, ir_version=9)

    def feeds(self, size):
        return {
            name: self.numbers.uniform(
                0.5, 1.5, [size[a] for a in axes]
            ).astype(np.float32)
            for name, axes in self.inputs.items()
        }


def same(n):
    return (n,) * len(SIZES)


def combine(function, *extents):
    return tuple(function(*parts) for parts in zip(*extents, strict=True))


def unary(b):
    name, shape = b.pick()
    b.emit(b.random.choice(["Relu", "Sigmoid", "Neg"]), [name], shape)


def broadcast(one, other):
    """The shape of two values together, or None where they do not fit."""
    rank = max(len(one), len(other))
    one = [same(1)] * (rank - len(one)) + list(one)
    other = [same(1)] * (rank - len(other)) + list(other)
    for a, b in zip(one, other, strict=True):
        if any(x != y and 1 not in (x, y) for x, y in zip(a, b, strict=True)):
            return None
    return [combine(max, a, b) for a, b in zip(one, other, strict=True)]


def binary(b):
    one, other = b.pick(), b.pick()
    shape = broadcast(one[1], other[1])
    if shape is not None:
        op = b.random.choice(["Add", "Mul", "Max"])
        b.emit(op, [one[0], other[0]], shape)


def transpose(b):
    name, shape = b.pick()
    order = list(range(len(shape)))
    b.random.shuffle(order)
    b.emit("Transpose", [name], [shape[i] for i in order], perm=order)


def flatten_by_shape(b):
    """Shape -> Gather -> Concat -> Reshape, as exporters write it."""
    name, shape = b.pick(least=2, most=4)
    counts = f"s{len(b.nodes)}"
    b.nodes.append(helper.make_node("Shape", [name], [counts]))
    first = f"g{len(b.nodes)}"
    b.nodes.append(helper.make_node("Gather", [counts, b.ints(0)], [first]))
    target = f"t{len(b.nodes)}"
    b.nodes.append(
        helper.make_node("Concat", [first, b.ints(-1)], [target], axis=0)
    )
    rest = shape[1]
    for extent in shape[2:]:
        rest = combine(int.__mul__, rest, extent)
    b.emit("Reshape", [name, target], [shape[0], rest])


def expand_to_another(b):
    one, other = b.pick(), b.pick()
    shape = broadcast(one[1], other[1])
    if shape is None:
        return
    target = f"e{len(b.nodes)}"
    b.nodes.append(helper.make_node("Shape", [other[0]], [target]))
    b.emit("Expand", [one[0], target], shape)


def concat(b):
    name, shape = b.pick(least=1)
    axis = b.random.randrange(len(shape))
    result = list(shape)
    result[axis] = combine(lambda n: 2 * n, shape[axis])
    b.emit("Concat", [name, name], result, axis=axis)


def slice_from(b):
    name, shape = b.pick(least=1)
    axis = b.random.randrange(len(shape))
    step = b.random.choice([1, 2, -1])
    start, end = {1: (0, -1), 2: (0, 2**31), -1: (-1, -(2**31))}[step]
    counts = {1: lambda n: n - 1, 2: lambda n: (n + 1) // 2, -1: lambda n: n}
    result = list(shape)
    result[axis] = combine(counts[step], shape[axis])
    if 0 not in result[axis]:
        args = [name, b.ints(start), b.ints(end), b.ints(axis), b.ints(step)]
        b.emit("Slice", args, result)


def reduce_axis(b):
    name, shape = b.pick(least=1)
    axis = b.random.randrange(len(shape))
    keep = b.random.randrange(2)
    result = list(shape)
    result[axis : axis + 1] = [same(1)] * keep
    op = b.random.choice(["ReduceMean", "ReduceMax"])
    b.emit(op, [name, b.ints(axis)], result, keepdims=keep)


def unsqueeze(b):
    name, shape = b.pick(most=4)
    axis = b.random.randint(0, len(shape))
    result = [*shape[:axis], same(1), *shape[axis:]]
    b.emit("Unsqueeze", [name, b.ints(axis)], result)


def matmul(b):
    name, shape = b.pick(least=2, most=4)
    order = [*range(len(shape) - 2), len(shape) - 1, len(shape) - 2]
    turned = b.emit("Transpose", [name], [shape[i] for i in order], perm=order)
    b.emit("MatMul", [name, turned], [*shape[:-1], shape[-2]])


def pad(b):
    name, shape = b.pick(least=1)
    before = [b.random.randint(0, 2) for _ in shape]
    after = [b.random.randint(0, 2) for _ in shape]
    result = [
        combine(lambda n, k=x + y: n + k, extent)
        for extent, x, y in zip(shape, before, after, strict=True)
    ]
    b.emit("Pad", [name, b.ints(*before, *after)], result)


def tile(b):
    name, shape = b.pick(least=1)
    counts = [b.random.randint(1, 2) for _ in shape]
    result = [
        combine(lambda n, k=count: n * k, extent)
        for extent, count in zip(shape, counts, strict=True)
    ]
    b.emit("Tile", [name, b.ints(*counts)], result)


def softmax(b):
    name, shape = b.pick(least=1)
    b.emit("Softmax", [name], shape, axis=b.random.randrange(len(shape)))


STEPS = (
    unary, binary, binary, transpose, flatten_by_shape, expand_to_another, concat,
    slice_from, reduce_axis, unsqueeze, matmul, pad, tile, softmax,
)  # fmt: skip


def build(seed):
    builder = Builder(seed)
    while len(builder.nodes) < 3 + seed % 8:
        with contextlib.suppress(NothingFits):
            builder.step()
    return builder


def states_what_comes_out(specs, outputs):
    for spec, output in zip(specs, outputs, strict=True):
        assert len(spec.shape) == output.ndim
        for stated, found in zip(spec.shape, output.shape, strict=True):
            assert isinstance(stated, str) or stated == found


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("seed", SEEDS)
def test_random_graph(seed, target):
    builder = build(seed)
    proto = builder.model()
    session = onnxruntime_session(proto)
    compiled = opc.compile(proto, target=target, cache=False)
    for size in SIZES:
        feeds = builder.feeds(size)
        outputs = compiled.run(feeds)
        assert_close(outputs, session.run(None, feeds), scale=8)
        states_what_comes_out(compiled.outputs, outputs)
