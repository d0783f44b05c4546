"""opc.onnx.Backend, and a slice of the ONNX backend suite.

`make conformance` runs all of the suite; here, every STEP-th case of it does.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import opc
import opc.onnx
import pytest
from onnx import helper
from support import graph_model, normal

ROOT = pathlib.Path(__file__).resolve().parents[2]
STEP = 13
FAULTS = ("wrong", "error", "crash", "hang")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Rows of the report, from a process of its own: it forks."""
    report = tmp_path_factory.mktemp("suite") / "report.json"
    command = [sys.executable, ROOT / "scripts/conformance.py", "--quiet"]
    command += ["--every", str(STEP), "--report", report]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert report.exists(), done.stderr[-2000:]
    return json.loads(report.read_text())


@pytest.mark.parametrize("target", ["reference", "cpu"])
def test_every_case_passes_or_is_refused_by_name(results, target):
    faults = [
        f"{row['state']} {row['case']}: {row['reason']}"
        for row in results
        if row["target"] == target and row["state"] in FAULTS
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("target", ["reference", "cpu"])
def test_the_record_holds_on_the_slice(results, target):
    """About as large a share of the slice passes as of the whole suite."""
    record = json.loads((ROOT / "python/tests/conformance.json").read_text())
    states = [row["state"] for row in results if row["target"] == target]
    share = sum(record[target].values()) / sum(record["cases"].values())
    assert states.count("pass") >= (share - 0.08) * len(states)


def test_the_suite_of_onnx_itself_runs():
    """Through onnx.backend.test.BackendTest, as anybody else would."""
    import unittest

    import onnx.backend.test

    suite = onnx.backend.test.BackendTest(opc.onnx.Backend, __name__)
    suite.include(
        r"^test_(abs|add_bcast|relu|softmax_axis_1|concat_2d_.*)_cpu$"
    )
    done = unittest.TestResult()
    suite.test_suite.run(done)
    assert not done.failures and not done.errors
    assert done.testsRun - len(done.skipped) == 8


def reduction():
    """A model whose axes are an input."""
    feeds = {"x": normal(3, 4, 5), "axes": np.array([1])}
    node = helper.make_node("ReduceSum", ["x", "axes"], ["y"], keepdims=0)
    return graph_model([node], feeds, ["y"], symbolic=True), feeds["x"]


def test_values_that_shape_the_program_are_fixed_at_the_first_run():
    model, x = reduction()
    with pytest.raises(opc.UnsupportedError, match="needs the value") as caught:
        opc.compile(model)
    assert [node.needs_value for node in caught.value.nodes] == ["axes"]
    rep = opc.onnx.Backend.prepare(model)
    for axes in ([1], [0, 2], [1]):
        (y,) = rep.run([x, np.array(axes)])
        np.testing.assert_allclose(y, x.sum(tuple(axes)), rtol=1e-5)
    assert len(rep._variants) == 2


def test_what_is_not_supported_is_refused_by_prepare():
    node = helper.make_node("NoSuchOp", ["x"], ["y"], name="here")
    model = graph_model([node], {"x": normal(3)}, ["y"])
    with pytest.raises(opc.UnsupportedError) as caught:
        opc.onnx.Backend.prepare(model)
    (found,) = caught.value.nodes
    assert (found.node, found.op, found.domain) == ("here", "NoSuchOp", "")
    assert found.opset == 18


def test_run_node():
    x, y = normal(3, 4), normal(4)
    node = helper.make_node("Add", ["a", "b"], ["c"])
    (c,) = opc.onnx.Backend.run_node(node, [x, y])
    np.testing.assert_array_equal(c, x + y)
    (c,) = opc.onnx.Backend.run_node(node, {"b": y, "a": x}, opset_version=7)
    np.testing.assert_array_equal(c, x + y)


def test_run_model_and_names_of_outputs():
    node = helper.make_node("Relu", ["x"], ["y"])
    x = normal(5)
    model = graph_model([node], {"x": x}, ["y"])
    outputs = opc.onnx.Backend.run_model(model, x)
    np.testing.assert_array_equal(outputs.y, np.maximum(x, 0))
    outputs = opc.onnx.ReferenceBackend.run_model(model, {"x": x})
    np.testing.assert_array_equal(outputs[0], np.maximum(x, 0))


def test_devices():
    assert opc.onnx.Backend.supports_device("CPU")
    assert not opc.onnx.Backend.supports_device("CUDA")
    assert not opc.onnx.Backend.supports_device("nonsense")
    model = onnx.ModelProto()
    with pytest.raises(opc.InputError, match="device 'CUDA'"):
        opc.onnx.Backend.prepare(model, "CUDA")
