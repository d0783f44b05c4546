"""Programs of simulated APIs: compiled once, run with many settings."""

import dataclasses
import json
import os
import pathlib
import subprocess
import tempfile

import pytest
from support import BUILD

OPC = BUILD / "bin/opc"
HERE = pathlib.Path(__file__).parent
FAULT_EXIT = 66
# How the APIs of the SIMT family call what all of them have.
PREFIXES = {"hip": "hip", "musa": "musa", "maca": "mc", "cuda": "cuda"}


@dataclasses.dataclass
class Ran:
    code: int
    out: str
    err: str
    faults: list
    trace: dict | None = None

    def kinds(self):
        return {fault["kind"] for fault in self.faults}


def compiled(source, api, folder, name):
    """The program that opc makes of a source text."""
    file = folder / f"{name}.{api}.cpp"
    file.write_text(source)
    program = folder / f"{name}.{api}"
    done = subprocess.run(
        [OPC, "simulate", file, "--api", api, "-o", program],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if "there is none on PATH" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return program


def simt_source(name, api):
    """A file of this folder in the spelling of an API."""
    return (HERE / name).read_text().replace("@", PREFIXES[api])


def run(program, *words, trace=False, **settings):
    """Runs it with settings by the names of the variables without OPCSIM_."""
    with tempfile.TemporaryDirectory() as folder:
        faults = pathlib.Path(folder, "faults.json")
        line = pathlib.Path(folder, "trace.json")
        variables = {
            f"OPCSIM_{key.upper()}": str(value)
            for key, value in settings.items()
        }
        if trace:
            variables["OPCSIM_TRACE"] = str(line)
        done = subprocess.run(
            [program, *map(str, words)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=os.environ | {"OPCSIM_FAULTS": str(faults)} | variables,
        )
        found = json.loads(faults.read_text()) if faults.exists() else []
        events = json.loads(line.read_text()) if line.exists() else None
    return Ran(done.returncode, done.stdout, done.stderr, found, events)
