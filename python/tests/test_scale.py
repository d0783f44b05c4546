"""Compiling takes time in proportion to the graph: four times the nodes take
about four times the CPU time, where a quadratic step takes sixteen."""

import time

import numpy as np
import opc
import pytest
import support
from onnx import helper

# Between 4 (linear) and 16 (quadratic), in the middle of their logarithms.
GREATEST_RATIO = 8.0


def model(nodes, inputs, outputs):
    """Without onnxruntime's types, which take longer than what is measured."""

    def infos(arrays):
        return [
            support.value_info(name, array) for name, array in arrays.items()
        ]

    graph = helper.make_graph(nodes, "graph", infos(inputs), infos(outputs))
    opset = [helper.make_opsetid("", 18)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)


def chain(length):
    """Nodes that the reference does not fuse: a launch for each."""
    nodes = [
        helper.make_node("Neg", [f"v{i}"], [f"v{i + 1}"]) for i in range(length)
    ]
    x = np.arange(17, dtype=np.float32)
    feeds, wanted = {"v0": x}, {f"v{length}": x * (-1) ** length}
    return model(nodes, feeds, wanted), feeds, list(wanted.values())


def compiled(case, target):
    """The program of a case, and the CPU time that compiling it took."""
    model, _, _ = case
    start = time.process_time()
    program = opc.compile(model, target=target, cache=False)
    return program, time.process_time() - start


def check_values(program, case):
    _, feeds, wanted = case
    for result, value in zip(program.run(feeds), wanted, strict=True):
        np.testing.assert_array_equal(result, value)


def check_ratio(make, size, target):
    """What a compilation costs whatever its size makes the ratio smaller, never
    greater; the least of two runs is what other work on the machine leaves."""
    ratios = []
    for _ in range(2):
        small, large = make(size), make(4 * size)
        _, short = compiled(small, target)
        program, long = compiled(large, target)
        check_values(program, large)
        ratios.append(long / short)
        if ratios[-1] < GREATEST_RATIO:
            return
    pytest.fail(
        f"{size} to {4 * size} takes {min(ratios):.1f} times the CPU time"
    )


@pytest.mark.parametrize("target", ["cpu", "reference"])
def test_chain(target):
    check_ratio(chain, 800, target)
