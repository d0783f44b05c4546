"""scripts/bless.py writes CHECK lines that fit the output and nothing else."""

import pathlib
import subprocess

import bless
import pytest

FILECHECK = pathlib.Path("/usr/lib/llvm-22/bin/FileCheck")
OUTPUT = """\
module {
  func.func @first(%arg0: tensor<2xf32>, %arg1: f32) -> tensor<2xf32> {
    %0:2 = "test.pair"(%arg0) : (tensor<2xf32>) -> (f32, f32)
    %1 = arith.addf %0#0, %0#1 : f32
    scf.for %arg2 = %c0 to %c4 step %c1 {
      %2 = arith.mulf %1, %arg1 : f32
    }
    scf.for %arg2 = %c0 to %c4 step %c1 {
      %2 = arith.subf %1, %arg1 : f32
    }
    %cst = arith.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
    return %arg0 : tensor<2xf32>
  }
  func.func @second(%arg0: f32) {
    %0 = test.op {map = {{}}} %arg0
    return
  }
}
"""
HEAD = "// RUN: cat %S/output | FileCheck %s\n" + bless.MARK


def filecheck(test, output):
    done = subprocess.run(
        [FILECHECK, test], input=output, text=True, capture_output=True
    )
    return done.returncode == 0


@pytest.fixture
def blessed(tmp_path):
    (tmp_path / "output").write_text(OUTPUT)
    test = tmp_path / "test.mlir"
    test.write_text(HEAD + "// CHECK: old\n")
    assert bless.bless(test, tmp_path)
    return test


def test_blessed_test_passes(blessed):
    assert filecheck(blessed, OUTPUT)
    assert blessed.read_text().startswith(HEAD)


def test_blessing_again_changes_nothing(blessed):
    assert not bless.bless(blessed, blessed.parent)


@pytest.mark.parametrize(
    "old, new",
    [
        ("addf", "subf"),
        ("%0#0, %0#1", "%0#0, %arg1"),
        ("[3, 4]", "[3, 5]"),
        ("arith.mulf %1, %arg1", "arith.mulf %arg1, %1"),
        ("    return\n", "    test.more\n    return\n"),
    ],
)
def test_other_output_fails(blessed, old, new):
    assert old in OUTPUT
    assert not filecheck(blessed, OUTPUT.replace(old, new, 1))


def test_other_names_of_values_pass(blessed):
    assert filecheck(
        blessed, OUTPUT.replace("%1", "%sum").replace("%arg1", "%x")
    )


@pytest.mark.parametrize(
    "text, reason",
    [
        ("// RUN: cat %s | FileCheck %s\n", "does not opt in"),
        ("// RUN: cat %s\n" + bless.MARK, "needs exactly one RUN line"),
        ("// RUN: false | FileCheck %s\n" + bless.MARK, "RUN line failed"),
    ],
)
def test_says_why_it_cannot(tmp_path, text, reason):
    test = tmp_path / "test.mlir"
    test.write_text(text)
    with pytest.raises(bless.BlessError, match=reason):
        bless.bless(test, tmp_path)
    assert test.read_text() == text
