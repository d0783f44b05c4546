#!/usr/bin/env python3
"""Rewrites the CHECK lines of golden lit tests from what the tools print now.

usage: scripts/bless.py [--build-dir DIR] TEST...

A test opts in with the line `// CHECK lines below are written by scripts/bless.py`.
Everything after it is replaced by the whole output of the test's RUN line, with
the names of SSA values captured. Review the result as a diff.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MARK = "// CHECK lines below are written by scripts/bless.py\n"
VALUE = re.compile(r"%([A-Za-z0-9_$.-]+)")
FUNCTION = re.compile(r"(.*?func\.func\b.*?@[\w.$-]+)(\(.*)")


class BlessError(Exception):
    """Why a test cannot be rewritten."""


def escape(text):
    """Text that FileCheck would read as its own syntax."""
    text = text.replace("{{", "{{[{][{]}}")
    return text.replace("[[", "{{\\[\\[}}")


def is_definition(line, match):
    """Whether the value is bound here: before `=`, or an argument of a block."""
    rest = line[match.end() :]
    bound = re.match(r"(:\d+)?(, %[\w$.-]+(:\d+)?)* = ", rest)
    return bool(bound) or line.lstrip().startswith("^")


def capture(line, seen):
    """The line with its values as FileCheck variables; `seen` are the bound ones."""
    pieces, end = [], 0
    for match in VALUE.finditer(line):
        name = re.sub(r"\W", "_", match.group(1)).upper()
        name = f"V{name}" if name[0].isdigit() else name
        new = name not in seen or is_definition(line, match)
        seen.add(name)
        pieces.append(escape(line[end : match.start()]))
        pieces.append(f"%[[{name}:[^ :,)]+]]" if new else f"%[[{name}]]")
        end = match.end()
    return "".join(pieces) + escape(line[end:])


def check_lines(output):
    """CHECK lines that the given output, and no other, satisfies."""
    lines, seen, first = [], set(), True
    for line in output.splitlines():
        line = line.strip()
        if not line:
            continue
        function = FUNCTION.match(line)
        if function:
            seen = set()
            lines.append(f"// CHECK-LABEL: {escape(function.group(1))}")
            lines.append(f"// CHECK-SAME: {capture(function.group(2), seen)}")
        else:
            kind = "CHECK" if first else "CHECK-NEXT"
            lines.append(f"// {kind}: {capture(line, seen)}")
        first = False
    return "\n".join(lines) + "\n"


def output_of(test, text, build):
    """What the RUN line pipes into FileCheck."""
    run = re.findall(r"^// RUN: (.*)$", text, re.M)
    command, separator, _ = " ".join(run).partition("| FileCheck")
    if len(run) != 1 or not separator:
        raise BlessError("needs exactly one RUN line that ends in FileCheck")
    substitutions = {"%s": test, "%S": test.parent, "%opc": build / "bin/opc"}
    for key, value in substitutions.items():
        command = re.sub(rf"{key}\b", str(value), command)
    path = f"{build / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        shell=True,
        capture_output=True,
        text=True,
        env=dict(os.environ, PATH=path),
    )
    if done.returncode:
        raise BlessError(f"RUN line failed: {done.stderr.strip()}")
    return done.stdout


def bless(test, build):
    """Rewrites one test; whether it changed."""
    text = test.read_text()
    head, mark, old = text.partition(MARK)
    if not mark:
        raise BlessError(f"does not opt in with the line: {MARK.strip()}")
    new = check_lines(output_of(test, text, build))
    test.write_text(head + mark + new)
    return new != old


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--build-dir", type=pathlib.Path, default=ROOT / "build"
    )
    parser.add_argument("test", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    status = 0
    for test in arguments.test:
        try:
            changed = bless(test.resolve(), arguments.build_dir.resolve())
            print(f"{test}: {'rewritten' if changed else 'as it was'}")
        except (BlessError, OSError) as error:
            print(f"{test}: {error}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
