"""scripts/check_layout.py finds faults that are planted in a small tree."""

import check_layout
import pytest

PASSES = 'def FooBar : Pass<"opc-foo-bar", "ModuleOp"> {}\n'
GOOD = {
    "include/opc/Precision/Passes.td": "// passes\n" + PASSES,
    "lib/Precision/FooBar.cpp": "// why\nint a() { return 1; }\n",
    "test/lit/Precision/foo-bar.mlir": "// RUN: opc-opt %s | FileCheck %s\n",
    "unittests/Precision/FooTest.cpp": "// why\n",
    "lib/Targets/Nvidia/Chips/zx81.json": "{}\n",
    "lib/Targets/Nvidia/NvidiaTarget.cpp": "// the CUDA driver\n",
    "lib/Devices/CUDA/CUDADevice.cpp": "// the driver of CUDA\n",
    "include/opc-sim/hip/hip_runtime.h": "// what HIP asks of a device\n",
    "docs/Style.md": "kernels for nvidia\n",
}


def complaints(tmp_path, extra=None, without=()):
    for name, text in {**GOOD, **(extra or {})}.items():
        if name in without:
            continue
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return [f"{path}: {text}" for path, _, text in check_layout.check(tmp_path)]


def test_good_tree_has_no_complaint(tmp_path):
    assert complaints(tmp_path) == []


def test_modules_of_tests_have_names_of_their_own(tmp_path):
    extra = {
        f"python/tests/{each}test_a.py": '"""why"""\n' for each in ("", "b/")
    }
    (said,) = complaints(tmp_path, extra)
    assert "test_a.py has the same name" in said.split(": ", 1)[1]


def body(lines):
    return "// why\nint f(int x) {\n" + "  x += 1;\n" * lines + "}\n"


def chain(depth):
    return "// why\nvoid f(int x) {\n" + "  if (x)\n" * depth + "  f(x);\n}\n"


def table(lines):
    rows = "  {1, 2},\n" * lines
    return f"// why\nstatic constexpr Row kRows[] = {{\n{rows}}};\n"


def python_chain(depth):
    rows = [" " * level + "while x:" for level in range(1, depth + 1)]
    return (
        '"""why"""\ndef f(x):\n' + "\n".join(rows) + "\n" + " " * 9 + "f(x)\n"
    )


MARK = "TO" + "DO"
FAULTS = {
    "lib/A.cpp": (
        "// why\n" + "int a;\n" * 600,
        "601 lines of code, at most 600",
    ),
    "lib/B.cpp": (body(59), "f has 61 lines, at most 60"),
    "lib/C.cpp": (chain(4), "f nests 4 deep, at most 3"),
    "lib/D.h": (
        "// why\n" + "int a;\n" * 300,
        "301 lines of code, at most 300",
    ),
    "lib/E.td": ("// why\n" + "// x\n" * 500, "501 lines of code, at most 500"),
    "lib/F.cpp": ("int a;\n", "starts without a comment that says why"),
    "lib/G.cpp": (f"// {MARK}: mend\n", f"unfinished mark: {MARK}"),
    "lib/H.cpp": (
        '// why\nauto p = "/ho' + 'me/me/x";\n',
        "path of one machine",
    ),
    "lib/I.cpp": ("// like NVIDIA\n", "'NVIDIA' is named outside"),
    "include/opc-sim/core/I.h": ("// as of HIP\n", "'HIP' is named outside"),
    "lib/J.cpp": (
        "// why\nauto c = zx81;\n",
        "'zx81' is named outside",
    ),
    "lib/Devices/Core/Y.cpp": (
        "// as CUDA has it\n",
        "'CUDA' is named outside",
    ),
    "scripts/k.sh": ("# why\na= >\n", "syntax error near unexpected token"),
    "docs/K.md": ("see pypi" + ".org\n", "registry host: pypi" + ".org"),
    "test/lit/Precision/l.mlir": (
        "// RUN: opc-opt %s\n",
        "lit test that checks nothing",
    ),
    "test/lit/Precision/m.mlir": ("module {}\n", "lit test without a RUN line"),
    "test/lit/Nowhere/n.mlir": (
        GOOD["test/lit/Precision/foo-bar.mlir"],
        "no lib/Nowhere",
    ),
    "unittests/Nowhere/O.cpp": ("// why\n", "there is no lib/Nowhere"),
    "scripts/p.py": (python_chain(4), "f nests 4 deep, at most 3"),
    "lib/Conversion/Q.cpp": (
        '// why\n#include "opc/Targets/Core/Target.h"\n',
        "lib/Conversion/Q.cpp: Conversion includes Targets, which is a layer",
    ),
    "lib/Frontend/Graph/W.cpp": (
        '// why\n#include "opc/Frontend/ONNX/Import.h"\n',
        "Frontend/Graph includes Frontend/ONNX",
    ),
    "include/opc/Frontend/Torch/X.h": (
        '// why\n#include "opc/Frontend/Graph/Emitter.h"\n'
        '#include "opc/Frontend/ONNX/Import.h"\n',
        "X.h: Frontend/Torch includes Frontend/ONNX",
    ),
    "include/opc/Dialect/R.td": (
        '// why\ninclude "opc/Frontend/R.td"\n',
        "Dialect includes Frontend",
    ),
    "lib/Runtime/S.h": (
        '// why\n#include "opc/Dialect/S.h"\n',
        "Runtime includes Dialect",
    ),
    "lib/Pipeline/V.cpp": (
        '// why\n#include "opc/Unheard/V.h"\n',
        "Pipeline includes Unheard",
    ),
    "lib/Pipeline/FooBar.cpp": (
        "// why\n",
        "lib/Precision/FooBar.cpp: lib/Pipeline/FooBar.cpp has the same name",
    ),
}


