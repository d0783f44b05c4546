"""Extents of 0: results without elements, and sums of nothing, which are 0."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import opc
import pytest
from onnx import helper
from support import TARGETS, graph_model


def ones(*shape):
    return np.ones(shape, np.float32)


def attention(q, k, v):
    nodes = [
        helper.make_node("Transpose", ["k"], ["t"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["q", "t"], ["s"]),
        helper.make_node("Softmax", ["s"], ["p"]),
        helper.make_node("MatMul", ["p", "v"], ["y"]),
    ]
    return nodes, {"q": q, "k": k, "v": v}


def node(op, x, w, **attributes):
    return [helper.make_node(op, ["x", "w"], ["y"], **attributes)], {
        "x": x,
        "w": w,
    }


PAIRS = "ij,kj->ik"
# Nodes with their operands, and the extents of the result, by hand: elements,
# where there are any, are zeros.
ROWS = {
    "no columns": (node("MatMul", ones(2, 4), ones(4, 0)), (2, 0)),
    "no rows": (node("MatMul", ones(0, 4), ones(4, 3)), (0, 3)),
    "no terms": (node("MatMul", ones(2, 0), ones(0, 5)), (2, 5)),
    "no batch": (node("MatMul", ones(0, 2, 3), ones(3, 5)), (0, 2, 5)),
    "gemm": (node("Gemm", ones(2, 4), ones(4, 0)), (2, 0)),
    "no filters": (
        node("Conv", ones(1, 3, 8, 8), ones(0, 3, 3, 3)),
        (1, 0, 6, 6),
    ),
    "no channels": (
        node("Conv", ones(1, 0, 8, 8), ones(4, 0, 3, 3)),
        (1, 4, 6, 6),
    ),
    "no images": (
        node("Conv", ones(0, 3, 8, 8), ones(4, 3, 3, 3)),
        (0, 4, 6, 6),
    ),
    "transposed, no filters": (
        node("ConvTranspose", ones(1, 3, 8, 8), ones(3, 0, 3, 3)),
        (1, 0, 10, 10),
    ),
    "transposed, nothing": (
        node("ConvTranspose", ones(1, 3, 0), ones(3, 4, 1)),
        (1, 4, 0),
    ),
    "transposed, more than nothing": (
        node("ConvTranspose", ones(1, 3, 0), ones(3, 4, 3)),
        (1, 4, 2),
    ),
    "einsum": (node("Einsum", ones(0, 3), ones(0, 3), equation=PAIRS), (0, 0)),
    "einsum, no terms": (
        node("Einsum", ones(2, 0), ones(3, 0), equation=PAIRS),
        (2, 3),
    ),
    "no past": (
        attention(ones(2, 5, 8), ones(2, 0, 8), ones(2, 0, 8)),
        (2, 5, 8),
    ),
}


@pytest.mark.parametrize("form", ["fixed", "weights", "symbolic"])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", ROWS)
def test_extents_of_zero(name, target, form):
    (nodes, feeds), shape = ROWS[name]
    first, *others = feeds
    weights = {n: feeds[n] for n in others} if form == "weights" else {}
    if "Conv" in nodes[0].op_type and form == "symbolic":
        # The extents of a kernel are to be known.
        weights = {n: feeds[n] for n in others}
    feeds = {n: a for n, a in feeds.items() if n not in weights}
    model = graph_model(
        nodes, feeds, ["y"], weights, symbolic=form == "symbolic"
    )
    model.graph.output[0].type.tensor_type.ClearField("shape")
    (y,) = opc.compile(model, target=target, cache=False).run(feeds)
    np.testing.assert_array_equal(y, np.zeros(shape, np.float32))


ROOT = pathlib.Path(__file__).resolve().parents[2]
STEP = 41


def test_a_slice_of_the_walk(tmp_path):
    """`make conformance` walks all operators, here each STEP-th variant."""
    report = tmp_path / "report.json"
    command = [sys.executable, ROOT / "scripts/empty_extents.py"]
    command += ["--every", str(STEP), "--report", report]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    states = [row["state"] for row in json.loads(report.read_text())]
    assert set(states) == {"ok", "refused"} and len(states) > 100
