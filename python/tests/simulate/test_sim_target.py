"""Targets named sim:NAME: programs whose kernels run in the simulator of their device,
by every door, beside our own machine code."""

import os
import re
import shutil
import subprocess

import fetch_models
import model_inputs
import numpy as np
import onnx
import opc
import pytest
from machines import device_evidence
from simulated import OPC
from support import onnxruntime_session

# Whose functions are made of sums and products alone, as those of devices are: the
# scaling instruction of wider vectors rounds once less.
PLAIN = "cpu:x86-64-v3"

# Of the two kinds of products, of reductions, and of what is neither.
NAMES = ("gemm", "conv2d", "softmax", "layer_norm", "gather", "top_k")
CLANG = shutil.which("clang++-22") or shutil.which("clang++")
NO_CLANG = (
    "a simulation is compiled by clang++, and there is none on PATH: install "
    "clang 22, or name one in OPC_CLANGXX"
)

needs_clang = pytest.mark.skipif(not CLANG, reason=NO_CLANG)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("OPC_CACHE_DIR", str(tmp_path / "cache"))


def assert_same(got, expected, names):
    for name, one, other in zip(names, got, expected, strict=True):
        np.testing.assert_array_equal(one, other, err_msg=name, strict=True)


@needs_clang
def test_classes_of_operators():
    model, feeds = device_evidence.together(NAMES)
    outputs = [output.name for output in model.graph.output]
    expected = opc.compile(model, PLAIN, cache=False).run(feeds)
    compiled = opc.compile(model, "sim:musa")
    for _ in range(2):
        assert_same(compiled.run(feeds), expected, outputs)


@needs_clang
def test_network():
    """Beside onnxruntime; and beside the same schedules on another device."""
    try:
        file = fetch_models.path("magika")
    except fetch_models.Unavailable as error:
        pytest.skip(str(error))
    feeds = model_inputs.inputs("magika")[0]
    (got,) = opc.compile(file, "sim:cuda").run(feeds)
    (expected,) = onnxruntime_session(str(file)).run(None, feeds)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-4)
    assert_same([got], opc.compile(file, "opencl:gpu").run(feeds), ["label"])


def spying_compiler(folder, edit=":"):
    """A clang++ that writes a line for each compilation; `edit` may change $1, the
    folder of the kernels, before."""
    file = folder / "spying-clang++"
    file.write_text(f"""#!/bin/sh
edit() {{ {edit}; }}
for word in "$@"; do
  case "$word" in -iquote*) echo "$word" >> {folder}/calls; edit "${{word#-iquote}}" ;; esac
done
exec {CLANG} "$@"
""")
    file.chmod(0o755)
    return file


def command(*words, **variables):
    return subprocess.run(
        [OPC, *words],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {key: str(value) for key, value in variables.items()},
    )


def run_command(program, feeds, folder, *words, **variables):
    """`opc run`, with its outputs in a folder."""
    for name, value in feeds.items():
        np.save(folder / f"{name}.npy", value)
        words += ("--input", f"{name}={folder / name}.npy")
    words = (program, *words, "--output", folder / "outputs")
    return command("run", *words, **variables)


@pytest.fixture
def small(tmp_path):
    model, feeds = device_evidence.together(["softmax"])
    outputs = [output.name for output in model.graph.output]
    file = tmp_path / "small.onnx"
    onnx.save(model, file)
    return file, feeds, outputs


@needs_clang
def test_what_was_compiled_is_kept(small, tmp_path):
    file, feeds, outputs = small
    clang = spying_compiler(tmp_path)
    target = ("--target", "sim:musa:mp_31")
    expected = opc.compile(file, PLAIN, cache=False).run(feeds)
    program = tmp_path / "small.so"

    def check(*words):
        ran = run_command(*words, OPC_CLANGXX=clang)
        assert (ran.returncode, ran.stderr) == (0, "")
        files = [tmp_path / "outputs" / f"{name}.npy" for name in outputs]
        assert_same([np.load(each) for each in files], expected, outputs)
        return len((tmp_path / "calls").read_text().splitlines())

    assert check(file, feeds, tmp_path, *target) == 1
    assert check(file, feeds, tmp_path, *target) == 1
    made = command("compile", file, *target, "-o", program)
    assert made.returncode == 0, made.stderr
    assert check(program, feeds, tmp_path) == 1
    kept = [
        each
        for each in (tmp_path / "cache").glob("*.so")
        if b"opcsim_take_faults" in each.read_bytes()
    ]
    (entry,) = kept
    entry.write_bytes(entry.read_bytes()[:-1])
    assert check(program, feeds, tmp_path) == 2


