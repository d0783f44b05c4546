"""What scripts/new.py adds to the tree is built, works, and breaks no test.

A copy of the tree gets two targets, of which one sorts ahead of all others and the
other, a vendor with a dialect of its own, behind them; a chip of a target that is
there; and a front end.
"""

import json
import pathlib
import re
import sys

import check_layout
import new
import numpy as np
import pytest
from grown import Grown, output_of
from support import ROOT

VENDOR = """      .schedules = acme::kSchedules,
      .legalDialects = acme::kDialects,
      .registerDialects = acme::registerDialects,
      .finishKernel = acme::lowerHere,
"""
LINES = """// Prints the graph of a text of lines.
#include "mlir/IR/Verifier.h"
#include "opc/Frontend/Lines/ImportLines.h"
#include "opc/Pipeline/InitAll.h"

int main(int, char **arguments) {
  mlir::DialectRegistry registry;
  opc::registerAllDialects(registry);
  mlir::MLIRContext context(registry);
  context.loadAllAvailableDialects();
  std::vector<opc::runtime::Diagnostic> errors;
  auto module = opc::lines::importLines(context, {arguments[1], "lines"}, errors);
  for (const opc::runtime::Diagnostic &error : errors)
    llvm::outs() << error.line() << "\\n";
  if (failed(module) || failed(mlir::verify(**module)))
    return 1;
  llvm::outs() << **module << "\\n";
}
"""
GRAPH = """
func.func @main(%x: tensor<?x3xf32> {opc.name = "x", opc.dims = affine_map<()[s0] -> (s0, 3)>})
    -> (tensor<?x3xf32> {opc.name = "y"}) attributes {opc.symbols = ["n"]} {
  %c = opc.constant {value = dense<[[1.0], [2.0], [4.0]]> : tensor<3x1xf32>} : tensor<3x1xf32>
  %d = opc.add %c, %c : (tensor<3x1xf32>, tensor<3x1xf32>) -> tensor<3x1xf32>
  %t = opc.transpose %d {perm = array<i64: 1, 0>} : (tensor<3x1xf32>) -> tensor<1x3xf32>
  %0 = opc.neg %x : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %1 = opc.transpose %0 {perm = array<i64: 1, 0>} : (tensor<?x3xf32>) -> tensor<3x?xf32>
  %2 = opc.transpose %1 {perm = array<i64: 1, 0>} : (tensor<3x?xf32>) -> tensor<?x3xf32>
  %3 = opc.add %2, %t : (tensor<?x3xf32>, tensor<1x3xf32>) -> tensor<?x3xf32>
  %4 = opc.relu %3 : (tensor<?x3xf32>) -> tensor<?x3xf32>
  return %4 : tensor<?x3xf32>
}
"""
X = np.arange(-9, 12, dtype=np.float32).reshape(7, 3)
Y = np.maximum(np.array([2, 4, 8], np.float32) - X, 0)


def replace(path, before, after):
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, after))


def add_targets(tree, make):
    for name in ("Aardvark", "Zebra"):
        make(new.new_target, name=name, chip=f"{name.lower()}-1")
    source = tree / "lib/Targets/Zebra/ZebraTarget.cpp"
    replace(
        source, "      .chips = kChips,\n", f"      .chips = kChips,\n{VENDOR}"
    )
    replace(
        source, '#include "Chips', '#include "AcmeDialect.h"\n#include "Chips'
    )
    dialect = ROOT / "unittests/Pipeline/Inputs/AcmeDialect.h"
    (source.parent / dialect.name).write_text(dialect.read_text())


def add_chip(tree):
    """Like a processor that the machine may be, but before all of them."""
    chips = tree / "lib/Targets/CPU/Chips"
    described = json.loads((chips / "x86-64-v3.json").read_text())
    described |= {"summary": "made up", "rank": 1}
    (chips / "aa-1.json").write_text(json.dumps(described))


def add_frontend(tree, make):
    make(new.new_frontend, name="Lines")
    tool = tree / "tools/lines"
    tool.mkdir()
    (tool / "lines.cpp").write_text(LINES)
    text = (tree / "tools/opc-opt/CMakeLists.txt").read_text()
    text = text.replace("opc-opt.cpp", "lines.cpp").replace("opc-opt", "lines")
    (tool / "CMakeLists.txt").write_text(text)


