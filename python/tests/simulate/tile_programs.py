"""Programs on simulation headers: compiled once, run in every mode."""

import functools
import os
import pathlib
import subprocess
import tempfile

import pytest
from simulated import FAULT_EXIT, OPC

MODES = ("immediate", "deferred", "delayed")

__all__ = ["FAULT_EXIT", "MODES", "OPC", "compiled", "faults_of", "run"]


@functools.cache
def build_folder():
    return pathlib.Path(tempfile.mkdtemp(prefix="opc-sim-"))


@functools.cache
def compiled(api, source):
    """The program that opc makes of a source in the folder of an API's tests."""
    source = pathlib.Path(__file__).parent / api / source
    program = build_folder() / f"{api}-{source.stem}"
    done = subprocess.run(
        [OPC, "simulate", source, "--api", api, "-o", program],
        capture_output=True,
        text=True,
        check=False,
    )
    if "there is none on PATH" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return program


def run(program, *arguments, mode="immediate", seed=1, **settings):
    """The finished process; `settings` are those of the simulation."""
    environment = dict(os.environ, OPCSIM_MODE=mode, OPCSIM_SEED=str(seed))
    environment.update({f"OPCSIM_{k}": str(v) for k, v in settings.items()})
    return subprocess.run(
        [program, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def faults_of(finished):
    """The names of the faults that a process told."""
    lines = finished.stderr.splitlines()
    told = [line.split(": ") for line in lines if line.startswith("opcsim: ")]
    return {words[1] for words in told if len(words) > 2}
