#!/usr/bin/env python3
"""Fails when the tree breaks a rule that keeps it easy to read.

usage: scripts/check_layout.py [--root DIR]

Sizes, one name in three spellings (pass file, pass name, lit test), tests that
mirror lib, vendor names only under their target, includes that follow the
layers, and hygiene. CONTRIBUTING.md
says them in words.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
try:
    import code_metrics
except ImportError:
    # Called with a Python other than the project's: go on with that one.
    project = ROOT / ".venv/bin/python"
    if (
        not project.exists()
        or pathlib.Path(sys.prefix) == project.parent.parent
    ):
        sys.exit("error: tree-sitter is missing: run scripts/setup.sh first")
    os.execv(project, [str(project), *sys.argv])

FILE_CAPS = {
    ".cpp": 600,
    ".c": 600,
    ".h": 300,
    ".td": 500,
    ".py": 600,
    ".sh": 600,
}
FUNCTION_CAP = 60
NESTING_CAP = 3

# Words that only a vendor's own folder may use, besides docs and tests.
VENDORS = """amd ascend biren cambricon corex cuda enflame hip huawei hygon iluvatar
    kunlun kunlunxin maca metax moorethreads musa nvidia phytium rocm sunway upmem
    xpu""".split()
COMPILER = ("lib/", "include/")
SHARED_CODE = ("lib/", "include/", "tools/", "python/opc/", "cmake/")
VENDOR_FOLDER = re.compile(
    r"(?:(?:lib|include/opc)/Targets|lib/Devices)"
    r"/(?!(?:Core|Schedule|Simt)/)[^/]+/"
    r"|include/opc-sim/(?!core/|simt/)[^/]+/"
)

# Layers, lowest first; a file includes headers of its own and of lower ones.
# Runtime is below all: it knows no MLIR, and its includes stay inside.
LAYERS = (
    ("Runtime", "Devices"),
    ("Dialect",),
    ("Numerics",),
    ("Kernel", "Layout", "Conversion", "Frontend", "Precision"),
    ("Targets",),
    ("Pipeline",),
)
LAYER_OF = {name: level for level, row in enumerate(LAYERS) for name in row}
LAYERED_FILE = re.compile(r"(?:lib|include/opc)/(\w+)/.*\.(?:cpp|c|h|td)$")
LAYERED_INCLUDE = re.compile(r'^\s*#?include "opc/(\w+)/', re.M)
# A front end includes what all of them write to, and nothing of another one;
# what they write to includes no front end.
FRONT_END_FILE = re.compile(
    r"(?:lib|include/opc)/Frontend/(\w+)/.*\.(?:cpp|h)$"
)
FRONT_END_INCLUDE = re.compile(r'^\s*#include "opc/Frontend/(\w+)/', re.M)
ALL_FRONT_ENDS = "Graph"
# What MLIR calls alike in every folder.
SHARED_NAMES = ("Passes",)

# Folders of tests whose subject is not a folder of the same name in lib.
TEST_SUBJECTS = {
    "Ops": "lib/Dialect/Opc/IR",
    "Tools": "tools",
    "Targets": "lib/Targets",
}

# Spelled so that this file does not match itself.
HYGIENE = [
    (re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b"), "unfinished mark"),
    (
        re.compile(r"(?<![\w.$}>%*)])/(?:root|home|Users|work|farm|mnt)/"),
        "path of one machine",
    ),
    (re.compile(r"\b(?:pypi|pythonhosted|debian)[.]org\b"), "registry host"),
]
LIT_CHECKS = re.compile(
    r"FileCheck|verify-diagnostics|compare\.py|\bdiff\b|\bcmp\b|\bnot "
)
OP_DEFINITION = re.compile(r'^def Opc_\w+\s*:\s*\w+<"(\w+)"', re.M)
# What no program can be written with alone: every test of an op has launches
# once kernels are formed, those of `if` and `loop` yield, and bodies end in an
# element.
OPS_WITHOUT_OWN_TEST = ("launch", "copy", "yield", "element")
OP_TEST_NEEDS = ("--target=reference", "--target=%chip", "compare.py")
PASS_DEFINITION = re.compile(r'^def (\w+)\s*:\s*\w*Pass\w*<\s*"([^"]+)"', re.M)


def list_files(root):
    """Relative paths of what belongs to the tree, tracked or about to be."""
    if (root / ".git").exists():
        command = ["git", "ls-files", "-co", "--exclude-standard"]
        out = subprocess.run(
            command, cwd=root, capture_output=True, check=True
        ).stdout
        paths = out.decode().splitlines()
    else:
        paths = [
            path.relative_to(root).as_posix()
            for path in root.rglob("*")
            if path.is_file()
        ]
    return sorted(path for path in paths if (root / path).is_file())


def kebab(name):
    """FooBar -> foo-bar, ToLLVM -> to-llvm, OpcToSCF -> opc-to-scf."""
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1-\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", name).lower()


def pass_argument(name):
    """FooBar -> opc-foo-bar; OpcToLinalg -> opc-to-linalg."""
    spelling = kebab(name)
    return spelling if spelling.startswith("opc-") else f"opc-{spelling}"


def check_sizes(path, text):
    suffix = pathlib.PurePath(path).suffix
    cap = FILE_CAPS.get(suffix)
    if cap is None:
        return
    source = text.encode()
    is_cpp = suffix in (".cpp", ".c", ".h")
    lines = (
        code_metrics.cpp_code_lines(source) if is_cpp else source.count(b"\n")
    )
    if lines > cap:
        yield 1, f"{lines} lines of code, at most {cap}"
    functions = []
    if is_cpp:
        functions = code_metrics.cpp_functions(source)
    elif suffix == ".py":
        functions = code_metrics.python_functions(source)
    for function in functions:
        if function.lines > FUNCTION_CAP:
            yield (
                function.line,
                (
                    f"{function.name} has {function.lines} lines, at most {FUNCTION_CAP}"
                ),
            )
        if function.nesting > NESTING_CAP:
            yield (
                function.line,
                (
                    f"{function.name} nests {function.nesting} deep, at most {NESTING_CAP}"
                ),
            )


def check_header_comment(path, text):
    suffix = pathlib.PurePath(path).suffix
    if suffix in FILE_CAPS and not re.match(r'\s*(//|/\*|#|""")', text):
        yield 1, "starts without a comment that says why the file exists"


