"""Random graphs in which every value may be read anywhere, fused and not.

Which ops share a kernel, in which order kernels run and where their results lie
must not show: outputs are those of onnxruntime, of one thread and of two.
"""

import itertools
import random

import numpy as np
import onnx
import opc
import pytest
from onnx import helper
from support import TARGETS, assert_close, graph_model, normal
from support import onnxruntime_session

# Of all values: size x size, or less along one axis. Less than a vector of most
# machines and more than a row of tiles, whole vectors and a rest of one.
SIZES = (12, 37, 129)
SEEDS = range(24)


class Graph:
    """A graph of `count` steps over square matrices, rows and columns."""

    def __init__(self, seed, size, count=14):
        self.random = random.Random(seed)
        self.nodes = []
        self.size, self.square = size, (size, size)
        self.values = {"x": self.square, "z": self.square}
        for _ in range(count):
            self.random.choice(STEPS)(self)
        read = {name for node in self.nodes for name in node.input}
        made = [name for name in self.values if name not in ("x", "z")]
        # What nobody reads, and some that others read, too.
        self.outputs = [
            name
            for name in made
            if name not in read or self.random.random() < 0.25
        ]

    def pick(self, square=False):
        """Old values as often as new ones."""
        names = [
            name
            for name, shape in self.values.items()
            if not square or shape == self.square
        ]
        return self.random.choice(names)

    def emit(self, op, inputs, shape, **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        self.values[name] = shape
        return name


def unary(g):
    x = g.pick()
    g.emit(g.random.choice(["Tanh", "Neg", "Sigmoid", "Abs"]), [x], g.values[x])


def binary(g):
    a, b = g.pick(), g.pick()
    shape = np.broadcast_shapes(g.values[a], g.values[b])
    g.emit(g.random.choice(["Add", "Sub", "Max", "Mul"]), [a, b], shape)


def transpose(g):
    x = g.pick()
    g.emit("Transpose", [x], g.values[x][::-1], perm=[1, 0])


def reduce_line(g):
    x, axis = g.pick(square=True), g.random.randrange(2)
    shape = tuple(1 if i == axis else g.size for i in range(2))
    op = g.random.choice(["ReduceMean", "ReduceMax"])
    g.emit(op, [x], shape, axes=[axis], keepdims=1)


def softmax(g):
    g.emit("Softmax", [g.pick(square=True)], g.square, axis=1)


def matmul(g):
    a, b = g.pick(square=True), g.pick(square=True)
    product = g.emit("MatMul", [a, b], g.square)
    g.emit("Tanh", [product], g.square)


def halves(g):
    """Both halves of a square, the other way around."""
    x = g.pick(square=True)
    half = g.size // 2
    low = g.emit("Slice", [x, "zero", "half", "zero"], (half, g.size))
    high = g.emit("Slice", [x, "half", "end", "zero"], (g.size - half, g.size))
    joined = g.emit("Concat", [high, low], g.square, axis=0)
    # No value of a step has an extent of its own.
    for name in (low, high):
        del g.values[name]
    g.emit("Neg", [joined], g.square)


def turned(g):
    """A value and itself from its other end: it is read at two places."""
    x = g.pick(square=True)
    inputs = [x, "back", "before", str(g.random.randrange(2)), "back"]
    g.emit("Add", [g.emit("Slice", inputs, g.square), x], g.square)


def flat(g):
    """A change of shape, which is the host's, between two kernels."""
    x = g.pick(square=True)
    line = g.emit("Reshape", [x, "line"], (g.size * g.size,))
    moved = g.emit("Neg", [line], (g.size * g.size,))
    for name in (line, moved):
        del g.values[name]
    g.emit("Reshape", [moved, "square"], g.square)


STEPS = (
    unary, unary, binary, binary, binary, binary, transpose, reduce_line,
    softmax, matmul, halves, turned, flat,
)  # fmt: skip


def constants(size):
    return {
        "zero": np.array([0]),
        "half": np.array([size // 2]),
        "end": np.array([size]),
        "back": np.array([-1]),
        "before": np.array([-size - 1]),
        "0": np.array([0]),
        "1": np.array([1]),
        "line": np.array([-1]),
        "square": np.array([size, size]),
    }


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("target", TARGETS)
def test_random_graph(seed, target):
    size = SIZES[seed % len(SIZES)]
    graph = Graph(seed, size)
    feeds = {"x": normal(size, size), "z": normal(size, size, seed=1)}
    model = graph_model(
        graph.nodes, feeds, graph.outputs, constants(size), opset=17
    )
    onnx.checker.check_model(model)
    expected = onnxruntime_session(model).run(None, feeds)
    for threads in (1, 2):
        compiled = opc.compile(
            model, target=target, threads=threads, cache=False
        )
        outputs = compiled.run(feeds)
        # Errors of up to 14 steps and of sums of `size` terms.
        assert_close(outputs, expected, scale=64, names=graph.outputs)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("size", [16, 24, 48, 96])
def test_a_product_does_not_lie_over_its_operand(size, target):
    """Whole tiles: they may lie over what is added to them, and over no more."""
    names = ["x", "a", "b", "c", "y"]
    nodes = []
    for i, (x, y) in enumerate(itertools.pairwise(names)):
        nodes.append(helper.make_node("MatMul", [x, "z"], [f"p{i}"]))
        nodes.append(helper.make_node("Add", [f"p{i}", "z"], [y]))
    feeds = {"x": normal(size, size), "z": 0.2 * normal(size, size, seed=1)}
    model = graph_model(nodes, feeds, ["y"], opset=17)
    expected = onnxruntime_session(model).run(None, feeds)
    compiled = opc.compile(model, target=target, threads=1, cache=False)
    assert_close(compiled.run(feeds), expected, scale=64)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("shape", [(5000, 16), (5000, 3), (64, 9, 9, 40)])
def test_statistics_of_long_columns(shape, target):
    """Which come without a cache's help, from kernels of their own."""
    axes = list(range(len(shape) - 1))
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=axes),
        helper.make_node("Sub", ["x", "mean"], ["centred"]),
        helper.make_node("Mul", ["centred", "centred"], ["square"]),
        helper.make_node("ReduceMean", ["square"], ["variance"], axes=axes),
        helper.make_node("Sqrt", ["variance"], ["deviation"]),
        helper.make_node("Div", ["centred", "deviation"], ["y"]),
    ]
    feeds = {"x": normal(*shape)}
    model = graph_model(nodes, feeds, ["variance", "y"], opset=17)
    expected = onnxruntime_session(model).run(None, feeds)
    for threads in (1, 2):
        compiled = opc.compile(
            model, target=target, threads=threads, cache=False
        )
        assert_close(compiled.run(feeds), expected, scale=64)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("other", [(20, 1, 1), (3, 20, 14, 1), (14,), (14, 1)])
@pytest.mark.parametrize("last", [14, 1])
def test_what_follows_a_transpose(last, other, target):
    """Rows and columns of an image are walked as one, unless a value that follows
    lies along one of them alone. It stays where more would have to be turned."""
    nodes = [
        helper.make_node("Transpose", ["x"], ["turned"], perm=(0, 3, 1, 2)),
        helper.make_node("Where", ["is", "turned", "w"], ["chosen"]),
        helper.make_node("Add", ["chosen", "z"], ["sum"]),
        helper.make_node("Relu", ["sum"], ["y"]),
    ]
    shape = (3, 20, 14, last)
    feeds = {
        "x": normal(3, 14, last, 20),
        "z": normal(*other, seed=1),
        "w": normal(*shape, seed=2),
        "is": normal(*shape, seed=3) > 0,
    }
    model = graph_model(nodes, feeds, ["y"], opset=17)
    expected = onnxruntime_session(model).run(None, feeds)
    for threads in (1, 2):
        compiled = opc.compile(
            model, target=target, threads=threads, cache=False
        )
        assert_close(compiled.run(feeds), expected)
