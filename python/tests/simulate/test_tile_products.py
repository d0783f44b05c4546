"""Products of matrices on cores with memories of their own, built for the simulating
headers and run by the program that they were emitted with. Whole numbers: each sum is
exact in any order, and known from arithmetic on integers."""

import os
import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import helper
from support import BUILD, ROOT, graph_model

MODES = ("immediate", "deferred", "delayed")  # the last one takes its time
# Many cores of a busy machine wait for one thread that copies late.
PATIENCE = {"OPCSIM_DEADLOCK_SECONDS": 120}
# Runs in a process of its own, which says what a simulation saw and ends with that.
RUN = """
import sys, numpy as np, opc
program = opc.load(sys.argv[1])
for folder in sys.argv[2:]:
    for number, got in enumerate(program.run(dict(np.load(f"{folder}/feeds.npz")))):
        np.save(f"{folder}/{number}.npy", got)
"""


def whole(*shape, dtype, seed=0):
    random = np.random.default_rng([seed, *shape])
    return random.integers(-4, 5, shape).astype(dtype)


def node(op, inputs, output, **attributes):
    return helper.make_node(op, inputs.split(), [output], **attributes)


def exact(a, b):
    return a.astype(np.int64) @ b.astype(np.int64)


def known_sizes(dtype):
    """Nodes, feeds and what comes out, where all extents are in the model."""

    def made(*shape):
        return whole(*shape, dtype=dtype)

    feeds = {
        "a": made(37, 70), "b": made(70, 129), "bias": made(129),
        "at": made(70, 37), "bt": made(129, 70),
        "many": made(3, 5, 11, 6), "each": made(5, 6, 7), "wide": made(3, 1, 11, 7),
        "square": made(70, 70),
        "row": made(1, 130), "long": made(2, 9000), "deep": made(9000, 16),
        "column": made(70, 1), "flat": made(4, 9, 70), "by_row": made(9, 1),
        "empty": made(5, 0), "void": made(0, 7), "none": made(0, 70),
        "one": made(1, 1),
    }  # fmt: skip
    f = {name: value.astype(np.int64) for name, value in feeds.items()}
    nodes = [
        node("Gemm", "a b bias", "plain_sum"),
        node("Relu", "plain_sum", "plain"),
        node("Gemm", "at bt bias", "turned", transA=1, transB=1),
        node("MatMul", "many each", "batch_product"),
        node("Sub", "wide batch_product", "batch"),
        node("MatMul", "a square", "own_product"),
        node("Add", "own_product a", "own"),
        node("MatMul", "long deep", "large"),
        node("MatMul", "a column", "vector"),
        node("MatMul", "flat b", "flat_product"),
        node("Mul", "flat_product by_row", "by_rows"),
        node("MatMul", "empty void", "nothing_product"),
        node("Add", "nothing_product one", "nothing"),
        node("MatMul", "none b", "no_rows"),
        node("MatMul", "one row", "outer"),
    ]
    expected = {
        "plain": np.maximum(exact(f["a"], f["b"]) + f["bias"], 0),
        "turned": exact(f["at"].T, f["bt"].T) + f["bias"],
        "batch": f["wide"] - exact(f["many"], f["each"]),
        "own": exact(f["a"], f["square"]) + f["a"],
        "large": exact(f["long"], f["deep"]),
        "vector": exact(f["a"], f["column"]),
        "by_rows": exact(f["flat"], f["b"]) * f["by_row"],
        "nothing": np.zeros((5, 7), np.int64) + f["one"],
        "no_rows": np.zeros((0, 129), np.int64),
        "outer": f["one"] * f["row"],
    }
    return nodes, feeds, expected


# Extents (m, k, n) that one program meets, all of them known only as it runs.
RUNS = [(37, 70, 41), (1, 1, 1), (5, 0, 7), (0, 3, 4), (1, 130, 9), (65, 17, 1)]


def unknown_sizes(dtype, m, k, n):
    feeds = {
        "x": whole(m, k, dtype=dtype),
        "y": whole(k, n, dtype=dtype, seed=1),
        "z": whole(n, k, dtype=dtype, seed=2),
        "r": whole(m, n, dtype=dtype, seed=3),
    }
    nodes = [
        node("MatMul", "x y", "xy"),
        node("Add", "xy r", "sum"),
        node("Gemm", "x z", "xz", transB=1),
    ]
    expected = {
        "sum": exact(feeds["x"], feeds["y"]) + feeds["r"],
        "xz": exact(feeds["x"], feeds["z"].T),
    }
    return nodes, feeds, expected


def run(command, **variables):
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {key: str(value) for key, value in variables.items()},
    )
    assert done.returncode == 0, done.stderr
    return done


def built(model, target, folder):
    """The folder of source that a target gives, built for its simulation."""
    onnx.save(model, folder / "model.onnx")
    source = folder / "source"
    command = [BUILD / "bin/opc", "compile", folder / "model.onnx"]
    run([*command, "--target", target, "--emit", "source", "-o", source])
    (folder / "opc").mkdir()
    (folder / "opc/bin").symlink_to(BUILD / "bin")
    (folder / "opc/include").symlink_to(ROOT / "include")
    run(["make", "-C", source, "simulate", f"OPC={folder / 'opc'}"])
    return source


def check(source, cases, folder, mode):
    """Runs all cases in one process; `cases` are feeds and what comes out."""
    folders = []
    for number, (feeds, _) in enumerate(cases):
        folders.append(folder / f"{mode}{number}")
        folders[-1].mkdir()
        np.savez(folders[-1] / "feeds.npz", **feeds)
    command = [sys.executable, "-c", RUN, source / "program.so", *folders]
    run(command, OPC_DEVICE_PATH=source, OPCSIM_MODE=mode, **PATIENCE)
    for place, (_, expected) in zip(folders, cases, strict=True):
        for number, (name, exact_value) in enumerate(expected.items()):
            got = np.load(place / f"{number}.npy")
            message = f"{name} {place.name}"
            np.testing.assert_array_equal(got, exact_value, err_msg=message)


@pytest.mark.parametrize(
    ("target", "dtype"),
    [("sunway:sw26010", "f4"), ("sunway:sw26010-pro", "f8")],
)
def test_known_sizes(target, dtype, tmp_path):
    nodes, feeds, expected = known_sizes(dtype)
    source = built(graph_model(nodes, feeds, list(expected)), target, tmp_path)
    for mode in MODES[:2]:
        check(source, [(feeds, expected)], tmp_path, mode)


def test_sizes_that_the_run_knows(tmp_path):
    nodes, feeds, expected = unknown_sizes("f4", *RUNS[0])
    model = graph_model(nodes, feeds, list(expected), symbolic=True)
    extents = {"x": "mk", "y": "kn", "z": "nk", "r": "mn"}
    for value in model.graph.input:
        dims = value.type.tensor_type.shape.dim
        for dim, name in zip(dims, extents[value.name], strict=True):
            dim.dim_param = name
    source = built(model, "sunway", tmp_path)
    cases = [unknown_sizes("f4", *sizes)[1:] for sizes in RUNS]
    for mode in MODES:
        check(source, cases, tmp_path, mode)
