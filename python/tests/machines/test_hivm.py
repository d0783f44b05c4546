"""Kernels as text of HIVM: that its own tool takes them, lowers them, and what they compute.

bishengir-opt lowers HIVM's ops to dialects that LLVM has too; LLVM makes code of these
for the processor at hand, which runs what each vector core would.
"""

import ctypes
import math
import re
import subprocess
import sys

import numpy as np
import onnx
import pytest
from support import BUILD, ROOT, graph_model

sys.path.insert(0, str(ROOT / "scripts"))
import get_bishengir
from operator_classes import node, values

LLVM = "/usr/lib/llvm-22/bin"
CORES = 3
F4 = np.float32
# Which core it is, of how many; HIVM's lowering has no form of the question.
CORE_C = """
static long long core, cores = 1;
long long opc_core(void) { return core; }
long long opc_cores(void) { return cores; }
void opc_choose(long long at, long long of) { core = at, cores = of; }
"""
TO_LLVM = """--convert-scf-to-cf --expand-strided-metadata --lower-affine
    --convert-math-to-libm --convert-arith-to-llvm --finalize-memref-to-llvm
    --convert-func-to-llvm --convert-cf-to-llvm --reconcile-unrealized-casts"""


def normalised(x, mean, epsilon=1e-5):
    x = x.astype(np.float64)
    x = x - x.mean(-1, keepdims=True) if mean else x
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon)


def softmax(x):
    powers = np.exp(x.astype(np.float64) - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def erf(x):
    return np.vectorize(math.erf)(x.astype(np.float64))


# Nodes, extents of inputs, and what numpy makes of them: in f64, but for sums of
# columns, which both add up one row after the other.
KERNELS = {
    "binary": ([node("Mul", "x y", "z")], "mn mn", lambda x, y: x * y),
    "unary": ([node("Exp", "x", "z")], "mn", lambda x: np.exp(x * 1.0)),
    "tanh": ([node("Tanh", "x", "z")], "mn", lambda x: np.tanh(x * 1.0)),
    "erf": ([node("Erf", "x", "z")], "mn", erf),
    "broadcast_chain": (
        [node("Add", "x y", "s"), node("Max", "s w", "z")],
        "mn n mn",
        lambda x, y, w: np.maximum(x + y, w),
    ),
    "row_sum": (
        [node("ReduceSum", "x rows", "z", keepdims=0)],
        "mn",
        lambda x: x.astype(np.float64).sum(1),
    ),
    "row_maximum": (
        [node("ReduceMax", "x rows", "z", keepdims=1)],
        "mn",
        lambda x: x.max(1, keepdims=True),
    ),
    "column_sum": (
        [node("ReduceSum", "x columns", "z", keepdims=0)],
        "mn",
        lambda x: x.sum(0),
    ),
    "column_minimum": (
        [node("ReduceMin", "x columns", "z", keepdims=0)],
        "mn",
        lambda x: x.min(0),
    ),
    "softmax": ([node("Softmax", "x", "z", axis=-1)], "mn", softmax),
    "layer_norm": (
        [node("LayerNormalization", "x y w", "z", axis=-1)],
        "mn n n",
        lambda x, y, w: normalised(x, True) * y + w,
    ),
    "rms_norm": (
        [node("RMSNormalization", "x y", "z", axis=-1)],
        "mn n",
        lambda x, y: normalised(x, False) * y,
    ),
}
AXES = {"rows": np.array([1]), "columns": np.array([0])}


def source(model, folder):
    onnx.save(model, folder / "model.onnx")
    command = [BUILD / "bin/opc", "compile", folder / "model.onnx", "--target"]
    command += ["hivm:910b", "--emit", "source", "-o", folder / "source"]
    subprocess.run([*command, "--no-cache"], check=True)
    return folder / "source/kernels.hivm.mlir"


def model_of(nodes, feeds):
    used = {name for one in nodes for name in one.input}
    inside = {name: axis for name, axis in AXES.items() if name in used}
    return graph_model(nodes, feeds, ["z"], inside, 23)


def feeds_of(extents, m, n):
    sizes = {"m": m, "n": n}
    shapes = [[sizes[axis] for axis in shape] for shape in extents.split()]
    return {
        name: values(*shape, dtype=F4, seed=number, scale=2)
        for number, (name, shape) in enumerate(zip("xyw", shapes, strict=False))
    }


@pytest.fixture(scope="module")
def bishengir():
    program = get_bishengir.path()
    if not program.exists():
        pytest.skip("no bishengir-opt; scripts/get_bishengir.py fetches it")
    return program


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:2000]
    return done.stdout