def grow(grown):
    add_targets(grown.tree, grown.make)
    add_chip(grown.tree)
    add_frontend(grown.tree, grown.make)


NEW = (
    "CPUTarget.cpp",
    "ZebraTarget.cpp",
    "AardvarkTarget.cpp",
    "AllTargets.cpp",
    "ImportLines.cpp",
    "lines.dir/lines.cpp",
)
PROGRAMS = (
    "lib/libopc.so",
    "bin/opc",
    "bin/opc-opt",
    "bin/lines",
    "unittests/OpcTargetTests",
)


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    grown = Grown(tmp_path_factory.mktemp("grown"), grow)
    grown.make_all(NEW, PROGRAMS)
    return grown


@pytest.fixture
def graph(tmp_path):
    path = tmp_path / "graph.mlir"
    path.write_text(GRAPH)
    np.save(tmp_path / "x.npy", X)
    return path


def result_of(grown, graph, target):
    folder = graph.parent
    feed = f"x={folder / 'x.npy'}"
    grown.opc(
        *("run", graph, f"--target={target}", "--input", feed),
        *("--output", folder / "results"),
    )
    return np.load(folder / "results/y.npy")


TARGETS = ("aardvark", "zebra", "cpu:aa-1", "cpu", "reference")


@pytest.mark.parametrize("target", TARGETS)
def test_it_computes(grown, graph, target):
    np.testing.assert_array_equal(result_of(grown, graph, target), Y)


@pytest.mark.parametrize("target", ["aardvark", "zebra", "cpu:aa-1"])
def test_graphs_are_simplified_folded_and_fused(grown, graph, target):
    text = grown.opc(
        *("compile", graph, f"--target={target}"),
        *("--stop-after", "form-kernels", "-o", "-"),
    )
    assert text.count("opc.launch") == 1
    assert "@neg_add_relu" in text
    assert "opc.transpose" not in text
    assert re.search(r"dense<\[\[2.0\S*, 4.0\S*, 8.0\S*\]\]>", text)


@pytest.mark.parametrize(
    "target, schedule",
    [
        ("aardvark:aardvark-1", "plain-loops"),
        ("zebra:zebra-1", "negation"),
        ("cpu:aa-1", "pointwise"),
    ],
)
def test_kernels_say_whose_they_are(grown, graph, target, schedule):
    text = grown.opc(
        *("compile", graph, f"--target={target}"),
        *("--stop-after", "schedule", "-o", "-"),
    )
    assert f'opc.schedule = "{schedule}"' in text
    assert f'opc.target = "{target}"' in text


def test_the_front_end_writes_graphs(grown, graph, tmp_path):
    lines = "in x n 3\nmul s x x\nadd t s x\nrelu y t\nout y"
    text = output_of(grown.build / "bin/lines", lines)
    assert '"n"' in text
    graph.write_text(text)
    y = result_of(grown, graph, "cpu")
    np.testing.assert_array_equal(y, np.maximum(X * X + X, 0))


@pytest.mark.parametrize(
    "lines, error",
    [
        ("blur y x", "node 'y' (blur): is not supported; nearest supported"),
        ("relu y x", "node 'y' (relu): there is no value 'x'"),
        ("in x 3\nadd y x", "node 'y' (add): has 1 operands, not 2"),
        ("in x 2\nin w 3\nadd y x w\nout y", "node 'y' (add): "),
        ("out", "a line of fewer than two words"),
    ],
)
def test_the_front_end_says_what_is_wrong(grown, lines, error):
    assert error in output_of(grown.build / "bin/lines", lines, status=1)


def test_the_tree_keeps_its_rules(grown):
    assert not list(check_layout.check(grown.tree))


LIT = (
    "Targets/Aardvark",
    "Targets/Zebra",
    "Targets/CPU/schedules.mlir",
    "Tools/opc",
    "Dialect/Opc/Transforms",
    "Pipeline",
)


def test_the_tests_of_targets_pass(grown):
    output_of(grown.build / "unittests/OpcTargetTests")
    lit = pathlib.Path(sys.executable).parent / "lit"
    folders = [grown.build / "test/lit" / path for path in LIT]
    output_of(lit, "-v", *folders)
