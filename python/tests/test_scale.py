"""Compiling takes time in proportion to the graph, not to its square."""

import time

import numpy as np
import opc
import pytest
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT


def info(name, shape):
    return helper.make_tensor_value_info(name, FLOAT, shape)


def model(nodes, inputs, outputs, weights=(), opset=13):
    graph = helper.make_graph(nodes, "graph", inputs, outputs, weights)
    opsets = [helper.make_opsetid("", opset)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def chain(n):
    nodes = [
        helper.make_node("Neg", [f"v{i}"], [f"v{i + 1}"]) for i in range(n)
    ]
    return model(nodes, [info("v0", [17])], [info(f"v{n}", [17])])


def split(n):
    """Into n parts of one size, the sizes given."""
    names = [f"y{i}" for i in range(n)]
    sizes = numpy_helper.from_array(np.ones(n, np.int64), "s")
    node = helper.make_node("Split", ["x", "s"], names)
    outputs = [info(name, [1, 2]) for name in names]
    return model([node], [info("x", [n, 2])], outputs, [sizes])


def concat(n):
    node = helper.make_node("Concat", ["x"] * n, ["y"], axis=0)
    return model([node], [info("x", [1, 2])], [info("y", [n, 2])])


def seconds(made, target):
    started = time.process_time()
    opc.compile(made, target=target, cache=False)
    return time.process_time() - started


@pytest.mark.parametrize(
    "build, target, n",
    [
        (chain, "reference", 500),
        (split, "reference", 250),
        (split, "cpu", 250),
        (concat, "reference", 500),
        (concat, "cpu", 500),
    ],
)
def test_four_times_the_graph_takes_about_four_times_as_long(build, target, n):
    """16 times would be a square; a busy machine may double one time."""
    seconds(build(8), target)
    small, large = build(n), build(4 * n)
    shortest = min(seconds(small, target) for _ in range(2))
    assert seconds(large, target) < 8 * shortest
