"""Programs on simulation headers: compiled once, run in every mode."""

import functools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
HEADERS = ROOT / "include/opc-sim"
MODES = ("immediate", "deferred", "delayed")
FAULT_EXIT = 66


@functools.cache
def build_folder():
    return pathlib.Path(tempfile.mkdtemp(prefix="opc-sim-"))


def compiler():
    return shutil.which("clang++-22") or shutil.which("clang++")


@functools.cache
def compiled(api, source, *flags):
    """The program of a source in the folder of an API's tests."""
    folder = pathlib.Path(__file__).parent / api
    description = json.loads((HEADERS / api / "api.json").read_text())
    program = build_folder() / f"{api}-{pathlib.Path(source).stem}"
    command = [compiler(), "-O1", *description["flags"], *flags]
    command += [f"-I{HEADERS / api}", str(folder / source)]
    command += [str(HEADERS / api / s) for s in description.get("sources", [])]
    subprocess.run([*command, "-o", str(program)], check=True)
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
    )


def faults_of(finished):
    """The names of the faults that a process told."""
    lines = finished.stderr.splitlines()
    told = [line.split(": ") for line in lines if line.startswith("opcsim: ")]
    return {words[1] for words in told if len(words) > 2}
