#!/usr/bin/env python3
"""Writes the pages of docs/generated from what the code itself declares.

usage: scripts/gen_docs.py [--check] [--build-dir DIR] [PAGE]...

With --check nothing is written; pages that would change are named, and the exit
status is 1.
"""

import argparse
import collections
import difflib
import json
import pathlib
import re
import subprocess
import sys
import textwrap

import adding_costs

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES_DIR = ROOT / "docs/generated"
TABLEGEN = "llvm-tblgen-22"
INCLUDES = ["-I", "include", "-I", "/usr/lib/llvm-22/include"]
COMMANDS = (
    "compile",
    "run",
    "bench",
    "inspect",
    "targets",
    "simulate",
    "completion",
)


class DocsError(Exception):
    """Why a page cannot be made."""


def output_of(*command):
    command = list(map(str, command))
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    except OSError as error:
        raise DocsError(f"{command[0]}: {error.strerror}") from error
    if done.returncode:
        raise DocsError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def records(file):
    """All records of a .td file, and the names of those of each class."""
    parsed = json.loads(output_of(TABLEGEN, "--dump-json", *INCLUDES, file))
    return parsed, parsed["!instanceof"]


def paragraphs(text):
    return textwrap.dedent(text).strip()


def cell(text):
    """Text for one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def type_name(definition, table):
    """The name of a constraint; `?` marks an optional one, `...` a list."""
    record = table[definition]
    classes = record["!superclasses"]
    for suffix, outer in (
        ("?", "Optional"),
        ("?", "OptionalAttr"),
        ("...", "Variadic"),
    ):
        base = record.get("baseType") or record.get("baseAttr")
        if outer in classes and base:
            return type_name(base["def"], table) + suffix
    if definition.startswith("anonymous"):
        return cell(record.get("summary") or "any").removesuffix(" attribute")
    return definition.rpartition("_")[2].removesuffix("Attr")


def signature(arguments, table):
    """`x: FloatTensor, axis: I64`, from the arguments of an op in ODS."""
    parts = [
        f"{name}: {type_name(kind['def'], table)}"
        for kind, name in arguments["args"]
    ]
    return f"`{', '.join(parts)}`" if parts else ""


def family_title(file):
    """What the first line of a .td file says after its name."""
    line = (ROOT / file).read_text().splitlines()[0]
    found = re.match(r"//===- \S+ - (.+?)\s*-+\*- ", line)
    if not found:
        raise DocsError(f"{file}: the first line does not say what it holds")
    return found.group(1)


def operation_entry(op, dialect, table):
    summary = cell(op["summary"]).replace("*", "\\*")
    lines = [f"### `{dialect.lower()}.{op['opName']}`", "", summary, ""]
    lines += [f"- takes {signature(op['arguments'], table) or 'nothing'}"]
    lines += [f"- gives {signature(op['results'], table) or 'nothing'}", ""]
    if op["description"].strip():
        lines += [paragraphs(op["description"]), ""]
    return lines


def operations(dialect):
    """Every op of a dialect, by family."""
    folder = pathlib.Path(f"include/opc/Dialect/{dialect}/IR")
    table, instances = records(folder / f"{dialect}Ops.td")
    families = collections.defaultdict(list)
    for name in instances["Op"]:
        families[table[name]["!locs"][0].split(":")[0]].append(table[name])
    count = sum(map(len, families.values()))
    title = f"# The {count} operations of the {dialect.lower()} dialect"
    lines = [title, ""]
    lines += ["`?` marks what may be absent, `...` a list.", ""]
    for file, ops in sorted(families.items()):
        (path,) = (ROOT / folder).rglob(file)
        title = family_title(path.relative_to(ROOT))
        lines += [f"## {path.stem}: {title}", ""]
        for op in sorted(ops, key=lambda op: op["opName"]):
            lines += operation_entry(op, dialect, table)
    return lines


def option_rows(definition, table):
    rows = []
    for reference in definition["options"]:
        option = table[reference["def"]]
        default = option["defaultValue"] or ""
        rows.append(
            f"| `{option['argument']}` | {option['type']} | {cell(default)} "
            f"| {cell(option['description'])} |"
        )
    return [
        "| option | type | default | meaning |",
        "|---|---|---|---|",
        *rows,
        "",
    ]


def passes(_build):
    """Every pass, by the folder that it is in."""
    lines = ["# Passes", "", "Run one with `opc-opt --NAME file.mlir`.", ""]
    for file in sorted((ROOT / "include/opc").rglob("Passes.td")):
        file = file.relative_to(ROOT)
        table, instances = records(file)
        lines += [f"## {file.parent.relative_to('include/opc')}", ""]
        found = [table[name] for name in instances.get("PassBase", [])]
        for definition in sorted(found, key=lambda entry: entry["argument"]):
            lines += [f"### `{definition['argument']}`", ""]
            lines += [f"{cell(definition['summary'])}", ""]
            lines += [paragraphs(definition["description"]), ""]
            if definition["options"]:
                lines += option_rows(definition, table)
    return lines


def size(count):
    """Bytes as a person writes them."""
    for unit, factor in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= factor:
            return f"{count / factor:g} {unit}"
    return f"{count} B"


def targets(_build):
    """Every target and chip, from the chips' descriptions."""
    lines = ["# Targets", "", "`--target=NAME` or `--target=NAME:CHIP`;"]
    lines += ["kernels of a device run here by"]
    lines += ["[`--target=sim:NAME`](../Simulators.md#as-a-target).", ""]
    for folder in sorted((ROOT / "lib/Targets").glob("*/Chips")):
        lines += [f"## {folder.parent.name.lower()}", ""]
        lines += ["| chip | what it is | vectors | caches | matrix units |"]
        lines += ["|---|---|---|---|---|"]
        for file in sorted(folder.glob("*.json")):
            chip = json.loads(file.read_text())
            units = [
                f"{unit['name']} {unit['a']} x {unit['b']} -> {unit['acc']}"
                for unit in chip.get("matrix_units", [])
            ]
            caches = [size(cache["bytes"]) for cache in chip.get("caches", [])]
            vector = chip.get("vector", {}).get("bits")
            lines.append(
                f"| `{file.stem}` | {cell(chip['summary'])} "
                f"| {f'{vector} bits' if vector else ''} | {', '.join(caches)} "
                f"| {', '.join(units)} |"
            )
        lines.append("")
    return lines


