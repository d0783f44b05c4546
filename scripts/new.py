#!/usr/bin/env python3
"""Writes the files that a new pass, op, target or front end needs, and says what is next.

usage: scripts/new.py pass FOLDER NAME SUMMARY
       scripts/new.py op FAMILY NAME SUMMARY
       scripts/new.py target NAME SUMMARY [--chip CHIP]
       scripts/new.py frontend NAME SUMMARY

    scripts/new.py pass Precision AlignReductions "sums in one order everywhere"
    scripts/new.py op Elementwise cbrt "cube root"
    scripts/new.py target Acme "boards of 64 cores with local memory"
    scripts/new.py frontend Lines "graphs as lines of text"

FOLDER is relative to lib; FAMILY is the first word of a file in
include/opc/Dialect/Opc/IR/Ops. No file that exists is overwritten.
"""

import argparse
import pathlib
import re
import subprocess
import sys

import check_layout
import scaffolds

ROOT = pathlib.Path(__file__).resolve().parent.parent
WIDTH = 80


class NewError(Exception):
    """Why nothing was written."""


def banner(name, summary, language="C++"):
    """The first line of a file, filled up to 80 columns."""
    start = f"//===- {name} - {summary} "
    end = f"-*- {language} -*-===//" if language else "===//"
    return start + "-" * max(3, WIDTH - len(start) - len(end)) + end


def guard(path):
    """The include guard of a file below include/."""
    return re.sub(r"\W", "_", path.removeprefix("include/")).upper()


def render(template, **values):
    """The template with each @KEY@ replaced."""
    return re.sub(
        r"@(\w+)@", lambda found: values[found.group(1)], template
    ).lstrip()


class Tree:
    """Changes to the tree at `root`, made all at once or not at all."""

    def __init__(self, root):
        self.root = root
        self.texts = {}

    def exists(self, path):
        return path in self.texts or (self.root / path).exists()

    def read(self, path):
        if path not in self.texts:
            self.texts[path] = (self.root / path).read_text()
        return self.texts[path]

    def create(self, path, text):
        if self.exists(path):
            raise NewError(f"{path} exists")
        self.texts[path] = text

    def insert(self, path, before, text):
        """Puts `text` in front of the last line that starts with `before`."""
        head, found, tail = self.read(path).rpartition(f"\n{before}")
        if not found:
            raise NewError(f"{path} has no line that starts with {before}")
        self.texts[path] = f"{head}\n{text}{found.removeprefix(chr(10))}{tail}"

    def write(self):
        for path, text in self.texts.items():
            file = self.root / path
            if file.exists() and file.read_text() == text:
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(formatted(path, text))
            print(path)


def formatted(path, text):
    """`text` as `make format` would leave it."""
    if not path.endswith((".cpp", ".h")):
        return text
    command = [
        "clang-format-22",
        f"--style=file:{ROOT}/.clang-format",
        f"--assume-filename={path}",
    ]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else text


def check_name(name, pattern, what):
    if not re.fullmatch(pattern, name):
        raise NewError(f"'{name}' is no {what}")


def add_source(tree, folder, source):
    """Names a source in the folder's CMakeLists.txt, or says that it must be."""
    path = f"lib/{folder}/CMakeLists.txt"
    if not tree.exists(path):
        library = "Opc" + folder.replace("/", "")
        tree.create(
            path,
            f"opc_library({library} SOURCES\n  {source}\n"
            "  DEPENDS OpcDialect)\n",
        )
        above = f"lib/{folder}".rpartition("/")[0]
        if folder in layers(tree):
            return None
        return f"{above}/CMakeLists.txt: add_subdirectory the new folder"
    text = tree.read(path)
    found = re.search(r" SOURCES((?:\s+[\w/]+\.cpp)*)", text)
    if not found:
        raise NewError(f"{path} has no SOURCES")
    sources = sorted([*found.group(1).split(), source])
    lines = "".join(f"\n  {name}" for name in sources)
    tree.texts[path] = f"{text[: found.start(1)]}{lines}{text[found.end(1) :]}"
    return None


def layers(tree):
    """The folders of lib that its CMakeLists.txt adds where they are there."""
    if not tree.exists("lib/CMakeLists.txt"):
        return []
    return re.search(r"foreach\(layer (.*)\)", tree.read("lib/CMakeLists.txt"))[
        1
    ].split()


def registration(tree, folder):
    """What makes opc-opt know the passes of a folder that had none."""
    path = "lib/Pipeline/InitAll.cpp"
    name = f"register{folder.replace('/', '')}Passes"
    if not tree.exists(path) or name in tree.read(path):
        return None
    if folder.startswith("Targets/"):
        return f"lib/{folder}: registerPasses in its Target calls {name}()"
    return f'{path}: include "opc/{folder}/Passes.h" and call {name}()'


def new_pass(tree, arguments):
    folder, name = arguments.folder.strip("/"), arguments.name
    check_name(folder, r"[A-Z]\w*(/[A-Z]\w*)*", "folder below lib")
    check_name(name, r"[A-Z][A-Za-z0-9]+", "CamelCase name of a pass")
    argument = check_layout.pass_argument(name)
    include = f"include/opc/{folder}"
    values = {"folder": folder, "name": name, "upper": name.upper()}
    values |= {"argument": argument, "summary": arguments.summary}
    about = "passes of this folder"
    for file, template, language in (
        ("Passes.td", scaffolds.PASSES_TD, "tablegen"),
        ("Passes.h", scaffolds.PASSES_H, "C++"),
    ):
        path = f"{include}/{file}"
        if not tree.exists(path):
            first = banner(file, about, language)
            text = render(template, banner=first, guard=guard(path), **values)
            tree.create(path, text)
    tree.insert(
        f"{include}/Passes.td",
        "#endif",
        render(scaffolds.PASS_DEFINITION, **values),
    )
    first = banner(f"{name}.cpp", arguments.summary, None)
    source = f"lib/{folder}/{name}.cpp"
    tree.create(source, render(scaffolds.PASS_CPP, banner=first, **values))
    next_step = add_source(tree, folder, f"{name}.cpp")
    test = f"test/lit/{folder}/{check_layout.kebab(name)}.mlir"
    tree.create(test, render(scaffolds.PASS_TEST, **values))
    return [
        next_step,
        registration(tree, folder),
        f"{source}: the pattern is an example, replace it",
        f"{test}: show what the pass does, and what it leaves alone",
        "lib/Pipeline/Stages.cpp: add it to the stage it belongs to",
    ]