@pytest.mark.parametrize("path", FAULTS)
def test_planted_fault_is_found(tmp_path, path):
    text, expected = FAULTS[path]
    found = complaints(tmp_path, {path: text})
    assert len(found) == 1 and expected in found[0], found


ALLOWED = {
    "lib/A.cpp": "// why\n" + "int a;\n" * 599,
    "lib/B.cpp": body(58),
    "lib/C.cpp": chain(3),
    "lib/D.cpp": table(700),
    "lib/E.cpp": "// why\nvoid f(int x) {\n  if (x) {\n  }"
    + " else if (x) {\n  }" * 5
    + "\n}\n",
    "lib/F.cpp": "// the shipment, hipster and amdahl are no vendors\n",
    "lib/G.cpp": "// ratios such as lines/home/area\n",
    "scripts/h.py": python_chain(3),
    "include/opc/Precision/FooBar.h": "// why\n",
    "lib/Targets/Nvidia/T.cpp": '// why\n#include "opc/Frontend/T.h"\n',
    "lib/Pipeline/U.cpp": '// why\n#include "opc/Targets/Core/U.h"\n',
}


@pytest.mark.parametrize("path", ALLOWED)
def test_what_is_allowed_passes(tmp_path, path):
    assert complaints(tmp_path, {path: ALLOWED[path]}) == []


@pytest.mark.parametrize(
    "missing, expected",
    [
        (
            "lib/Precision/FooBar.cpp",
            "pass FooBar has no lib/Precision/FooBar.cpp",
        ),
        (
            "test/lit/Precision/foo-bar.mlir",
            "no test/lit/Precision/foo-bar.mlir",
        ),
    ],
)
def test_a_pass_needs_its_file_and_its_test(tmp_path, missing, expected):
    other = {"lib/Precision/Other.cpp": "// why\n"}
    found = complaints(tmp_path, other, without=[missing])
    assert len(found) == 1 and expected in found[0], found


def test_a_pass_needs_its_own_name(tmp_path):
    passes = GOOD["include/opc/Precision/Passes.td"].replace(
        "foo-bar", "foobar"
    )
    found = complaints(tmp_path, {"include/opc/Precision/Passes.td": passes})
    assert len(found) == 1 and "called opc-foobar, not opc-foo-bar" in found[0]


OP_FOLDER = "include/opc/Dialect/Opc/IR/Ops"
OP = {
    f"{OP_FOLDER}/NewOps.td": '// new\ndef Opc_AnOp\n    : Opc_Op<"an_op">;\n',
    "lib/Dialect/Opc/IR/NewOps.cpp": "// why\n",
}
OP_TEST = """// opc.an_op on both targets.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact
  %y = opc.an_op %x : (tensor<2xf32>) -> tensor<2xf32>
"""


def test_an_op_needs_its_test(tmp_path):
    (found,) = complaints(tmp_path, OP)
    assert found.endswith("opc.an_op has no test/lit/Ops/an-op.mlir")


@pytest.mark.parametrize("use", ["= opc.an_op %x", '= "opc.an_op"(%x)'])
def test_an_op_with_its_test_passes(tmp_path, use):
    text = OP_TEST.replace("= opc.an_op %x", use)
    assert complaints(tmp_path, {**OP, "test/lit/Ops/an-op.mlir": text}) == []


@pytest.mark.parametrize(
    "part, other, lack",
    [
        ("= opc.an_op %x", "= opc.an_other %x", "opc.an_op"),
        ("--target=%chip", "", "--target=%chip"),
        ("--target=reference", "", "--target=reference"),
        ("compare.py", "show.py", "compare.py"),
    ],
)
def test_a_test_of_an_op_runs_it_on_both_targets(tmp_path, part, other, lack):
    text = OP_TEST.replace(part, other)
    found = complaints(tmp_path, {**OP, "test/lit/Ops/an-op.mlir": text})
    assert any(f"test of opc.an_op without {lack}" in line for line in found)


@pytest.mark.parametrize(
    "name, spelling",
    [
        ("FooBar", "foo-bar"),
        ("ToLLVM", "to-llvm"),
        ("OpcToLinalg", "opc-to-linalg"),
    ],
)
def test_kebab(name, spelling):
    assert check_layout.kebab(name) == spelling