def linked(text, folder, bishengir):
    """The kernels as a library of this processor."""
    for what in ("idx", "num"):
        name = {"idx": "core", "num": "cores"}[what]
        text = text.replace(
            f"hivm.hir.get_block_{what} -> i64",
            f"func.call @opc_{name}() : () -> i64",
        )
    declared = "".join(
        f"\n  func.func private @opc_{name}() -> i64"
        for name in ("core", "cores")
    )
    text = re.sub(r"(?m)^(module .*)$", r"\1" + declared, text)
    (folder / "hivm.mlir").write_text(text)
    lowered = run(
        [bishengir, folder / "hivm.mlir"]
        + ["-execution-engine-convert-hivm-to-upstream"]
        + ["-one-shot-bufferize", "-convert-linalg-to-loops"]
    )
    plain = re.sub(r" attributes \{hacc[^{}]*\}", "", lowered)
    (folder / "plain.mlir").write_text(plain)
    llvm = folder / "llvm.mlir"
    run(
        [f"{LLVM}/mlir-opt", folder / "plain.mlir", "-o", llvm]
        + TO_LLVM.split()
    )
    run(
        [f"{LLVM}/mlir-translate", "--mlir-to-llvmir", llvm]
        + ["-o", folder / "kernels.ll"]
    )
    (folder / "core.c").write_text(CORE_C)
    library = folder / "kernels.so"
    run(
        [f"{LLVM}/clang", "-w", "-O1", "-ffp-contract=off", "-shared", "-fPIC"]
        + [folder / "kernels.ll", folder / "core.c", "-o", library, "-lm"]
    )
    return ctypes.CDLL(library)


def memory(array):
    """A memref of one axis, as its five words."""
    at = ctypes.c_void_p(array.ctypes.data)
    words = [ctypes.c_int64(word) for word in (0, array.size, 1)]
    return [at, at, *words]


def launched(library, name, arrays, symbols):
    words = memory(np.zeros(4, np.int64))
    for array in arrays:
        words += memory(array)
    words += [ctypes.c_int64(number) for number in (*symbols, arrays[-1].size)]
    for core in range(CORES):
        library.opc_choose(ctypes.c_int64(core), ctypes.c_int64(CORES))
        getattr(library, name)(*words)


def ulps(got, expected):
    """Errors in units of the last place of the largest number of a row."""
    scale = np.abs(expected).max(-1, keepdims=True).astype(F4)
    return (np.abs(got - expected) / np.spacing(scale)).max()


@pytest.mark.parametrize("size", [(37, 129), (1, 1), (130, 515)])
@pytest.mark.parametrize("name", KERNELS)
def test_vector_kernels_compute_what_numpy_does(
    name, size, tmp_path, bishengir
):
    nodes, extents, oracle = KERNELS[name]
    feeds = feeds_of(extents, *size)
    text = source(model_of(nodes, feeds), tmp_path).read_text()
    (kernel,) = re.findall(r"func.func @(\w+)\(", text)
    # One number is no tile.
    assert size == (1, 1) or "hivm.hir.load" in text
    expected = oracle(*feeds.values())
    got = np.full(expected.shape, np.nan, F4)
    library = linked(text, tmp_path, bishengir)
    launched(library, kernel, [*feeds.values(), got], [])
    assert ulps(got, expected) <= 2


def test_casts_are_accepted(tmp_path, bishengir):
    """Its lowering has no form of them, so that nothing is executed."""
    nodes = [node("Cast", "x", "z", to=onnx.TensorProto.FLOAT16)]
    path = source(model_of(nodes, feeds_of("mn", 37, 129)), tmp_path)
    assert "hivm.hir.vcast" in path.read_text()
    run([bishengir, path])


def test_maximum_of_nan_is_nan(tmp_path, bishengir):
    feeds = feeds_of("mn", 37, 129)
    feeds["x"][3, 128] = feeds["x"][5, 7] = np.nan
    nodes, _, oracle = KERNELS["row_maximum"]
    text = source(model_of(nodes, feeds), tmp_path).read_text()
    (kernel,) = re.findall(r"func.func @(\w+)\(", text)
    got = np.zeros((37, 1), F4)
    library = linked(text, tmp_path, bishengir)
    launched(library, kernel, [feeds["x"], got], [])
    np.testing.assert_array_equal(got, oracle(feeds["x"]))