def space_cell(space):
    """A memory of a machine, with what of it is not for buffers."""
    if not space["capacity"]:
        return ""
    text = f"{space['space']} {size(space['capacity'])}"
    if space["reserved"]:
        text += f" less {space['reserved']} B"
    return f"{text}, by {space['alignment']} B"


def copy_ways(machine):
    """Between which spaces a machine copies, and the forms that it has."""
    ways = collections.defaultdict(list)
    for form in machine["copies"]:
        ways[form["from"], form["to"]].append(form["name"])
    return [
        f"{source} to {to}: {', '.join(dict.fromkeys(names))}"
        for (source, to), names in ways.items()
    ]


def machines(_build):
    """Every machine that has tiles, from its description."""
    lines = ["# Machines of tiles", ""]
    lines += ["Cores that have memories of their own, as `opc-verify-tile`"]
    lines += ["and the planner know them. 0 cores: only the run knows.", ""]
    for folder in sorted((ROOT / "lib/Targets").glob("*/Machines")):
        lines += [f"## {folder.parent.name}", ""]
        lines += [
            "| machine | what it is | cores | spaces | copies | products |"
        ]
        lines += ["|---|---|---|---|---|---|"]
        for file in sorted(folder.glob("*.json")):
            machine = json.loads(file.read_text())
            spaces = filter(None, map(space_cell, machine["spaces"]))
            units = [
                f"{unit['name']} {unit['a']['type']} x {unit['b']['type']} -> "
                f"{unit['c']['type']}, {unit['m']} x {unit['n']} x {unit['k']}"
                for unit in machine["matrix_units"]
            ]
            lines.append(
                f"| `{file.stem}` | {cell(machine['summary'])} "
                f"| {machine['cores']} | {'; '.join(spaces)} "
                f"| {'; '.join(copy_ways(machine))} | {'; '.join(units)} |"
            )
        lines.append("")
    return lines


def stages(build):
    return output_of(build / "bin/opc-opt", "--opc-print-stages").splitlines()


def onnx_ops(build):
    return output_of(build / "bin/opc-opt", "--opc-print-onnx-ops").splitlines()


def torch_ops(build):
    return output_of(
        build / "bin/opc-opt", "--opc-print-torch-ops"
    ).splitlines()


def command_line(build):
    """What the commands say of themselves."""
    opc = build / "bin/opc"
    lines = ["# The command line", ""]
    for command in ((), *((name,) for name in COMMANDS)):
        text = output_of(opc, *command, "--help").rstrip()
        title = " ".join(("opc", *command))
        lines += [f"## `{title}`", "", "```text", *text.splitlines(), "```", ""]
    return lines


def functions(_build):
    """How exact each function of one number is, by the table that is tested."""
    import function_accuracy

    return list(function_accuracy.page())


def torch_suite(_build):
    """What the record of PyTorch's own test suite says."""
    import torch_page

    return list(torch_page.lines())


def coverage(_build):
    """What each chip does with each class of operators, by the record."""
    import target_page

    return list(target_page.lines())


def coverage_picture(_build):
    """The same as a picture."""
    import target_page

    return list(target_page.picture())


PAGES = {
    "AddingCosts": lambda _build: adding_costs.lines(),
    "Coverage": coverage,
    "Coverage.svg": coverage_picture,
    "FunctionAccuracy": functions,
    "Ops": lambda _build: operations("Opc"),
    "Passes": passes,
    "Targets": targets,
    "Stages": stages,
    "Machines": machines,
    "TileOps": lambda _build: operations("Tile"),
    "OnnxOps": onnx_ops,
    "TorchOpInfo": torch_suite,
    "TorchOps": torch_ops,
    "CommandLine": command_line,
}
NOTE = "<!-- written by scripts/gen_docs.py -->"


def page_text(name, build):
    body = "\n".join(line.rstrip() for line in PAGES[name](build)).rstrip()
    return f"{NOTE}\n{body}\n"


def update(name, build, check):
    """Whether the page was as it should be; writes it unless `check`."""
    file = PAGES_DIR / (name if "." in name else f"{name}.md")
    old = file.read_text() if file.exists() else ""
    new = page_text(name, build)
    if old == new:
        return True
    if check:
        changes = difflib.unified_diff(
            old.splitlines(),
            new.splitlines(),
            "now",
            "regenerated",
            lineterm="",
        )
        print(f"{file.relative_to(ROOT)}: run `make docs`")
        print("\n".join(list(changes)[:20]))
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(new)
    print(f"{file.relative_to(ROOT)}: written")
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument(
        "--build-dir", type=pathlib.Path, default=ROOT / "build"
    )
    parser.add_argument("page", nargs="*", help=", ".join(PAGES))
    arguments = parser.parse_args()
    good = True
    for name in arguments.page or PAGES:
        if name not in PAGES:
            parser.error(f"no page '{name}' (there are {', '.join(PAGES)})")
        try:
            good &= update(name, arguments.build_dir.resolve(), arguments.check)
        except DocsError as error:
            print(f"docs/generated/{name}.md: {error}", file=sys.stderr)
            good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
