"""Programs that hold their model: how they are used, and where they refuse to run."""

import json
import re
import subprocess

import numpy as np
import opc
import pytest
import qemu
from onnx import helper
from support import BUILD, expected_outputs, graph_model, normal

OPC = BUILD / "bin/opc"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """y = x @ w + x of any number of rows."""
    w = normal(5, 5, seed=1)
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["p"]),
        helper.make_node("Add", ["p", "x"], ["y"]),
    ]
    made = graph_model(nodes, {"x": normal(3, 5)}, ["y"], {"w": w})
    made.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "rows"
    file = tmp_path_factory.mktemp("model") / "model.onnx"
    file.write_bytes(made.SerializeToString())
    return file, w


def compiled(model, folder, target, emit="exe"):
    made = folder / f"{target.replace(':', '-')}.{emit}"
    command = [OPC, "compile", model[0], "-o", made]
    command += ["--emit", emit, "--target", target]
    subprocess.run(command, check=True)
    return made


def run(*words):
    return subprocess.run([*map(str, words)], capture_output=True, text=True)


@pytest.fixture(scope="module")
def program(model, tmp_path_factory):
    return compiled(model, tmp_path_factory.mktemp("exe"), "cpu")


def test_results_are_those_of_the_library(model, program, tmp_path):
    x = normal(7, 5, seed=2)
    np.save(tmp_path / "x.npy", x)
    words = ["--input", f"x={tmp_path / 'x.npy'}", "--threads", "2", "--json"]
    done = run(program, *words, "--output", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    (told,) = json.loads(done.stdout)["outputs"]
    assert told["shape"] == [7, 5]
    (expected,) = opc.compile(model[0], cache=False).run([x])
    np.testing.assert_array_equal(np.load(told["file"]), expected)
    np.testing.assert_allclose(expected, x @ model[1] + x, rtol=1e-5, atol=1e-5)


def test_help_says_what_the_model_is(program):
    done = run(program, "--help")
    assert done.returncode == 0
    assert "x: f32[rows, 5]" in done.stdout and "--input" in done.stdout


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--inptu", "x=a.npy"], 2, "did you mean '--input'"),
        (["--input", "z=zeros"], 1, "there is no input 'z'"),
        (["--input", "x=none.npy"], 1, "none.npy"),
        ([], 1, "--dim rows=N"),
        (["extra"], 2, "unexpected argument 'extra'"),
    ],
)
def test_mistakes_are_one_line(program, words, status, said):
    done = run(program, *words)
    assert done.returncode == status
    (line,) = done.stderr.splitlines()
    assert line.startswith("opc: error: ") and said in line


def test_what_was_not_executable_is(model, tmp_path):
    (tmp_path / "cpu.exe").touch(0o640)
    assert compiled(model, tmp_path, "cpu").stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_acosh_is_defined_from_1_on(tmp_path, dtype):
    x = np.array([-1e5, -1756884.9, -2, 0.5, 1, 2, 1e4], np.float64)
    x = np.clip(x, -6e4, 6e4).astype(dtype)
    node = helper.make_node("Acosh", ["x"], ["y"])
    file = tmp_path / "acosh.onnx"
    file.write_bytes(graph_model([node], {"x": x}, ["y"]).SerializeToString())
    np.save(tmp_path / "x.npy", x)
    words = ["--input", f"x={tmp_path / 'x.npy'}", "--output", tmp_path / "out"]
    assert run(compiled((file,), tmp_path, "cpu"), *words).returncode == 0
    with np.errstate(invalid="ignore"):
        expected = np.arccosh(x)
    y = np.load(tmp_path / "out/y.npy")
    np.testing.assert_allclose(y, expected, rtol=2 * np.finfo(dtype).eps)


def test_it_can_be_inspected(program):
    told = opc.inspect(str(program))
    assert [each["name"] for each in told["inputs"]] == ["x"]


@pytest.mark.parametrize(
    ("chip", "processor"),
    [
        ("kunpeng-920", "AArch64"),
        ("riscv64-v128", "RISC-V"),
        ("loongson-3a6000", "LoongArch"),
    ],
)
def test_libraries_of_other_processors_are_refused(
    model, tmp_path, chip, processor
):
    made = compiled(model, tmp_path, f"cpu:{chip}", "so")
    done = run(OPC, "run", made)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"compiled for {processor}, which this machine is not" in line
    told = opc.inspect(str(made))
    assert told["machine"] == processor and not told["runs_here"]