MIXED = """
func.func @main(%x: tensor<?x37xf32> {opc.name = "x", opc.dims = affine_map<()[s0] -> (s0, 37)>})
    -> (tensor<?x37xf32> {opc.name = "y"}) attributes {opc.symbols = ["n"]} {
  %0 = opc.softmax %x {axis = 1 : i64, opc.target = "sim:hip"} : (tensor<?x37xf32>) -> tensor<?x37xf32>
  %1 = opc.exp %0 {opc.target = "sim:maca"} : (tensor<?x37xf32>) -> tensor<?x37xf32>
  %2 = opc.neg %1 : (tensor<?x37xf32>) -> tensor<?x37xf32>
  %3 = opc.add %2, %0 {opc.target = "sim:hip"} : (tensor<?x37xf32>, tensor<?x37xf32>) -> tensor<?x37xf32>
  return %3 : tensor<?x37xf32>
}
"""


@needs_clang
def test_a_value_of_several_simulators():
    """Each has a memory of its own."""
    feeds = {"x": np.linspace(-3, 3, 5 * 37, dtype="f4").reshape(5, 37)}
    plain = MIXED.replace("sim:hip", PLAIN).replace("sim:maca", PLAIN)
    expected = opc.compile(plain, PLAIN, cache=False).run(feeds)
    assert_same(opc.compile(MIXED, PLAIN).run(feeds), expected, "y")


@needs_clang
def test_a_fault_is_an_error_of_the_run(small, tmp_path):
    file, feeds, _ = small
    clang = spying_compiler(tmp_path, "sed -i '/__syncthreads/d' $1/kernels.*")
    words = (file, feeds, tmp_path, "--target", "sim:cuda")
    # Each of many places of faults costs a symbolizer's start.
    patience = {"OPCSIM_DEADLOCK_SECONDS": 100}
    ran = run_command(*words, OPC_CLANGXX=clang, **patience)
    assert ran.returncode == 1
    (line,) = [
        each
        for each in ran.stderr.splitlines()
        if each.startswith("opc: error: ")
    ]
    where = r"kernel reduce_sub_exp_reduce_0, block .* at .*kernels\.cu:[0-9]+$"
    what = r"\(Softmax\): device 'sim': [0-9]+ faults: uninitialised-read: .*; "
    assert re.search(what + where, line), line
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("sim:musb", "nothing simulates 'musb', did you mean 'musa': 'sim:'"),
        (
            "sim:cpu",
            "nothing simulates 'cpu': 'sim:' stands before one of ascend, cuda",
        ),
        ("sim:opencl", "nothing simulates 'opencl': 'sim:' stands before one"),
        ("sim:musa:mp_99", "target 'sim:musa' has no chip 'mp_99': there are"),
    ],
)
def test_what_is_not_simulated_is_named(target, message, small):
    with pytest.raises(opc.UsageError) as caught:
        opc.compile(small[0], target)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_what_can_be_simulated_is_told():
    listed = opc.targets()["simulated"]
    assert {"cuda", "hip", "maca", "musa"} <= set(listed)
    last = command("targets").stdout.splitlines()[-1]
    assert last.startswith("sim:TARGET[:CHIP]: ")
    assert last.endswith(", ".join(listed))


def test_source_is_that_of_the_device(small, tmp_path):
    words = ("--target", "sim:hip", "--emit", "source", "-o", tmp_path / "out")
    made = command("compile", small[0], *words)
    assert made.returncode == 1
    assert "'sim:hip' has no source form of its own: that is of 'hip'" in (
        made.stderr
    )


def test_without_a_compiler(small, tmp_path):
    words = (*small[:2], tmp_path, "--target", "sim:maca")
    ran = run_command(*words, PATH="", OPC_CLANGXX="")
    assert ran.returncode == 1
    assert ran.stderr == f"opc: error: device 'sim': {NO_CLANG}\n"
