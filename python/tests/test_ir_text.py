"""IR as text: what opc prints compiles again, and no text crashes it."""

import json
import pathlib
import subprocess
import sys

import ir_extents
import ir_guards
import ir_text
import numpy as np
import opc
import pytest
from support import BUILD, ROOT

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    report = tmp_path_factory.mktemp("text") / "report.json"
    command = [sys.executable, HERE / "ir_text.py", report]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(report.read_text())


def test_no_text_crashes(reports):
    faults = {
        name: said
        for name, said in reports.items()
        if said[0] not in ("ok", "InputError", "UnsupportedError")
        or "\n" in said[1]
    }
    assert not faults, faults


def test_most_mutations_are_refused(reports):
    """Else the test has not looked at much."""
    kinds = [kind for kind, _ in reports.values()]
    assert kinds.count("ok") < 0.6 * len(kinds)


@pytest.mark.parametrize("name", ir_text.BY_HAND)
def test_a_text_that_is_no_graph_is_refused(reports, name):
    kind = "UnsupportedError" if name in ir_text.TOO_DEEP else "InputError"
    assert reports[name][0] == kind, reports[name]


@pytest.mark.parametrize("stage", ["form-kernels", "host", "llvm"])
def test_text_of_later_stages_is_refused_in_true_words(stage, tmp_path):
    late = tmp_path / "late.mlir"
    command = [BUILD / "bin" / "opc", "compile", ROOT / "test/lit/Ops/add.mlir"]
    command += ["--stop-after", stage, "-o", late]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    done = imported(late.read_text(), tmp_path)
    assert done.returncode == 1
    assert "text of the stage import is read" in done.stderr
    assert "array" not in done.stderr


def imported(text, folder):
    """What the compiler says of a text that it only reads."""
    file = folder / "model.mlir"
    file.write_text(text)
    command = [BUILD / "bin" / "opc", "compile", file]
    command += ["--stop-after", "import", "-o", folder / "again.mlir"]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("name", ir_extents.UNTIED)
def test_extents_that_nothing_ties_are_refused(name, tmp_path):
    text, message = ir_extents.UNTIED[name]
    done = imported(text, tmp_path)
    assert done.returncode == 1, done.stderr
    assert message in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize("name", ir_extents.TIED)
