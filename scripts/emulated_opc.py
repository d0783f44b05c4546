#!/usr/bin/env python3
"""`opc`, whose `run` on one target is executed by an emulated machine.

usage: scripts/emulated_opc.py FOLDER TARGET WORD...

FOLDER is a machine's that scripts/emulator.py has started; WORD... are those of
`opc`. This is what scripts/emulate.py has lit call.
"""

import argparse
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

import emulator
from emulator import DRIVER


def run(mailbox, words):
    """Compiles here, runs there; gives the exit status."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("model")
    parser.add_argument("--output", type=pathlib.Path)
    parser.add_argument("--input", action="append", default=[])
    parser.add_argument("--dim", action="append", default=[])
    options, rest = parser.parse_known_args(words)
    with tempfile.TemporaryDirectory(prefix="opc-emulated-") as folder:
        program = pathlib.Path(folder, "program.so")
        compiled = subprocess.run(
            [DRIVER, "compile", options.model, "-o", program, *rest]
        )
        if compiled.returncode:
            return compiled.returncode
        data = program.read_bytes()
    command = [DRIVER, "run", "./program.so", "--output", "out"]
    # Extents of IR are open: it is the run that says them.
    for name in ("input", "dim"):
        for text in getattr(options, name):
            command += [f"--{name}", text]
    answer = mailbox.run(shlex.join(map(str, command)), {"program.so": data})
    sys.stdout.buffer.write(answer.files["stdout"])
    sys.stderr.buffer.write(answer.files["stderr"])
    sys.stderr.buffer.write(answer.crash.encode())
    for name, content in answer.files.items():
        if options.output and name.startswith("out/"):
            options.output.mkdir(parents=True, exist_ok=True)
            (options.output / name.removeprefix("out/")).write_bytes(content)
    return answer.status


def main():
    folder, target, *words = sys.argv[1:]
    if words[0] != "run" or f"--target={target}" not in words:
        os.execv(DRIVER, [DRIVER, *words])
    try:
        return run(emulator.Mailbox(folder), words[1:])
    except emulator.Failure as reason:
        return f"error: {reason}"


if __name__ == "__main__":
    sys.exit(main())
