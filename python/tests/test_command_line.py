"""The command line when things go wrong: what it says, its exit code, and that
no unfinished file is left."""

import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import onnx
import opc
import pytest
from onnx import helper
from support import BUILD, graph_model, normal

OPC = BUILD / "bin/opc"
# Compiled in seconds, so that it can be interrupted.
LAYERS = 300


def run(*words, program=OPC, folder=None, **options):
    """Exit code and lines of standard error."""
    done = subprocess.run(
        [program, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )
    return done.returncode, done.stderr.splitlines()


def refused(*words, code=1, folder=None, **options):
    """The one line with which opc refuses, without its start."""
    status, lines = run(*words, folder=folder, **options)
    assert status == code, lines
    (line,) = lines
    start = "opc: error: "
    assert line.startswith(start)
    return line.removeprefix(start)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    file = tmp_path_factory.mktemp("model") / "model.onnx"
    node = helper.make_node("Relu", ["x"], ["y"])
    proto = graph_model([node], {"x": normal(3, 4)}, ["y"], symbolic=True)
    onnx.save(proto, file)
    return file


@pytest.fixture(scope="module")
def long_model(tmp_path_factory):
    file = tmp_path_factory.mktemp("long") / "long.onnx"
    channels = [4 + i % 97 for i in range(LAYERS + 1)]
    shape = (1, channels[0], 16, 16)
    nodes, weights = [], {}
    for i in range(LAYERS):
        # No two are one kernel.
        weights[f"w{i}"] = normal(channels[i + 1], channels[i], 1 + i % 5, 3)
        pads = [i % 5 // 2, 1, (i % 5 + 1) // 2, 1]
        nodes += [
            helper.make_node(
                "Conv", [f"v{i}", f"w{i}"], [f"c{i}"], name=f"n{i}", pads=pads
            ),
            helper.make_node("Sigmoid", [f"c{i}"], [f"v{i + 1}"]),
        ]
    proto = graph_model(
        nodes, {"v0": normal(*shape)}, [f"v{LAYERS}"], weights=weights
    )
    onnx.save(proto, file)
    return file


@pytest.fixture(scope="module")
def program(model):
    file = model.with_name("program.so")
    assert run("compile", model, "-o", file)[0] == 0
    return file


# What is wrong with opc itself: exit code 3.


def test_a_crash_is_one_line_and_a_file(program, tmp_path):
    words = [OPC, "bench", program, "--time", "60"]
    words += ["--input", "x=zeros", "--dim", "x_0=999", "--dim", "x_1=999"]
    process = subprocess.Popen(
        words, cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    time.sleep(0.5)
    process.send_signal(signal.SIGSEGV)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 3, said
    (file,) = tmp_path.iterdir()
    assert said == f"opc: error: opc crashed; reproducer: {file.name}\n"
    text = file.read_text()
    assert text.startswith("opc ") and "'bench'" in text
    size = program.stat().st_size
    assert f"\nfile: {program}, {size} bytes\n" in text
    assert re.search(r"\nmachine: Linux \S+ \S+\n", text)
    assert re.search(r"\nsignal: SIGSEGV\nstack:\n(.*\+0x\w+.*\n)+$", text)


def test_a_crash_names_the_build_of_the_compiler(long_model, tmp_path):
    words = [OPC, "compile", long_model, "-o", "m.so", "--no-cache"]
    process = subprocess.Popen(
        words, cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    time.sleep(1)
    process.send_signal(signal.SIGFPE)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 3, said
    (file,) = tmp_path.iterdir()
    text = file.read_text()
    assert re.search(r"\ncompiler: build \w{8,}\n", text)
    assert "\nsignal: SIGFPE\n" in text


# Programs that are damaged, or for others.


def damage(program, file, change):
    data = bytearray(program.read_bytes())
    file.write_bytes(change(data) or bytes(data))
    return file


def set_bytes(at, value):
    def change(data):
        data[at : at + len(value)] = value

    return change


DAMAGES = {
    "empty": (lambda data: b"\n", "not an ELF shared object"),
    "half": (
        lambda data: bytes(data[: len(data) // 2]),
        "truncated or damaged",
    ),
    "one byte": (set_bytes(900, b"\xff\xfe\xfd"), "damaged: "),
    "text": (lambda data: b"no program\n" * 9, "not an ELF shared object"),
}


@pytest.mark.parametrize("name", DAMAGES)
@pytest.mark.parametrize("command", ["run", "bench", "inspect"])
def test_a_damaged_program_is_refused(program, tmp_path, name, command):
    change, reason = DAMAGES[name]
    file = damage(program, tmp_path / "m.so", change)
    line = refused(command, file)
    assert line.startswith(f"{file}: {reason}")


def unsealed(change):
    """Damage that the seal, which comes first, does not hide."""
    return lambda data: change(data[:-24]) or bytes(data[:-24])


def machine(data):
    data[18:20] = (183).to_bytes(2, "little")  # AArch64
    return bytes(data)


def other_abi(data):
    return bytes(data.replace(b'"abi":4', b'"abi":9'))


@pytest.mark.parametrize(
    "change, reason",
    [
        (machine, "compiled for AArch64, which this machine is not"),
        (other_abi, "for ABI version 9, this runtime has version 4"),
    ],
)
def test_programs_for_others_are_refused(program, tmp_path, change, reason):
    file = damage(program, tmp_path / "m.so", unsealed(change))
    line = refused("run", file)
    assert line.startswith(f"{file}: ") and reason in line
    with pytest.raises(opc.InputError) as caught:
        opc.load(file)
    assert str(caught.value) == line


def test_a_compiler_of_another_version_is_refused(tmp_path):
    """An opc beside a libopc.so that is not its own."""
    shutil.copy(OPC, tmp_path / "opc")
    source = tmp_path / "other.c"
    source.write_text("int opc_nothing(void) { return 0; }\n")
    library = tmp_path / "libopc.so"
    compiler = shutil.which("clang-22") or "cc"
    subprocess.run(
        [compiler, "-shared", "-fPIC", source, "-o", library], check=True
    )
    environment = {**os.environ, "LD_LIBRARY_PATH": str(BUILD / "lib")}
    program = tmp_path / "opc"
    code, errors = run("targets", program=program, env=environment)
    assert code == 1
    assert "libopc.so is of another version" in errors[-1]
    library.unlink()
    code, errors = run("targets", program=program, env=environment)
    assert code == 1
    assert "there is no libopc.so beside" in errors[-1]


def test_targets_are_a_table():
    text = subprocess.run(
        [OPC, "targets"], capture_output=True, text=True, check=True
    ).stdout
    rows = [line for line in text.splitlines() if line.startswith("  cpu:")]
    assert len(rows) >= 5
    assert len({re.match(r"  \S+ +", row).end() for row in rows}) == 1


# Places that cannot be written.

LIMIT = 64  # bytes of a file: less than any result


def limited():
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))


def outputs(model, program, place):
    """Commands that write something to `place`."""
    size = ["--dim", "x_0=100", "--dim", "x_1=100"]
    return {
        "so": ["compile", model, "-o", place / "a.so", "--no-cache"],
        "obj": ["compile", model, "-o", place / "a.o", "--emit", "obj"],
        "text": ["compile", model, "-o", place / "a.mlir", "--emit", "mlir"],
        "stages": [
            "compile",
            model,
            "-o",
            place.parent / "b.so",
            "--dump-stages",
            place / "stages",
        ],
        "outputs": ["run", program, *size, "--output", place],
        "trace": [
            "bench",
            program,
            *size,
            "--time",
            "0.01",
            "--trace",
            place / "trace.json",
        ],
    }


KINDS = ("so", "obj", "text", "stages", "outputs", "trace")


def files_in(place):
    return [file for file in place.rglob("*") if file.is_file()]


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_leaves_nothing(model, program, tmp_path, kind):
    """A limit on the size of files fails where a full disk would."""
    place = tmp_path / "place"
    place.mkdir()
    words = outputs(model, program, place)[kind]
    line = refused(*words, preexec_fn=limited)
    # Linking is done in a file in memory, to which the limit applies.
    start = "no memory for linking" if kind in ("so", "obj") else str(place)
    assert line.startswith(start) and line.endswith("File too large")
    assert all(file.stat().st_size < LIMIT for file in files_in(place))
    assert not [file for file in files_in(place) if file.suffix == ".tmp"]
    assert kind == "stages" or not files_in(place)


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_file_system_leaves_nothing(model, program, tmp_path, kind):
    """A file system of one page, which is taken."""
    place = tmp_path / "place"
    place.mkdir()
    words = [str(word) for word in outputs(model, program, place)[kind]]
    script = (
        'mount -t tmpfs -o size=4k none "$0" || exit 99;'
        'head -c 4096 /dev/zero >"$0/page"; "$@" >/dev/null; status=$?;'
        'find "$0" -type f -not -name page; exit $status'
    )
    unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    done = subprocess.run(
        [*unshare, "sh", "-c", script, place, OPC, *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode not in (0, 1, 2, 3):
        pytest.skip("no file system may be mounted here")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"opc: error: {place}")
    assert "No space left on device" in line
    assert done.returncode == 1 and done.stdout == ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_place_that_cannot_be_written_is_named(model, program, kind):
    line = refused(*outputs(model, program, pathlib.Path("/proc/none"))[kind])
    assert line.startswith("/proc/none")


def test_saving_to_a_full_disk_leaves_nothing(model, tmp_path):
    script = """
import resource, sys, opc
m = opc.compile(sys.argv[1], cache=False)
resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
try:
    m.save(sys.argv[2])
except opc.InputError as error:
    print(error)
"""
    file = tmp_path / "m.so"
    done = subprocess.run(
        [sys.executable, "-c", script, model, file],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "no memory for linking: File too large\n"
    assert not list(tmp_path.iterdir())


def test_a_cache_that_cannot_be_written_is_done_without(model, tmp_path):
    none = (
        "the cache is not used: '/proc/none' is no folder and none can be made"
    )
    said = {str(tmp_path): [], "/proc/none": [f"opc: warning: {none}"]}
    for place, warnings in said.items():
        status, lines = run(
            "run",
            model,
            "--dim",
            "x_0=2",
            "--dim",
            "x_1=2",
            preexec_fn=limited,
            env={**os.environ, "OPC_CACHE_DIR": place},
        )
        assert (status, lines) == (0, warnings)
    assert not list(tmp_path.iterdir())


def test_a_full_standard_output_is_an_error(program):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [OPC, "inspect", program, "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "opc: error: standard output cannot be written\n"


# Interrupted.


def interrupted(words, after, place, which=signal.SIGINT):
    """Exit code as a shell has it, and files left; it ends within a minute."""
    process = subprocess.Popen(
        [OPC, *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # What a shell starts in the background ignores interrupts.
        preexec_fn=lambda: signal.signal(which, signal.SIG_DFL),
    )
    time.sleep(after)
    process.send_signal(which)
    status = process.wait(60)
    return 128 - status if status < 0 else status, files_in(place)


@pytest.mark.parametrize("after", [0.05, 0.3, 1.0])
@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_compilation(long_model, tmp_path, after, which):
    words = ["compile", long_model, "-o", tmp_path / "m.so", "--no-cache"]
    assert interrupted(words, after, tmp_path, which) == (128 + which, [])


@pytest.mark.parametrize("command", ["run", "bench"])
def test_an_interrupted_run_of_a_model(long_model, tmp_path, command):
    words = [command, long_model, "--no-cache"]
    if command == "run":
        words += ["--output", tmp_path]
    assert interrupted(words, 0.3, tmp_path) == (130, [])


def test_an_interrupted_measurement(program, tmp_path):
    words = ["bench", program, "--dim", "x_0=999", "--dim", "x_1=999"]
    words += ["--time", "60", "--trace", tmp_path / "trace.json"]
    assert interrupted(words, 0.5, tmp_path) == (130, [])


# Several at once.


def test_several_processes_share_one_cache(model, tmp_path):
    """They compile the same and different programs, while entries are damaged."""
    environment = {**os.environ, "OPC_CACHE_DIR": str(tmp_path)}
    words = [OPC, "run", model, "--dim", "x_0=2", "--json"]

    def start(number):
        extent = ["--dim", f"x_1={1 + number % 3}"]
        return subprocess.Popen(
            [*words, *extent],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    for _ in range(2):
        processes = [start(number) for number in range(9)]
        time.sleep(0.2)
        for entry in tmp_path.glob("*.so"):
            # In place, it would be taken away from whom it is mapped by.
            # Who finds it damaged already removes it.
            with contextlib.suppress(FileNotFoundError):
                damaged = entry.with_suffix(".damaged")
                damaged.write_bytes(entry.read_bytes()[:500])
                damaged.replace(entry)
        for number, process in enumerate(processes):
            said, errors = process.communicate(timeout=60)
            assert (process.returncode, errors) == (0, "")
            (output,) = json.loads(said)["outputs"]
            assert output["shape"] == [2, 1 + number % 3]
    left = list(tmp_path.iterdir())
    assert 0 < len(left) <= 3
    assert {file.suffix for file in left} == {".so"}


# What users mistake for a model.


@pytest.mark.parametrize(
    "start, what",
    [
        (b"", "is empty"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        (b"\x93NUMPY\x01\x00", "an array of numpy"),
        (b"PK\x03\x04", "zip"),
        (b"\x7fELF", "a compiled program"),
        (b"<!DOCTYPE html>", "a web page"),
        (b"\x08\x07garbage", "truncated, corrupt"),
    ],
)
def test_other_files_are_named(tmp_path, start, what):
    file = tmp_path / "m.onnx"
    file.write_bytes(start)
    line = refused("compile", file, "-o", tmp_path / "m.so")
    assert line.startswith(f"{file}: ") and what in line


def test_devices_are_no_models(tmp_path):
    for device in ("/dev/zero", "/dev/null", "/dev/full"):
        line = refused("compile", device, "-o", tmp_path / "m.so")
        assert line == f"{device}: is no regular file"


def test_external_data_in_a_device_is_refused(tmp_path):
    """With the cache on, whose key reads the file first."""
    weight = onnx.TensorProto(name="w", dims=[2], data_type=1)
    weight.data_location = onnx.TensorProto.EXTERNAL
    up = "../" * len(tmp_path.parts)
    weight.external_data.add(key="location", value=f"{up}dev/zero")
    node = helper.make_node("Add", ["x", "w"], ["y"])
    proto = graph_model([node], {"x": normal(2)}, ["y"])
    proto.graph.initializer.append(weight)
    file = tmp_path / "m.onnx"
    file.write_bytes(proto.SerializeToString())
    environment = {**os.environ, "OPC_CACHE_DIR": str(tmp_path / "cache")}
    line = refused("compile", file, "-o", tmp_path / "m.so", env=environment)
    assert "is not a path below the model's folder" in line


def test_a_file_and_dim_that_disagree(program, tmp_path):
    np.save(tmp_path / "x.npy", normal(2, 3))
    line = refused(
        "run", program, "--dim", "x_0=5", "--input", f"x={tmp_path}/x.npy"
    )
    assert line.endswith("x.npy: extent 2 of 'x_0', which --dim says is 5")


def test_a_model_may_come_through_a_pipe(model):
    script = f'"{OPC}" run <(cat "{model}") --dim x_0=2 --dim x_1=3'
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("y: f32[2, 3]")


def test_made_up_inputs_differ(tmp_path):
    """The difference of two random inputs of one size is not all 0."""
    node = helper.make_node("Sub", ["a", "b"], ["y"])
    feeds = {"a": normal(3, 4), "b": normal(3, 4)}
    onnx.save(graph_model([node], feeds, ["y"]), tmp_path / "model.onnx")
    assert run("run", "model.onnx", "--output", "out", folder=tmp_path)[0] == 0
    assert np.unique(np.load(tmp_path / "out/y.npy")).size == 12