@pytest.mark.parametrize(
    ("chip", "command", "lacks"),
    [
        ("aarch64-sve-256", "qemu-aarch64 -cpu cortex-a72", "sve"),
        ("aarch64-sve-512", "qemu-aarch64 -cpu neoverse-v1", "sve-512-bits"),
        ("kunpeng-920", "qemu-aarch64 -cpu cortex-a53", "dotprod"),
        ("riscv64-v128", "qemu-riscv64 -cpu rv64,v=false", "v"),
        ("riscv64-v256", "qemu-riscv64 -cpu rv64,v=true,vlen=128", "zvl256b"),
        ("loongson-3a6000", "qemu-loongarch64 -cpu la464,lasx=off", "lasx"),
        (
            "loongarch64-lsx",
            "qemu-loongarch64 -cpu la464,lsx=off,lasx=off",
            "lsx",
        ),
    ],
)
def test_what_a_processor_lacks_is_named(model, tmp_path, chip, command, lacks):
    if why := qemu.missing(chip):
        pytest.skip(why)
    made = compiled(model, tmp_path, f"cpu:{chip}")
    done = run(*command.split(), made, "--dim", "rows=3")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert re.search(f"'{lacks}' is missing on this machine", line)


@pytest.mark.parametrize("change", ["a byte", "the end"])
def test_a_damaged_program_is_refused(program, tmp_path, change):
    whole = bytearray(program.read_bytes())
    if change == "a byte":
        at = whole.index(normal(5, 5, seed=1).tobytes()[:8])
        whole[at] ^= 1
    else:
        del whole[-100:]
    damaged = tmp_path / "damaged"
    damaged.write_bytes(whole)
    damaged.chmod(0o755)
    done = run(damaged, "--dim", "rows=3")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "damaged" in line or "truncated" in line


@pytest.mark.parametrize("chip", [None, "kunpeng-920", "loongson-3a6000"])
def test_threads_have_room(tmp_path, chip):
    """Kernels of recurrent layers keep a quarter of a megabyte on their stack."""
    if chip and (why := qemu.missing(chip)):
        pytest.skip(why)
    hidden, features, batch = 1200, 3, 16
    weights = {
        "w": normal(2, 3 * hidden, features, seed=1) * 0.1,
        "r": normal(2, 3 * hidden, hidden, seed=2) * 0.02,
    }
    node = helper.make_node(
        "GRU",
        ["x", "w", "r"],
        ["y"],
        hidden_size=hidden,
        direction="bidirectional",
    )
    x = normal(2, batch, features)
    made = graph_model([node], {"x": x}, ["y"], weights)
    file = tmp_path / "gru.onnx"
    file.write_bytes(made.SerializeToString())
    target = f"cpu:{chip}" if chip else "cpu"
    program = compiled((file,), tmp_path, target)
    np.save(tmp_path / "x.npy", x)
    command = qemu.COMMANDS[chip].split() if chip else []
    words = ["--input", f"x={tmp_path / 'x.npy'}", "--output", tmp_path / "out"]
    done = run(*command, program, *words, "--threads", "3")
    assert (done.returncode, done.stderr) == (0, "")
    y = np.load(tmp_path / "out/y.npy")
    (expected,) = expected_outputs(made, {"x": x})
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)


def test_where_no_runtime_is_that_is_said(model, tmp_path):
    """As in an installation without the runtimes."""
    for part in ("bin/opc", "lib/libopc.so", "lib/libopc_runtime.so.0"):
        copy = tmp_path / part
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes((BUILD / part).resolve().read_bytes())
        copy.chmod(0o755)
    words = ["compile", model[0], "-o", tmp_path / "model", "--emit", "exe"]
    done = run(
        "env",
        f"LD_LIBRARY_PATH={tmp_path / 'lib'}",
        tmp_path / "bin/opc",
        *words,
    )
    assert done.returncode == 1, done
    assert "has no runtime for x86_64 to link with" in done.stderr
    assert not (tmp_path / "model").exists()
