"""What scripts/new.py writes compiles, and breaks no rule of the tree."""

import pathlib
import shutil
import subprocess
import types

import check_layout
import new
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LLVM = pathlib.Path("/usr/lib/llvm-22")


def make(root, function, **arguments):
    tree = new.Tree(root)
    steps = function(tree, types.SimpleNamespace(**arguments))
    tree.write()
    return [step for step in steps if step]


def complaints(root):
    return [f"{path}: {text}" for path, _, text in check_layout.check(root)]


def unformatted(root):
    """What clang-format would change in files that are not in the tree."""
    new_files = [
        file
        for file in root.rglob("*.cpp")
        if not (ROOT / file.relative_to(root)).exists()
    ]
    command = [
        "clang-format-22",
        "--dry-run",
        f"--style=file:{ROOT}/.clang-format",
    ]
    return (
        subprocess.run(
            [*command, *new_files], capture_output=True, text=True, check=True
        ).stderr
        if new_files
        else ""
    )


@pytest.fixture
def tree(tmp_path):
    """A copy of what new.py reads."""
    for folder in ("include", "lib/Targets/Reference", "lib/Dialect"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for file in ("lib/CMakeLists.txt", "lib/Pipeline/InitAll.cpp"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    before = complaints(tmp_path)
    yield tmp_path
    added = set(complaints(tmp_path)) - set(before)
    assert not added
    assert not unformatted(tmp_path)


def tablegen(root, generator, source, output):
    output.parent.mkdir(parents=True, exist_ok=True)
    command = [
        LLVM / "bin/mlir-tblgen",
        *generator.split(),
        source,
        "-o",
        output,
    ]
    command += ["-I", root / "include", "-I", LLVM / "include"]
    subprocess.run(command, check=True)


def compiles(root, source, *options):
    command = ["clang++-22", "-std=c++20", "-fsyntax-only", "-w", root / source]
    command += [f"-I{root}/include", f"-I{root}/generated", *options]
    command += ["-isystem", LLVM / "include"]
    subprocess.run(command, check=True)


DIALECT = {
    "OpcDialect": ("OpcOps", "-gen-dialect-decls -dialect=opc"),
    "OpcOps": ("OpcOps", "-gen-op-decls"),
    "OpcInterfaces": ("OpcInterfaces", "-gen-op-interface-decls"),
    "OpcNumericsEnums": ("OpcNumerics", "-gen-enum-decls"),
    "OpcNumericsAttrs": (
        "OpcNumerics",
        "-gen-attrdef-decls -attrdefs-dialect=opc",
    ),
}


def generate_dialect(root):
    folder = "opc/Dialect/Opc/IR"
    for header, (source, generator) in DIALECT.items():
        tablegen(
            root,
            generator,
            root / "include" / folder / f"{source}.td",
            root / "generated" / folder / f"{header}.h.inc",
        )


PASS = {"name": "AlignSums", "summary": "sums in one order everywhere"}


def test_a_pass_in_a_new_folder_compiles(tree):
    steps = make(tree, new.new_pass, folder="Precision", **PASS)
    assert not any("add_subdirectory" in step for step in steps)
    assert any("registerPrecisionPasses()" in step for step in steps)
    generate_dialect(tree)
    folder = "opc/Precision"
    tablegen(
        tree,
        "-gen-pass-decls -name Precision",
        tree / "include" / folder / "Passes.td",
        tree / "generated" / folder / "Passes.h.inc",
    )
    compiles(tree, "lib/Precision/AlignSums.cpp")


def test_a_second_pass_joins_the_first(tree):
    make(tree, new.new_pass, folder="Precision", **PASS)
    make(
        tree, new.new_pass, folder="Precision", name="ToLLVM", summary="lowers"
    )
    passes = (tree / "include/opc/Precision/Passes.td").read_text()
    assert '"opc-align-sums"' in passes and '"opc-to-llvm"' in passes
    build = (tree / "lib/Precision/CMakeLists.txt").read_text()
    assert "  AlignSums.cpp\n  ToLLVM.cpp\n" in build
    assert (tree / "test/lit/Precision/to-llvm.mlir").exists()


def test_a_pass_in_an_unknown_folder_names_what_is_left(tree):
    steps = make(tree, new.new_pass, folder="Other/Place", **PASS)
    assert any(
        "lib/Other/CMakeLists.txt: add_subdirectory" in step for step in steps
    )


@pytest.mark.parametrize("family", ["Elementwise", "Reduce"])
def test_an_op_is_well_formed(tree, family):
    make(tree, new.new_op, family=family, name="my_op", summary="a function")
    generate_dialect(tree)
    generated = tree / "generated/opc/Dialect/Opc/IR/OpcOps.h.inc"
    assert "class MyOpOp" in generated.read_text()


def test_a_target_compiles(tree):
    make(tree, new.new_target, name="Acme", summary="boards", chip="acme-1")
    inc = "static const opc::EmbeddedFile kChips[] = {};"
    (tree / "generated").mkdir()
    (tree / "generated/Chips.inc").write_text(inc.replace("{}", '{{"", ""}}'))
    compiles(tree, "lib/Targets/Acme/AcmeTarget.cpp")
    assert (tree / "lib/Targets/Acme/Chips/acme-1.json").exists()


def test_a_front_end_keeps_the_rules(tree):
    """python/tests/test_scaffolds.py builds it."""
    make(tree, new.new_frontend, name="Lines", summary="lines of text")
    assert (tree / "lib/Frontend/Lines/ImportLines.cpp").exists()


@pytest.mark.parametrize(
    "function, arguments, reason",
    [
        (new.new_pass, {"folder": "X", "name": "bad-name"}, "is no CamelCase"),
        (new.new_op, {"family": "Reduce", "name": "Bad"}, "is no snake_case"),
        (new.new_op, {"family": "None", "name": "good"}, "no family 'None'"),
        (
            new.new_op,
            {"family": "Elementwise", "name": "tanh"},
            "has an op 'tanh'",
        ),
        (new.new_target, {"name": "Reference", "chip": None}, "exists"),
        (new.new_frontend, {"name": "lines"}, "is no CamelCase"),
        (new.new_pass, {"folder": "../../x", "name": "P"}, "is no folder"),
        (new.new_pass, {"folder": "Kernel/..", "name": "P"}, "is no folder"),
        (new.new_op, {"family": "../../x/", "name": "p"}, "is no family"),
        (new.new_target, {"name": "Acme", "chip": "../p"}, "is no name of a"),
    ],
)
def test_refuses_what_it_cannot_add(tree, function, arguments, reason):
    with pytest.raises(new.NewError, match=reason):
        make(tree, function, summary="x", **arguments)
