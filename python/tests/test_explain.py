"""opc.explain: of each kernel its IR, its schedule, and what declined it."""

import re
import subprocess

import opc
import pytest
import support

MODEL = """
func.func @main(%x: tensor<4x8xf32> {opc.name = "x"},
                %i: tensor<8x8xi64> {opc.name = "i"},
                %none: tensor<3x0xf32> {opc.name = "none"},
                %ones: tensor<3x1xf32> {opc.name = "ones"})
    -> (tensor<4x16xf32> {opc.name = "product"},
        tensor<4x8xf32> {opc.name = "sums"},
        tensor<8x8xi64> {opc.name = "whole"},
        tensor<3x1xf32> {opc.name = "empty"}) {
  %w = opc.constant {value = dense<0.5> : tensor<8x16xf32>} : tensor<8x16xf32>
  %0 = opc.matmul %x, %w : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  %1 = opc.relu %0 : (tensor<4x16xf32>) -> tensor<4x16xf32>
  %2 = opc.cumulative %x {kind = "sum", axis = 1 : i64, exclusive = false, reverse = false} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = opc.matmul %i, %i : (tensor<8x8xi64>, tensor<8x8xi64>) -> tensor<8x8xi64>
  %4 = opc.reduce %none {kind = "sum", axes = array<i64: 1>, keepdims = true} : (tensor<3x0xf32>) -> tensor<3x1xf32>
  %5 = opc.mul %4, %ones : (tensor<3x1xf32>, tensor<3x1xf32>) -> tensor<3x1xf32>
  return %1, %2, %3, %5 : tensor<4x16xf32>, tensor<4x8xf32>, tensor<8x8xi64>, tensor<3x1xf32>
}
"""
TARGET = "cpu:x86-64-v3"


@pytest.fixture(scope="module")
def kernels():
    """By their first op."""
    return {each["ops"][0]: each for each in opc.explain(MODEL, TARGET)}


def dumped(stage, tmp_path):
    """The kernels as the command prints them."""
    (tmp_path / "model.mlir").write_text(MODEL)
    command = [support.BUILD / "bin/opc", "compile", tmp_path / "model.mlir"]
    command += ["-o", "-", "--target", TARGET, "--stop-after", stage]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    functions = re.split(r"^  func\.func ", run.stdout, flags=re.MULTILINE)
    return {re.search(r"@(\w+)", text)[1]: text for text in functions[1:]}


def body(text):
    """What stands below the head; a module has names for maps."""
    text = re.sub(r"affine_map<\([^>]*->[^>]*>|#map\d*", "map", text)
    lines = [line.strip() for line in text.splitlines()[1:]]
    return [x for x in lines if x not in ("", "}")]


@pytest.mark.parametrize(
    ("field", "stage"), [("before", "form-kernels"), ("after", "schedule")]
)
def test_ir_is_that_of_the_stages(kernels, tmp_path, field, stage):
    texts = dumped(stage, tmp_path)
    for op in ("opc.packed_matmul", "opc.cumulative", "opc.matmul"):
        kernel = kernels[op]
        assert body(kernel[field]) == body(texts[kernel["name"]])
        assert len(body(kernel[field])) > 1


def test_schedules_and_what_declined(kernels):
    told = {
        op: (
            each["schedule"],
            [tuple(row.values()) for row in each["declined"]],
        )
        for op, each in kernels.items()
    }
    plain = ("pointwise", "an op that is not element by element")
    assert told == {
        "opc.packed_matmul": ("gemm", []),
        "opc.cumulative": ("plain-loops", [plain]),
        "opc.matmul": (
            "plain-loops",
            [("gemm", "no product of these types"), plain],
        ),
        "opc.reduce": ("plain-loops", [("all", "a tensor without elements")]),
        "opc.mul": ("pointwise", []),
    }


def test_a_kernel_that_was_broken_up_is_told_with_its_parts(kernels):
    (whole,) = (each for each in opc.explain(MODEL, TARGET) if each["into"])
    assert whole["ops"] == ["opc.reduce", "opc.mul"]
    assert whole["schedule"] == whole["after"] == ""
    assert "opc.reduce" in whole["before"]
    assert "opc.mul" in whole["before"]
    assert "opc.declined" not in whole["before"]
    (declined,) = whole["declined"]
    assert declined == {"schedule": "all", "why": "a tensor without elements"}
    parts = [kernels[op]["name"] for op in ("opc.reduce", "opc.mul")]
    assert whole["into"] == parts
    assert "opc.reduce" in kernels["opc.reduce"]["before"]
    assert "opc.mul" not in kernels["opc.reduce"]["before"]
    assert "opc.mul" in kernels["opc.mul"]["before"]


def test_kernels_are_those_of_the_program(kernels):
    manifest = opc.compile(MODEL, TARGET, cache=False).manifest
    assert {each["name"] for each in manifest["kernels"]} == {
        each["name"] for each in kernels.values() if each["schedule"]
    }


def test_refusals_are_those_of_compile():
    with pytest.raises(opc.InputError, match="no output is called"):
        opc.explain(MODEL, donate={"x": "none"})
    with pytest.raises(opc.UsageError, match="target"):
        opc.explain(MODEL, target=3)
