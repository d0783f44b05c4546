"""The command line when what it needs is missing: standard streams, memory,
threads, and a place for its output other than its input."""

import os
import re
import resource
import shutil
import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import helper
from support import BUILD, graph_model, normal

OPC = BUILD / "bin/opc"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """m.onnx, m.so of it, and x.npy."""
    place = tmp_path_factory.mktemp("streams")
    node = helper.make_node("Relu", ["x"], ["y"])
    onnx.save(graph_model([node], {"x": normal(3, 4)}, ["y"]), place / "m.onnx")
    np.save(place / "x.npy", normal(3, 4))
    subprocess.run(
        [OPC, "compile", "m.onnx", "-o", "m.so", "--no-cache"],
        cwd=place,
        check=True,
    )
    return place


# Standard streams.

# What each says on standard output, and its exit code.
COMMANDS = {
    "help": (["--help"], True, 0),
    "version": (["--version"], True, 0),
    "command help": (["compile", "--help"], True, 0),
    "no command": ([], False, 2),
    "unknown command": (["frobnicate"], False, 2),
    "unknown option": (["run", "m.so", "--frobnicate"], False, 2),
    "missing file": (["run", "none.so"], False, 1),
    "no model": (["compile", "x.npy", "-o", "a.so"], False, 1),
    "compile": (["compile", "m.onnx", "-o", "a.so", "--no-cache"], False, 0),
    "text": (["compile", "m.onnx", "--emit", "mlir"], True, 0),
    "run": (["run", "m.so"], True, 0),
    "run json": (["run", "m.so", "--json"], True, 0),
    "bench": (["bench", "m.so", "--time", "0.01"], True, 0),
    "bench json": (["bench", "m.so", "--time", "0.01", "--json"], True, 0),
    "profile": (["bench", "m.so", "--time", "0.01", "--profile"], True, 0),
    "inspect": (["inspect", "m.so"], True, 0),
    "inspect model": (["inspect", "m.onnx", "--json"], True, 0),
    "targets": (["targets"], True, 0),
    "targets json": (["targets", "--json"], True, 0),
    "completion": (["completion", "bash"], True, 0),
    "no completion": (["completion", "fish-and-chips"], False, 2),
}


