"""What is wrong, as records: in Python, in C and on the command line."""

import json
import os
import subprocess

import numpy as np
import onnx
import opc
import pytest
from onnx import TensorProto, helper
from support import BUILD, graph_model, normal


def two_refusals():
    """A model with an op that is unknown and axes that the run brings."""
    nodes = [
        helper.make_node("StringNormalizer2", ["x"], ["y"], name="unknown"),
        helper.make_node("ReduceSum", ["x", "axes"], ["z"], name="sum"),
    ]
    feeds = {"x": normal(3, 4), "axes": np.array([1])}
    return graph_model(nodes, feeds, ["y", "z"])


def run(*arguments, **environment):
    return subprocess.run(
        [BUILD / "bin" / "opc", *arguments],
        env=dict(os.environ, **environment),
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_refusal_is_a_record():
    with pytest.raises(opc.UnsupportedError) as caught:
        opc.compile(two_refusals())
    unknown, total = caught.value.diagnostics
    assert unknown == {
        "code": "unsupported",
        "subject": "node",
        "name": "unknown",
        "op": "StringNormalizer2",
        "domain": "ai.onnx",
        "opset": 18,
        "dtype": "f32",
        "shape": "[3, 4]",
        "nearest": "integers that stand for the texts",
        "reason": "is not supported",
        "message": "node 'unknown' (StringNormalizer2, domain ai.onnx, opset "
        "18, f32[3, 4]): is not supported; nearest supported form: integers that "
        "stand for the texts",
    }
    assert total["code"] == "needs_value"
    assert total["input"] == "axes"
    assert total["dtype"] == "f32, i64"
    assert total["shape"] == "[3, 4], [1]"
    assert "opset 18, f32[3, 4], i64[1]): needs" in total["message"]
    assert total["nearest"] == "a constant"
    lines = [each["message"] for each in (unknown, total)]
    assert str(caught.value).splitlines() == lines
    first, second = caught.value.nodes
    assert (first.node, first.nearest) == ("unknown", unknown["nearest"])
    assert (second.dtype, second.shape) == ("f32, i64", "[3, 4], [1]")
    assert (first.needs_value, second.needs_value) == (None, "axes")


def test_a_fault_beside_a_refusal_makes_the_model_invalid():
    model = two_refusals()
    model.graph.node.append(helper.make_node("Relu", ["nowhere"], ["w"]))
    with pytest.raises(opc.InputError, match="defined nowhere") as caught:
        opc.compile(model)
    assert not isinstance(caught.value, opc.UnsupportedError)
    codes = [each["code"] for each in caught.value.diagnostics]
    assert sorted(codes) == ["invalid", "needs_value", "unsupported"]


def test_an_input_is_a_record():
    model = helper.make_model(
        helper.make_graph(
            [helper.make_node("Relu", ["y"], ["z"])],
            "graph",
            [
                helper.make_tensor_value_info("x", TensorProto.STRING, [1]),
                helper.make_tensor_value_info("y", 1, [1]),
            ],
            [helper.make_tensor_value_info("z", 1, [1])],
        ),
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=9,
    )
    with pytest.raises(opc.UnsupportedError) as caught:
        opc.compile(model)
    (found,) = caught.value.diagnostics
    assert found["subject"] == "input"
    assert found["name"] == "x"
    assert found["reason"] == "dtype string is not supported"
    assert found["nearest"] == "integers that stand for the texts"


def test_what_a_target_refuses_names_it():
    hidden = 9000
    shapes = {"w": (1, hidden, 2), "r": (1, hidden, hidden)}
    inputs = {"x": (1, 1, 2), **shapes}
    model = helper.make_model(
        helper.make_graph(
            [helper.make_node("RNN", list(inputs), ["y"], hidden_size=hidden)],
            "graph",
            [helper.make_tensor_value_info(k, 1, v) for k, v in inputs.items()],
            [helper.make_tensor_value_info("y", 1, [1, 1, 1, hidden])],
        ),
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=9,
    )
    with pytest.raises(opc.UnsupportedError) as caught:
        opc.compile(model, target="reference")
    (found,) = caught.value.diagnostics
    assert found["target"] == "reference"
    assert found["op"] == "RNN"
    assert found["reason"] == "the hidden size 9000 is not supported"
    assert found["nearest"] == "8192"


def test_text_is_refused_at_its_place(tmp_path):
    text = """\
func.func @main(%x: tensor<2x2xf4E2M1FN>) -> tensor<2x2xf4E2M1FN>
    attributes {opc.symbols = []} {
  return %x : tensor<2x2xf4E2M1FN>
}
"""
    with pytest.raises(opc.InputError) as caught:
        opc.compile(text)
    (found,) = caught.value.diagnostics
    assert found["place"].endswith(":1:1")
    assert "not supported" in found["reason"]


@pytest.mark.parametrize(
    ("options", "error", "code"),
    [
        ({"target": "nothing"}, opc.UsageError, "usage"),
        ({"threads": 0}, opc.UsageError, "usage"),
        ({"threads": "many"}, opc.UsageError, "usage"),
    ],
)
def test_wrong_options_are_records(options, error, code):
    with pytest.raises(error) as caught:
        opc.compile(two_refusals(), **options)
    (found,) = caught.value.diagnostics
    assert found["code"] == code
    assert found["message"] == str(caught.value)


def test_what_a_run_refuses_is_a_record():
    node = helper.make_node("Relu", ["x"], ["y"])
    program = opc.compile(graph_model([node], {"x": normal(3)}, ["y"]))
    for given in ({}, {"x": normal(4)}, {"x": np.zeros(3, "i4")}):
        with pytest.raises(opc.InputError) as caught:
            program.run(given)
        (found,) = caught.value.diagnostics
        assert found["code"] == "invalid"
        assert found["message"] == str(caught.value)


def test_errors_of_the_command_line_as_json(tmp_path):
    path = tmp_path / "m.onnx"
    onnx.save(two_refusals(), path)
    done = run("compile", path, "-o", tmp_path / "m.so", OPC_DIAGNOSTICS="json")
    assert done.returncode == 1
    found = json.loads(done.stderr)
    assert [each["code"] for each in found] == ["unsupported", "needs_value"]
    with pytest.raises(opc.UnsupportedError) as caught:
        opc.compile(path)
    assert found == caught.value.diagnostics
    lines = run("compile", path, "-o", tmp_path / "m.so").stderr.splitlines()
    assert lines == [f"opc: error: {each['message']}" for each in found]


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (["run", "missing.onnx"], 1, "invalid"),
        (["compile", "--nonsense"], 2, "usage"),
        (["nonsense"], 2, "usage"),
    ],
)
def test_all_errors_of_the_command_line_are_records(arguments, status, code):
    done = run(*arguments, OPC_DIAGNOSTICS="json")
    assert done.returncode == status
    (found,) = json.loads(done.stderr)
    assert found["code"] == code
    plain = run(*arguments).stderr
    assert plain == f"opc: error: {found['message']}\n"


def test_inspect_has_the_records():
    found = opc.inspect(two_refusals())
    assert [each["message"] for each in found["diagnostics"]] == found["errors"]
    assert found["diagnostics"][1]["input"] == "axes"
