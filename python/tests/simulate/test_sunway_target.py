"""Kernels of Sunway's cores: rows as tiles, with extents of the run, rows longer than a
core's memory, and copies that come late or in any order. Beside our own machine code."""

import os
import re
import subprocess
import sys

import numpy as np
import onnx
import opc
import pytest
from machines.device_evidence import prefixed, renamed
from machines.operator_classes import CLASSES, PARAMETERS, parts
from simulated import FAULT_EXIT
from support import BUILD, ROOT, graph_model

FLOAT = np.dtype("f4")
PLAIN = "cpu:x86-64-v3"
MODES = ("immediate", "deferred", "delayed")
CHIPS = ("sunway:sw26010", "sunway:sw26010-pro")
# Those that are tiles, and what may differ: sums over rows that are walked over in
# several tiles are added up in another order.
TILES = {
    "binary": 0,
    "unary": 0,
    "broadcast_chain": 0,
    "cast": 0,
    "row_reduction": 2e-6,
    "column_reduction": 2e-6,
    "softmax": 2e-6,
    "layer_norm": 4e-6,
    "rms_norm": 2e-6,
}
# The last has rows of 120 KB: more than the SW26010 has for a tile.
SIZES = [(37, 129), (1, 1), (0, 7), (5, 0), (2, 30000)]
# Runs in a process of its own, which says what a simulation saw and ends with that.
RUN = """
import sys, numpy as np, opc
program = opc.load(sys.argv[1])
for at, path in enumerate(sys.argv[3:]):
    np.savez(f"{sys.argv[2]}/{at}.npz", *program.run(dict(np.load(path))))
"""


def together(size):
    """All classes in one model: what is in it, and its inputs of a size."""
    inside, feeds = {}, {}
    for name in TILES:
        weights, given = parts(CLASSES[name].feeds(*size, FLOAT), PARAMETERS)
        inside |= renamed(weights, name)
        feeds |= renamed(given, name)
    return inside, feeds


def model_and_outputs():
    nodes, outputs = [], []
    for name in TILES:
        nodes += [prefixed(node, name) for node in CLASSES[name].nodes]
        outputs += [f"{name}_{output}" for output in CLASSES[name].outputs]
    inside, feeds = together(SIZES[0])
    model = graph_model(nodes, feeds, outputs, inside, 23)
    names = dict(zip(SIZES[0], ("m", "n"), strict=True))
    for value in model.graph.input:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_value in names:
                dim.dim_param = names[dim.dim_value]
    del model.graph.value_info[:]
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    return onnx.shape_inference.infer_shapes(model), outputs


def run(command, **variables):
    return subprocess.run(
        [str(word) for word in command],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {key: str(value) for key, value in variables.items()},
    )


def simulate(folder, tmp_path):
    """Builds the folder's plug-in as its Makefile says."""
    installed = tmp_path / "opc"
    installed.mkdir(exist_ok=True)
    for name, where in (("bin", BUILD / "bin"), ("include", ROOT / "include")):
        if not (installed / name).exists():
            (installed / name).symlink_to(where)
    done = run(["make", "-B", "-C", folder, "simulate", f"OPC={installed}"])
    if "there is none on PATH" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module", params=CHIPS)
def built(request, tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("sunway")
    model, outputs = model_and_outputs()
    onnx.save(model, tmp_path / "model.onnx")
    folder = tmp_path / "source"
    command = [BUILD / "bin/opc", "compile", tmp_path / "model.onnx"]
    command += ["--target", request.param, "--emit", "source", "--explain"]
    done = run([*command, "-o", folder])
    assert done.returncode == 0, done.stderr
    simulate(folder, tmp_path)
    return folder, model, outputs, done.stderr


def feeds_as_files(tmp_path):
    paths = []
    for at, size in enumerate(SIZES):
        paths.append(tmp_path / f"feeds{at}.npz")
        np.savez(paths[-1], **together(size)[1])
    return paths


@pytest.mark.parametrize("mode", MODES)
def test_all_sizes(built, mode, tmp_path):
    folder, model, outputs, _ = built
    paths = feeds_as_files(tmp_path)
    command = [sys.executable, "-c", RUN, folder / "program.so", tmp_path]
    done = run([*command, *paths], OPC_DEVICE_PATH=folder, OPCSIM_MODE=mode)
    assert done.returncode == 0, done.stderr
    native = opc.compile(model, PLAIN, cache=False)
    for at, path in enumerate(paths):
        expected = native.run(dict(np.load(path)))
        got = np.load(tmp_path / f"{at}.npz")
        for place, (name, other) in enumerate(
            zip(outputs, expected, strict=True)
        ):
            most = TILES[max(k for k in TILES if name.startswith(k + "_"))]
            np.testing.assert_allclose(
                got[f"arr_{place}"],
                other,
                rtol=most,
                atol=most,
                err_msg=f"{name} of {SIZES[at]}",
                strict=True,
            )


def test_every_class_is_tiles_and_says_why(built):
    explained = built[3]
    schedules = re.findall(r"kernel @(\S+) .*: schedule (\S+)", explained)
    # Integers, and what the host knows.
    plain = {
        name.split("_")[0] for name, kind in schedules if kind != "tile-rows"
    }
    assert len(schedules) >= len(TILES) and plain <= {"cast", "extents"}
    tiles = [name for name, kind in schedules if kind == "tile-rows"]
    assert explained.count("two buffers: taken") >= 1
    assert explained.count("limited by ") == len(tiles)


# What a kernel's source loses or gets wrong, and what the simulation calls that.
FAULTS = {
    "no wait for a tile": (r"opc_wait\(copies_\d+\);\n", "", "missing-wait"),
    "a tile of fewer bytes": (
        r"ldm_malloc\((\d+)\); /\* 1 x 128",
        "ldm_malloc(256); /* 1 x 128",
        "out-of-bounds",
    ),
    "a row too many": (
        r"(opc_put\(.*), (\w+) \* 4\);",
        r"\1, (\2 + 4) * 4);",
        "out-of-bounds",
    ),
    "cores in each other's way": (r"= _PEN;", "= _PEN / 2;", "race"),
    "a copy of odd bytes": (
        r"(opc_get\(.*), (\w+) \* 4\);",
        r"\1, \2 * 4 - 2);",
        "misaligned",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_named(fault, tmp_path):
    kind = CLASSES["binary"]
    feeds = kind.feeds(40, 128, FLOAT)
    model = graph_model(kind.nodes, feeds, kind.outputs, {}, 23)
    onnx.save(model, tmp_path / "model.onnx")
    folder = tmp_path / "source"
    command = [BUILD / "bin/opc", "compile", tmp_path / "model.onnx"]
    done = run(
        [*command, "--target", CHIPS[0], "--emit", "source", "-o", folder]
    )
    assert done.returncode == 0, done.stderr
    pattern, instead, expected = FAULTS[fault]
    source = folder / "kernels_slave.c"
    head, mark, kernel = source.read_text().partition("void SLAVE_FUN")
    broken, count = re.subn(pattern, instead, kernel)
    assert count > 0, kernel
    source.write_text(head + mark + broken)
    simulate(folder, tmp_path)
    np.savez(tmp_path / "feeds.npz", **feeds)
    command = [sys.executable, "-c", RUN, folder / "program.so", tmp_path]
    done = run(
        [*command, tmp_path / "feeds.npz"],
        OPC_DEVICE_PATH=folder,
        OPCSIM_MODE="deferred",
    )
    assert done.returncode == FAULT_EXIT, done.stderr
    assert f"opcsim: {expected}" in done.stderr