def shell(folder, words, redirections):
    """Exit code, standard output and standard error."""
    done = subprocess.run(
        ["sh", "-c", f'"$0" "$@" {redirections}', OPC, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(autouse=True)
def no_crash_files(folder):
    yield
    left = list(folder.glob("opc-*"))
    for file in left:
        file.unlink()
    assert not left


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("where", ["2>&-", "2>/dev/full"])
def test_standard_error_cannot_be_written(folder, name, where):
    words, prints, code = COMMANDS[name]
    status, said, _ = shell(folder, words, where)
    assert (status, bool(said)) == (code, prints)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("where", [">&-", ">/dev/full"])
def test_standard_output_cannot_be_written(folder, name, where):
    words, prints, code = COMMANDS[name]
    status, _, errors = shell(folder, words, where)
    assert status == (1 if prints else code)
    if prints:
        (line,) = errors.splitlines()
        assert re.match("opc: error: standard output( cannot be|: )", line)


def test_no_stream_can_be_used(folder):
    for words, prints, code in COMMANDS.values():
        status, _, _ = shell(folder, words, ">&- 2>&- <&-")
        assert status == (1 if prints else code), words


def test_files_are_not_mistaken_for_streams(folder):
    """The first file that is opened has the number of a stream that is not."""
    words = ["compile", "m.onnx", "-o", "closed.so", "--no-cache"]
    assert shell(folder, words, ">&- 2>&- <&-")[0] == 0
    assert (folder / "closed.so").read_bytes() == (folder / "m.so").read_bytes()


# The output is the input.


def same_files(folder, tmp_path, name):
    """Other names of a file: itself, a link, a hard link, and round about."""
    original = tmp_path / name
    shutil.copy(folder / name, original)
    link, hard = tmp_path / f"link-{name}", tmp_path / f"hard-{name}"
    link.symlink_to(name)
    hard.hardlink_to(original)
    return [original, link, hard, tmp_path / "." / ".." / tmp_path.name / name]


def refused(folder, before, *words):
    done = subprocess.run(
        [OPC, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    (line,) = done.stderr.splitlines()
    assert done.returncode == 2, line
    assert "is the same file as the input" in line
    for file, contents in before.items():
        assert file.read_bytes() == contents


KINDS = {
    "so": [],
    "obj": ["--emit", "obj"],
    "text": ["--emit", "mlir"],
    "stage": ["--stop-after", "import"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_is_not_compiled_over_itself(folder, tmp_path, kind):
    names = same_files(folder, tmp_path, "m.onnx")
    before = {name: name.read_bytes() for name in names}
    for name in names:
        words = ["compile", names[0], "-o", name, *KINDS[kind]]
        refused(folder, before, *words)


def test_a_model_is_not_compiled_over_its_weights(tmp_path):
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    weights = {"w": normal(64, 64)}
    proto = graph_model([node], {"x": normal(2, 64)}, ["y"], weights=weights)
    onnx.save(
        proto,
        tmp_path / "m.onnx",
        save_as_external_data=True,
        location="m.data",
    )
    before = {tmp_path / "m.data": (tmp_path / "m.data").read_bytes()}
    refused(tmp_path, before, "compile", "m.onnx", "-o", "m.data")


def test_a_dump_does_not_replace_what_is_compiled(folder, tmp_path):
    subprocess.run(
        [OPC, "compile", folder / "m.onnx", "--stop-after", "import",
         "-o", tmp_path / "00-import.mlir"],
        check=True,
    )  # fmt: skip
    file = tmp_path / "00-import.mlir"
    before = {file: file.read_bytes()}
    words = ["compile", file, "-o", "a.so", "--dump-stages", tmp_path]
    refused(folder, before, *words)


def test_a_trace_does_not_replace_an_input(folder, tmp_path):
    for name in ("m.onnx", "m.so", "x.npy"):
        names = same_files(folder, tmp_path, name)
        before = {name: name.read_bytes() for name in names}
        first = names[0] if name != "x.npy" else "m.so"
        words = ["bench", first, "--time", "0.01", "--input"]
        given = names[0] if name == "x.npy" else "x.npy"
        for place in names:
            refused(folder, before, *words, f"x={given}", "--trace", place)


def test_outputs_do_not_replace_an_input(folder, tmp_path):
    shutil.copy(folder / "x.npy", tmp_path / "y.npy")
    before = {tmp_path / "y.npy": (tmp_path / "y.npy").read_bytes()}
    words = ["run", "m.so", "--input", f"x={tmp_path}/y.npy", "--output"]
    refused(folder, before, *words, tmp_path)


def test_a_program_is_not_saved_over_its_model(folder, tmp_path):
    names = same_files(folder, tmp_path, "m.onnx")
    script = (
        "import sys, opc\n"
        "for cache in (False, sys.argv[1]):\n"
        "  m = opc.compile(sys.argv[2], cache=cache)\n"
        "  for place in sys.argv[2:]:\n"
        "    try: m.save(place)\n"
        "    except opc.UsageError as error: print(error)\n"
    )
    cache = tmp_path / "cache"
    done = subprocess.run(
        [sys.executable, "-c", script, cache, *names],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 2 * len(names)
    assert all("is the same file as the input" in line for line in lines)
    assert names[0].read_bytes() == (folder / "m.onnx").read_bytes()


# What a file is like that replaces another.


def test_a_replaced_file_keeps_its_permissions(folder, tmp_path):
    place = tmp_path / "a.so"
    words = [OPC, "compile", folder / "m.onnx", "-o", place]
    for mode in (0o640, 0o600, 0o755):
        place.touch()
        place.chmod(mode)
        subprocess.run(words, check=True)
        assert place.stat().st_mode & 0o7777 == mode
        assert place.stat().st_size > 0


def test_a_long_name_can_be_written(folder, tmp_path):
    place = tmp_path / ("n" * 247 + ".so")
    words = [OPC, "compile", folder / "m.onnx", "-o", place, "--no-cache"]
    subprocess.run(words, check=True)
    assert os.listdir(tmp_path) == [place.name]


# Memory and threads.

LAYERS = 40


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A model that takes memory to compile."""
    file = tmp_path_factory.mktemp("large") / "large.onnx"
    nodes, weights = [], {}
    for i in range(LAYERS):
        weights[f"w{i}"] = normal(9 + i, 8 + i, 3, 3)
        pads = [1, 1, 1, 1]
        nodes += [
            helper.make_node("Conv", [f"v{i}", f"w{i}"], [f"c{i}"], pads=pads),
            helper.make_node("Sigmoid", [f"c{i}"], [f"v{i + 1}"]),
        ]
    feeds = {"v0": normal(1, 8, 16, 16)}
    onnx.save(graph_model(nodes, feeds, [f"v{LAYERS}"], weights=weights), file)
    return file


def limited(megabytes):
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20,) * 2)

    return limit


def answers(words, megabytes, folder):
    """Exit code and lines of standard error within so much address space."""
    done = subprocess.run(
        words,
        cwd=folder,
        preexec_fn=limited(megabytes),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stderr.splitlines()


def test_memory_runs_out_while_compiling(large, tmp_path):
    """From too little for the compiler itself to enough."""
    words = [OPC, "compile", large, "-o", "large.so", "--no-cache"]
    seen = set()
    for megabytes in range(60, 1200, 10):
        status, lines = answers(words, megabytes, tmp_path)
        assert status in (0, 1), (megabytes, lines)
        assert len(lines) == status, (megabytes, lines)
        left = [] if status else ["large.so"]
        assert os.listdir(tmp_path) == left, (megabytes, lines)
        seen |= {line.removeprefix("opc: error: ") for line in lines}
        if not status:
            break
    assert status == 0
    assert "out of memory" in seen


NO_THREADS = """
#include <errno.h>
int pthread_create(void *a, void *b, void *c, void *d) { return EAGAIN; }
"""


@pytest.fixture(scope="module")
def no_threads(tmp_path_factory):
    """The environment of a process that cannot start a thread."""
    place = tmp_path_factory.mktemp("threads")
    (place / "none.c").write_text(NO_THREADS)
    compiler = shutil.which("clang-22") or "cc"
    words = [compiler, "-shared", "-fPIC", "none.c", "-o", "none.so"]
    subprocess.run(words, cwd=place, check=True)
    return {**os.environ, "LD_PRELOAD": str(place / "none.so")}


@pytest.mark.parametrize(
    "words, complaint",
    [
        (["run", "m.so", "--threads", "2"], None),
        (["bench", "m.so", "--threads", "2", "--time", "0.01"], None),
        (
            ["bench", "m.so", "--threads", "2", "--time", "0.01", "--profile"],
            None,
        ),
        (["run", "m.onnx", "--no-cache"], None),
        (["run", "m.onnx", "--threads", "2"], None),
        (["compile", "m.onnx", "--emit", "mlir"], None),
        (
            ["compile", "m.onnx", "-o", "a.so", "--no-cache"],
            "no thread can be started for linking",
        ),
    ],
)
def test_no_thread_can_be_started(
    folder, tmp_path, no_threads, words, complaint
):
    done = subprocess.run(
        [OPC, *words],
        cwd=folder,
        env={**no_threads, "OPC_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = [f"opc: error: {complaint}"] if complaint else []
    assert done.stderr.splitlines() == lines
    assert done.returncode == len(lines)
