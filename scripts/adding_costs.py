"""What adding something costs: the files that name what is there already.

Read from the tree itself, so that the page follows it. An op is named where its
class or its mnemonic stands; a scaffold is what scripts/new.py would write.
"""

import argparse
import pathlib
import re
import statistics

import new

ROOT = pathlib.Path(__file__).resolve().parent.parent
FAMILIES = "include/opc/Dialect/Opc/IR/Ops"
#: Whose knowledge an op may be: the rest is what adding one really costs.
DEFINING = ("include/opc/Dialect/Opc/IR/", "lib/Dialect/Opc/IR/")
#: Where other ops have some of the same names.
OTHER_DIALECTS = ("include/opc/Dialect/Tile/", "lib/Dialect/Tile/")
MOVEMENT = (
    "transpose",
    "slice",
    "pad",
    "concat",
    "tile",
    "broadcast",
    "gather",
)
#: Where one of these is named all the same: how often, and why that is no second
#: place which knows how it indexes.
NAMED = {
    "lib/Conversion/OpcToHost/LowerHost.cpp": (
        2,
        "a broadcast that may be its operand is launched as such",
    ),
    "lib/Conversion/OpcToLoops/Ops/MovementLoops.cpp": (
        2,
        "loops of its own for a pad that repeats elements, which is no "
        "expression",
    ),
    "lib/Dialect/Opc/Transforms/FoldEmpty.cpp": (
        1,
        "leaves alone the broadcast that it makes itself",
    ),
    "lib/Dialect/Opc/Transforms/KernelOutliner.cpp": (
        1,
        "names the attribute that kernels which are alike may differ in",
    ),
    "lib/Dialect/Opc/Transforms/ResolveBroadcasts.cpp": (
        3,
        "gives the broadcast that it made other extents",
    ),
    "lib/Dialect/Opc/Transforms/SimplifyMovement.cpp": (
        4,
        "algebra of transposes (two are one, one is a reshape); a concat "
        "of fewer operands",
    ),
    "lib/Dialect/Opc/Transforms/SliceStarts.cpp": (
        5,
        "the starts of slices become data of a kernel, so that one serves "
        "them all",
    ),
    "lib/Dialect/Opc/Transforms/SplitConcats.cpp": (
        3,
        "a concat of very many operands becomes several",
    ),
    "lib/Layout/SinkTransposes.cpp": (
        13,
        "transposes are what it moves: it asks every other op (`AxisOp`)",
    ),
    "lib/Pipeline/CheckExtents.cpp": (
        3,
        "which extents of a text have to be equal, op by op",
    ),
    "lib/Pipeline/GuardExtents.cpp": (
        15,
        "which extents of a text the run has to check, op by op",
    ),
    "lib/Targets/CPU/Layout/PackQuantised.cpp": (
        1,
        "the transpose of weights is what packing them undoes",
    ),
    "lib/Targets/CPU/Layout/PackRecurrent.cpp": (
        6,
        "the concat of two directions is what the packed op gives at once",
    ),
    "lib/Targets/CPU/Rows/Concat.cpp": (
        4,
        "the schedule of a concat of blocks of memory",
    ),
    "lib/Targets/CPU/Rows/Transpose.cpp": (
        5,
        "the schedule that turns blocks in registers",
    ),
}
SCAFFOLDS = (
    ("an op", new.new_op, {"family": "Movement", "name": "made_up"}),
    ("a pass", new.new_pass, {"folder": "MadeUp", "name": "DoMuch"}),
    ("a target with a chip", new.new_target, {"name": "MadeUp", "chip": None}),
    ("a front end", new.new_frontend, {"name": "MadeUp"}),
)
#: What there is one of, and how code outside of it names it.
OTHERS = (
    (
        "a front end",
        "ONNX",
        r"Frontend/ONNX/|\bonnx::",
        ("lib/Frontend/ONNX/", "include/opc/Frontend/ONNX/"),
    ),
    (
        "a target",
        "CPU",
        r"Targets/CPU/|\bcpu::",
        ("lib/Targets/CPU/", "include/opc/Targets/CPU/"),
    ),
    ("a chip", "x86-64-v4", r"x86-64-v4(?!-)", ()),
    ("a type of products", "bf16", r"\bisBF16\(|\bgetBF16Type\(", ()),
)


def sources():
    """Texts of lib, include and tools, by path."""
    paths = {
        str(path.relative_to(ROOT)): path
        for folder in ("include", "lib", "tools")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".cpp", ".h", ".td", ".json", ".txt")
    }
    return {
        name: path.read_text()
        for name, path in paths.items()
        if not name.startswith(OTHER_DIALECTS)
    }