def test_extents_that_a_binding_ties_are_taken(name, tmp_path):
    done = imported(ir_extents.TIED[name], tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("target", ["reference", "cpu"])
@pytest.mark.parametrize("name", ir_guards.GUARDED)
def test_what_a_text_claims_is_checked_by_the_run(name, target, tmp_path):
    text, good, shape, bad, message = ir_guards.GUARDED[name]
    file = tmp_path / "model.mlir"
    file.write_text(text)
    program = opc.compile(file, target=target, cache=False)
    assert program.run(good)[0].shape == shape
    with pytest.raises(opc.InputError) as caught:
        program.run(bad)
    assert str(caught.value).endswith(f": {message}")


@pytest.mark.parametrize("backwards", [False, True])
def test_extents_do_not_grow_without_bound(backwards, tmp_path):
    """The last of 34 would be a product of 2^33 factors."""
    count = 34
    file = tmp_path / "model.mlir"
    file.write_text(ir_extents.squares(count, backwards))
    command = [BUILD / "bin" / "opc", "compile", file]
    command += ["-o", tmp_path / "model.so"]
    subprocess.run(command, check=True, timeout=60)
    program = opc.load(tmp_path / "model.so")
    ones = [np.ones(1, np.float32)] * count
    assert program.run(ones)[0] == 1
    with pytest.raises(opc.InputError, match="1, not 4"):
        program.run([np.ones(2, np.float32), *ones[1:]])


@pytest.mark.parametrize("name", ir_text.MODELS)
def test_printed_text_compiles_to_the_same_program(name, tmp_path):
    model = ir_text.MODELS[name]()
    ir_text.text_of(model, tmp_path)
    first = opc.compile(model, cache=False)
    again = opc.compile(tmp_path / "model.mlir", cache=False)
    assert first.inputs == again.inputs
    assert [k["name"] for k in first.manifest["kernels"]] == [
        k["name"] for k in again.manifest["kernels"]
    ]
    inputs = [ir_text.sample(spec) for spec in first.inputs]
    for one, other in zip(first.run(inputs), again.run(inputs), strict=True):
        np.testing.assert_array_equal(one, other)


def test_text_without_its_data_says_what_is_missing(tmp_path):
    file = tmp_path / "model.mlir"
    ir_text.text_of(ir_text.perceptron(), tmp_path)
    command = [BUILD / "bin" / "opc", "compile", tmp_path / "model.onnx"]
    command += ["--stop-after", "import", "-o", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    file.write_text(done.stdout)
    with pytest.raises(opc.InputError, match="data of resource .* is missing"):
        opc.compile(file, cache=False)


SCALE = """
func.func @main(%x: tensor<2xf32> {opc.name = "x"},
                %w: tensor<2xf32> {opc.name = "w"},
                %some: tensor<2xi1> {opc.name = "some"})
    -> (tensor<2xf32> {opc.name = "y"}) attributes {opc.symbols = []} {
  %p = opc.mul %x, %w : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %y = opc.select %some, %p, %x
    : (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}
"""


def test_inputs_of_a_text_may_be_constants():
    x, w = np.array([3, 4], np.float32), np.array([2, 5], np.float32)
    constants = {"w": w, "some": np.array([False, True])}
    program = opc.compile(SCALE, constants=constants, cache=False)
    assert [spec.name for spec in program.inputs] == ["x"]
    np.testing.assert_array_equal(program.run([x])[0], [3, 20])


def test_constants_that_no_input_of_a_text_takes_are_refused(tmp_path):
    for name, value, message in (
        ("v", np.ones(2, np.float32), "no input is called 'v'"),
        ("w", np.ones(2), "'w': a constant of f64.2. is given for f32.2."),
        ("w", np.ones((2, 1), np.float32), "f32.2, 1. is given for f32.2."),
    ):
        with pytest.raises(opc.InputError, match=message):
            opc.compile(SCALE, constants={name: value}, cache=False)
    ir_text.text_of(ir_text.perceptron(), tmp_path)
    x = np.ones((3, 20), np.float32)
    with pytest.raises(opc.InputError, match="is given for f32.., 20."):
        opc.compile(tmp_path / "model.mlir", constants={"x": x}, cache=False)


RELU = """
// A text of its own.
func.func @main(%x: tensor<2xf32> {opc.name = "x"})
    -> (tensor<2xf32> {opc.name = "y"}) attributes {opc.symbols = []} {
  %y = opc.relu %x : (tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}
"""


def test_a_text_in_memory_is_compiled():
    x = np.array([-1, 2], np.float32)
    one_line = RELU.split("own.")[1].replace("\n", " ").strip()
    for text in (RELU, RELU.encode(), bytearray(RELU.encode()), one_line,
                 f"module {{\n{RELU}}}"):  # fmt: skip
        (y,) = opc.compile(text, cache=False).run([x])
        np.testing.assert_array_equal(y, [0, 2])


@pytest.mark.parametrize("name", ir_text.MODELS)
def test_a_text_in_memory_is_that_of_its_file(name, tmp_path):
    ir_text.text_of(ir_text.MODELS[name](), tmp_path)
    file = tmp_path / "model.mlir"
    first = opc.compile(file, cache=False)
    again = opc.compile(file.read_text(), cache=False)
    assert first.inputs == again.inputs
    inputs = [ir_text.sample(spec) for spec in first.inputs]
    for one, other in zip(first.run(inputs), again.run(inputs), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_text_in_memory_that_is_wrong_is_refused_in_one_line():
    for text, message in (
        ("module {}\n", "model: has no function @main"),
        ("func.func @main(\n", "model:1:17: "),
        (RELU.replace("relu", "rely"), "model:5:8: .*opc.rely"),
        (b"// nothing", "model: is no ONNX model"),
        (RELU + "\udcff", "model:"),
    ):
        with pytest.raises(opc.InputError, match=f"^{message}") as caught:
            opc.compile(text, cache=False)
        assert "\n" not in str(caught.value)
    with pytest.raises(opc.InputError, match="IR has no nodes to inspect"):
        opc.inspect(RELU)


def test_a_path_is_no_text(tmp_path, monkeypatch):
    """Whatever it begins with."""
    monkeypatch.chdir(tmp_path)
    for path in ("module.mlir", "#1.mlir", "module/m.mlir", "//x/m.mlir"):
        with pytest.raises(opc.InputError, match="No such file|no such file"):
            opc.compile(path, cache=False)
