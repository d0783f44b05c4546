"""If, Loop and Scan, with bodies that reach values outside of them."""

import numpy as np
import opc
import pytest
from onnx import TensorProto, helper
from support import TARGETS, assert_close, expected_outputs, graph_model, normal

FLOAT, BOOL, INT64 = TensorProto.FLOAT, TensorProto.BOOL, TensorProto.INT64


def info(name, kind=FLOAT, shape=None):
    return helper.make_tensor_value_info(name, kind, shape)


def node(op, inputs, outputs, **attributes):
    return helper.make_node(op, inputs.split(), outputs.split(), **attributes)


def choice():
    """y = c ? x + x : x * x, the same shape in both."""
    add = helper.make_graph([node("Add", "x x", "a")], "then", [], [info("a")])
    mul = helper.make_graph([node("Mul", "x x", "b")], "else", [], [info("b")])
    return node("If", "c", "y", then_branch=add, else_branch=mul)


def branch_shapes():
    """y = c ? x : sum of x over its rows; then relu."""
    same = helper.make_graph(
        [node("Identity", "x", "a")], "then", [], [info("a")]
    )
    total = helper.make_graph(
        [node("ReduceSum", "x axes", "b", keepdims=1)], "else", [], [info("b")]
    )
    return node("If", "c", "y", then_branch=same, else_branch=total)


def counting():
    """v = v * x + i, n times, gathering v."""
    body = helper.make_graph(
        [
            node("Mul", "v_in x", "scaled"),
            node("Cast", "i", "f", to=FLOAT),
            node("Add", "scaled f", "v_out"),
            node("Identity", "v_out", "kept"),
            node("Identity", "go_in", "go_out"),
        ],
        "body",
        [info("i", INT64, []), info("go_in", BOOL, []), info("v_in")],
        [info("go_out", BOOL, []), info("v_out"), info("kept")],
    )
    return node("Loop", "n go v", "last all", body=body)


def scanning():
    """Running sum of the rows of x."""
    body = helper.make_graph(
        [node("Add", "s_in row", "s_out"), node("Identity", "s_out", "kept")],
        "body",
        [info("s_in", shape=[4]), info("row", shape=[4])],
        [info("s_out", shape=[4]), info("kept", shape=[4])],
    )
    return node("Scan", "s x", "last all", body=body, num_scan_inputs=1)


def check(model, feeds, target):
    expected = expected_outputs(model, feeds)
    compiled = opc.compile(model, target=target, cache=False)
    assert_close(compiled.run(feeds), expected, scale=4)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("taken", [True, False])
def test_if(target, taken):
    feeds = {"c": np.array(taken), "x": normal(3, 5)}
    check(graph_model([choice()], feeds, ["y"]), feeds, target)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("taken", [True, False])
def test_if_with_two_shapes(target, taken):
    feeds = {"c": np.array(taken), "x": normal(3, 5)}
    weights = {"axes": np.array([0])}
    nodes = [branch_shapes(), node("Relu", "y", "z")]
    check(graph_model(nodes, feeds, ["z"], weights), feeds, target)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("times", [1, 5])
def test_loop(target, times):
    feeds = {"x": normal(3), "v": normal(3, seed=1), "n": np.array(times)}
    weights = {"go": np.array(True)}
    model = graph_model([counting()], feeds, ["last", "all"], weights)
    check(model, feeds, target)


@pytest.mark.parametrize("target", TARGETS)
def test_loop_that_does_nothing(target):
    feeds = {"x": normal(3), "v": normal(3, seed=1), "n": np.array(0)}
    weights = {"go": np.array(True)}
    model = graph_model([counting()], feeds, ["last", "all"], weights)
    last, everything = opc.compile(model, target=target, cache=False).run(feeds)
    np.testing.assert_array_equal(last, feeds["v"])
    assert everything.shape == (0, 3)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("rows", [1, 6])
def test_scan(target, rows):
    feeds = {"s": normal(4, seed=1), "x": normal(rows, 4)}
    check(graph_model([scanning()], feeds, ["last", "all"]), feeds, target)