def new_op(tree, arguments):
    family, mnemonic = arguments.family, arguments.name
    check_name(family, r"[A-Z]\w*", "family of ops")
    check_name(mnemonic, r"[a-z][a-z0-9_]*", "snake_case name of an op")
    path = f"include/opc/Dialect/Opc/IR/Ops/{family}Ops.td"
    if not tree.exists(path):
        raise NewError(f"no family '{family}': there is no {path}")
    name = "".join(word.capitalize() for word in mnemonic.split("_"))
    values = {"name": name, "mnemonic": mnemonic, "summary": arguments.summary}
    template = scaffolds.OP_DEFINITIONS.get(
        family, scaffolds.OP_DEFINITIONS[""]
    )
    if f'"{mnemonic}"' in tree.read(path):
        raise NewError(f"{path} has an op '{mnemonic}'")
    tree.insert(path, "#endif", render(template, **values))
    test = f"test/lit/Ops/{mnemonic.replace('_', '-')}.mlir"
    tree.create(test, render(scaffolds.OP_TEST, **values))
    return [
        f"{path}: operands, attributes, and the expression or the lowering",
        f"{test}: all dtypes, broadcasting, the error that may remain and why",
        "lib/Frontend/ONNX: the operator that gives it, if there is one",
        "docs/HowTo/AddOp.md says the rest",
    ]


def new_target(tree, arguments):
    name = arguments.name
    check_name(name, r"[A-Z][A-Za-z0-9]+", "CamelCase name of a target")
    chip = arguments.chip or "generic"
    check_name(chip, r"\w[\w.-]*", "name of a chip")
    folder = f"lib/Targets/{name}"
    if tree.exists(folder):
        raise NewError(f"{folder} exists")
    values = {"lower": name.lower(), "summary": arguments.summary, "chip": chip}
    first = banner(f"{name}Target.cpp", arguments.summary, None)
    tree.create(
        f"{folder}/{name}Target.cpp",
        render(scaffolds.TARGET_CPP, banner=first, **values),
    )
    tree.create(
        f"{folder}/CMakeLists.txt",
        f"opc_target({name} SOURCES {name}Target.cpp)\n",
    )
    model = tree.read("lib/Targets/Reference/Chips/plain.json")
    described = re.sub(
        r'"summary": "[^"]*"',
        lambda _: f'"summary": "{arguments.summary}"',
        model,
    )
    tree.create(f"{folder}/Chips/{chip}.json", described)
    tree.create(
        f"test/lit/Targets/{name}/listed.test",
        render(scaffolds.TARGET_TEST, **values),
    )
    return [
        f"{folder}/Chips/{chip}.json: describe the chip",
        f"{folder}/{name}Target.cpp: schedules and hooks, see Targets/Core/Target.h",
        "docs/HowTo/AddTarget.md says the rest",
    ]


def new_frontend(tree, arguments):
    name = arguments.name
    check_name(name, r"[A-Z][A-Za-z0-9]+", "CamelCase name of a front end")
    folder, header = f"lib/Frontend/{name}", f"include/opc/Frontend/{name}"
    if tree.exists(folder):
        raise NewError(f"{folder} exists")
    include = f"{header}/Import{name}.h"
    values = {"name": name, "lower": name.lower(), "guard": guard(include)}
    first = banner(f"Import{name}.h", arguments.summary)
    tree.create(include, render(scaffolds.FRONTEND_H, banner=first, **values))
    source = f"{folder}/Import{name}.cpp"
    first = banner(f"Import{name}.cpp", arguments.summary, None)
    tree.create(source, render(scaffolds.FRONTEND_CPP, banner=first, **values))
    tree.create(
        f"{folder}/CMakeLists.txt",
        f"opc_library(Opc{name} SOURCES Import{name}.cpp DEPENDS OpcGraph)\n",
    )
    return [
        f"{source}: the format is an example, replace it",
        "lib/Pipeline/ModelSource.cpp, Compiler.cpp: which models are its",
        f"lib/Pipeline/CMakeLists.txt: Opc{name} among the DEPENDS",
        "docs/HowTo/AddFrontend.md says the rest",
    ]


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = parser.add_subparsers(
        required=True, metavar="pass|op|target|frontend"
    )
    for kind, function, names in (
        ("pass", new_pass, ("folder", "name", "summary")),
        ("op", new_op, ("family", "name", "summary")),
        ("target", new_target, ("name", "summary")),
        ("frontend", new_frontend, ("name", "summary")),
    ):
        kind_parser = kinds.add_parser(kind)
        kind_parser.set_defaults(function=function)
        for name in names:
            kind_parser.add_argument(name)
        if kind == "target":
            kind_parser.add_argument("--chip")
    return parser.parse_args()


def main():
    arguments = parse()
    tree = Tree(ROOT)
    try:
        check_name(arguments.summary, r'[^"\\\n]+', "one-line summary")
        steps = arguments.function(tree, arguments)
        tree.write()
    except (NewError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print("next:")
    for step in filter(None, steps):
        print(f"  {step}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