def check_shell(path, text):
    """A script of the shell that no shell can read."""
    if path.endswith(".sh"):
        run = ["bash", "-n"]
        parsed = subprocess.run(run, input=text, capture_output=True, text=True)
        for line in parsed.stderr.splitlines()[:1]:
            yield 1, line


def check_hygiene(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, what in HYGIENE:
            if found := pattern.search(line):
                yield number, f"{what}: {found.group()}"


def chips(files):
    """Names of the chips that a target describes; one without a digit, such as
    "plain", is a word that code may use otherwise."""
    chip = re.compile(r"lib/Targets/\w+/Chips/(.*\d.*)\.json")
    return [found.group(1) for found in map(chip.fullmatch, files) if found]


def word_pattern(words):
    words = "|".join(map(re.escape, words)) or "(?!)"
    return re.compile(rf"(?<![a-zA-Z0-9])(?:{words})(?![a-zA-Z0-9])", re.I)


def check_names(path, text, vendor, chip):
    """No vendor in shared code, no chip in the compiler; a command's help may
    have a chip as an example."""
    if not path.startswith(SHARED_CODE) or VENDOR_FOLDER.match(path):
        return
    patterns = [vendor, chip] if path.startswith(COMPILER) else [vendor]
    for number, line in enumerate(text.splitlines(), 1):
        for found in filter(None, (p.search(line) for p in patterns)):
            name = found.group()
            yield number, f"'{name}' is named outside its vendor's folder"


def level_of(layer):
    """A folder that LAYERS does not name is above all: none may include it."""
    return LAYER_OF.get(layer, len(LAYERS))


def check_layers(path, text):
    """No include that runs up the order of the layers."""
    own = LAYERED_FILE.match(path)
    if not own:
        return
    layer = own.group(1)
    for found in LAYERED_INCLUDE.finditer(text):
        other = found.group(1)
        if level_of(other) > level_of(layer):
            line = text.count("\n", 0, found.start(1)) + 1
            yield line, f"{layer} includes {other}, which is a layer above it"


def check_front_ends(path, text):
    own = FRONT_END_FILE.match(path)
    if not own:
        return
    for found in FRONT_END_INCLUDE.finditer(text):
        other = found.group(1)
        if other not in (own.group(1), ALL_FRONT_ENDS):
            line = text.count("\n", 0, found.start(1)) + 1
            yield line, f"Frontend/{own.group(1)} includes Frontend/{other}"


def check_unique_names(files):
    """One name means one thing: sources and headers of different folders are
    not called alike."""
    source = re.compile(
        r"(lib|include/opc|tools|python)/(?:(.*)/)?(\w+)\.(?:cpp|c|h)"
    )
    homes = {}
    for path in files:
        found = source.fullmatch(path)
        if not found or found.group(3) in SHARED_NAMES:
            continue
        root, folder, name = found.groups()
        home = f"{root if root in ('tools', 'python') else ''}/{folder or '.'}/"
        first, first_path = homes.setdefault(name, (home, path))
        # A header may lie above the folder of its source.
        if not (first.startswith(home) or home.startswith(first)):
            yield path, 1, f"{first_path} has the same name"


def check_test_modules(files):
    """pytest imports test modules by their last name."""
    homes = {}
    for path in files:
        if re.fullmatch(r"python/tests/(?:.*/)?test_\w+\.py", path):
            first = homes.setdefault(pathlib.PurePosixPath(path).name, path)
            if first != path:
                yield path, 1, f"{first} has the same name"


def check_lit_test(path, text):
    if not re.match(r"test/lit/.*\.(mlir|test)$", path) or "/Inputs/" in path:
        return
    if "RUN:" not in text:
        yield 1, "lit test without a RUN line"
    elif not LIT_CHECKS.search(text):
        yield 1, "lit test that checks nothing"


def check_text(path, text, vendor, chip):
    yield from check_sizes(path, text)
    yield from check_header_comment(path, text)
    yield from check_shell(path, text)
    yield from check_hygiene(path, text)
    yield from check_names(path, text, vendor, chip)
    yield from check_layers(path, text)
    yield from check_front_ends(path, text)
    yield from check_lit_test(path, text)


def check_test_folders(files):
    """Every folder of tests stands for a folder of the tree."""
    folders = {str(pathlib.PurePosixPath(path).parent) for path in files}
    parents = {
        str(parent)
        for path in files
        for parent in pathlib.PurePosixPath(path).parents
    }
    for folder in sorted(folders):
        match = re.fullmatch(
            r"(?:test/lit|unittests)/(.+?)(?:/Inputs)?", folder
        )
        if not match or match.group(1) == "Inputs":
            continue
        first, _, rest = match.group(1).partition("/")
        subject = TEST_SUBJECTS.get(first, f"lib/{first}") + (
            f"/{rest}" if rest else ""
        )
        if subject not in parents:
            yield folder, 1, f"tests mirror the tree, but there is no {subject}"


def check_passes(path, text, files):
    """One name, three spellings, for every pass that a Passes.td defines."""
    library = "lib/" + path.removeprefix("include/opc/").removesuffix(
        "/Passes.td"
    )
    for definition in PASS_DEFINITION.finditer(text):
        line = text[: definition.start()].count("\n") + 1
        name, argument = definition.groups()
        name = name.removesuffix("Pass")
        spelling = kebab(name)
        expected = pass_argument(name)
        if argument != expected:
            yield (
                path,
                line,
                f"pass {name} is called {argument}, not {expected}",
            )
        sources = [
            file
            for file in files
            if file.startswith(library + "/") and file.endswith(f"/{name}.cpp")
        ]
        if not sources:
            yield path, line, f"pass {name} has no {library}/{name}.cpp"
            continue
        folder = str(pathlib.PurePosixPath(sources[0]).parent)
        test = f"{folder.replace('lib/', 'test/lit/', 1)}/{spelling}.mlir"
        if test not in files:
            yield path, line, f"pass {name} has no {test}"


def check_op_test(op, text):
    """What the test of an op lacks to say something of it."""
    # In the program, or in what is checked of what becomes of the program.
    used = re.search(rf"^(?!// (?!CHECK)).*\bopc\.{op}\b", text, re.M)
    return ([] if used else [f"opc.{op}"]) + [
        need for need in OP_TEST_NEEDS if need not in text
    ]


def check_ops(root, path, text, files):
    """A test of its own for every op, which runs it on both targets."""
    for definition in OP_DEFINITION.finditer(text):
        op = definition.group(1)
        if op in OPS_WITHOUT_OWN_TEST:
            continue
        test = f"test/lit/Ops/{op.replace('_', '-')}.mlir"
        line = text[: definition.start()].count("\n") + 1
        if test not in files:
            yield path, line, f"opc.{op} has no {test}"
            continue
        for lack in check_op_test(op, (root / test).read_text()):
            yield test, 1, f"test of opc.{op} without {lack}"


def check(root):
    """All complaints about the tree at `root`, as (path, line, message)."""
    files = list_files(root)
    vendor, chip = word_pattern(VENDORS), word_pattern(chips(files))
    for path in files:
        try:
            text = (root / path).read_text()
        except UnicodeDecodeError:
            continue
        for line, message in check_text(path, text, vendor, chip):
            yield path, line, message
        if path.startswith("include/opc/") and path.endswith("/Passes.td"):
            yield from check_passes(path, text, set(files))
        if re.match(r"include/opc/Dialect/Opc/IR/Ops/.*\.td$", path):
            yield from check_ops(root, path, text, set(files))
    yield from check_test_folders(files)
    yield from check_unique_names(files)
    yield from check_test_modules(files)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", type=pathlib.Path, default=ROOT)
    complaints = list(check(parser.parse_args().root.resolve()))
    for path, line, message in complaints:
        print(f"{path}:{line}: {message}")
    if complaints:
        print(f"{len(complaints)} rules broken", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
