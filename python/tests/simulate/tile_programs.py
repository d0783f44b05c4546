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


def compiler(source):
    """clang for C, clang++ for everything else."""
    name = "clang" if source.suffix == ".c" else "clang++"
    return shutil.which(f"{name}-22") or shutil.which(name)


@functools.cache
def description(api):
    return json.loads((HEADERS / api / "api.json").read_text())


@functools.cache
def compiled_object(api, source, instrumented):
    """The object of a source, with an API's flags if it is a kernel's."""
    compile_only = [compiler(source), "-c", f"-I{HEADERS / api}"]
    if instrumented:
        compile_only += description(api)["compile"]
    else:
        compile_only += ["-std=c++20", "-O1"]
    path = build_folder() / f"{api}-{source.stem}.o"
    subprocess.run([*compile_only, source, "-o", path], check=True)
    return path


@functools.cache
def compiled(api, source):
    """The program of a source in the folder of an API's tests."""
    source = pathlib.Path(__file__).parent / api / source
    objects = [compiled_object(api, source, True)]
    for file in description(api).get("runtime", []):
        objects.append(compiled_object(api, HEADERS / api / file, False))
    program = build_folder() / f"{api}-{source.stem}"
    link = [shutil.which("clang++-22") or "clang++", *objects, "-o", program]
    link += [*description(api)["link"], "-lm"]
    subprocess.run(link, check=True)
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