def families(texts):
    """Mnemonics and class names of the ops, by family."""
    found = {}
    for path, text in texts.items():
        if path.startswith(FAMILIES):
            name = pathlib.Path(path).stem.removesuffix("Ops")
            found[name] = re.findall(
                r'^def Opc_(\w+Op)\s*:\s*\w+<\s*"(\w+)"', text, re.MULTILINE
            )
    return found


def naming(texts, op, mnemonic):
    """The files in which an op is named."""
    pattern = re.compile(rf"\b(?:Opc_)?{op}\b|\bopc\.{mnemonic}\b")
    return [path for path, text in texts.items() if pattern.search(text)]


def outside(paths):
    """Those that do not define what an op is."""
    return [path for path in paths if not path.startswith(DEFINING)]


def family_rows(texts):
    for family, ops in sorted(families(texts).items()):
        counts = {mnemonic: naming(texts, op, mnemonic) for op, mnemonic in ops}
        total = [len(paths) for paths in counts.values()]
        beyond = {name: outside(paths) for name, paths in counts.items()}
        least = min(beyond, key=lambda name: (len(beyond[name]), name))
        most = max(beyond, key=lambda name: (len(beyond[name]), name))
        yield (
            f"| {family} | {len(ops)} | {statistics.median(total):g} "
            f"| {statistics.median(map(len, beyond.values())):g} "
            f"| `{least}` {len(beyond[least])} | `{most}` {len(beyond[most])} |"
        )


def movement_rows(texts):
    """Mentions of the classes of ops that move elements, by file; what makes one
    is none. Ops of the dialect tile are called alike."""
    names = "|".join(name.capitalize() for name in MOVEMENT)
    pattern = re.compile(
        rf"(?<!create<)(?<!vector::)(?<!tile::)\b(?:{names})\w*Op\b(?!::create)"
    )
    for path, text in texts.items():
        count = len(pattern.findall(text))
        allowed = path.startswith((*DEFINING, "lib/Frontend/"))
        allowed |= re.search(r"namespace opc::tile\b", text) is not None
        if count and not allowed:
            yield path, count


def scaffold_rows():
    for what, function, values in SCAFFOLDS:
        tree = new.Tree(ROOT)
        given = argparse.Namespace(summary="made up", **values)
        function(tree, given)
        changed = [
            path
            for path, text in sorted(tree.texts.items())
            if not (ROOT / path).exists() or (ROOT / path).read_text() != text
        ]
        edited = [path for path in changed if (ROOT / path).exists()]
        yield (
            f"| {what} | {len(changed) - len(edited)} "
            f"| {', '.join(f'`{path}`' for path in edited) or 'none'} |"
        )


def other_rows(texts):
    for what, name, pattern, own in OTHERS:
        inside = sum(path.startswith(own) for path in texts) if own else 0
        paths = [
            path
            for path, text in texts.items()
            if re.search(pattern, text) and not (own and path.startswith(own))
        ]
        files = ", ".join(f"`{path}`" for path in paths)
        yield f"| {what} | {name} | {inside} | {len(paths)}: {files} |"


def lines():
    texts = sources()
    movement = sorted(movement_rows(texts))
    total = sum(count for _, count in movement)
    return [
        "# What adding costs",
        "",
        "How many files name what there is one of: what another of its kind would",
        "have to touch at most. Tests and pages are not counted.",
        "",
        "## What scripts/new.py writes",
        "",
        "It builds, and breaks no test (`python/tests/test_new.py`,",
        "`python/tests/test_scaffolds.py`).",
        "",
        "| Adding | New files | Files that change |",
        "| --- | --- | --- |",
        *scaffold_rows(),
        "",
        "## Things that stand",
        "",
        "| Kind | Example | Files of its own | Files of others that name it |",
        "| --- | --- | --- | --- |",
        *other_rows(texts),
        "",
        "## Ops, by family",
        "",
        "Files that name an op: all (median), and those outside of the dialect, where",
        "its definition is (median, and the ops of which fewest and most do).",
        "",
        "| Family | Ops | All | Elsewhere | Fewest | Most |",
        "| --- | --- | --- | --- | --- | --- |",
        *family_rows(texts),
        "",
        "## Ops that move elements, named to know how they index",
        "",
        f"Mentions of {', '.join(f'`{name}`' for name in MOVEMENT)} and their like",
        f"outside of the dialect's IR and of front ends: {total} in "
        f"{len(movement)} files. What makes one is not counted.",
        "",
        "| File | Mentions | Why |",
        "| --- | --- | --- |",
        *(
            f"| `{path}` | {count} | {NAMED.get(path, (0, ''))[1]} |"
            for path, count in movement
        ),
    ]
