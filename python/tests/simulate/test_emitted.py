"""Source that is emitted for devices, built as its Makefile builds it for the simulating
headers, and run by the program that it was emitted with: every class of operators, beside
our own machine code."""

import os
import subprocess
import sys

import numpy as np
import onnx
import opc
import pytest
from class_model import PLAIN, class_model
from machines.operator_classes import CLASSES
from support import BUILD, ROOT

# A chip of each API: waves of 32, 64 and 128; cores with 64 and 256 KB.
TARGETS = (
    "cuda:sm_80",
    "hip:gfx906",
    "musa:mp_22",
    "maca:xcore1000",
    "sunway:sw26010",
    "sunway:sw26010-pro",
)
# Products larger than caches are only long here.
NAMES = [name for name in CLASSES if not name.startswith("large")]
# Runs in a process of its own, which says what a simulation saw and ends with that.
RUN = """
import sys, numpy as np, opc
feeds = dict(np.load(sys.argv[2]))
for number, got in enumerate(opc.load(sys.argv[1]).run(feeds)):
    np.save(f"{sys.argv[3]}/{number}.npy", got)
"""


@pytest.fixture(scope="module")
def everything():
    """All classes in one model, and its inputs."""
    return class_model(NAMES)


def run(command, **variables):
    subprocess.run(
        [str(word) for word in command],
        check=True,
        env=os.environ | {key: str(value) for key, value in variables.items()},
    )


@pytest.mark.parametrize("target", TARGETS)
def test_every_class(target, everything, tmp_path):
    model, feeds, outputs = everything
    folder = tmp_path / "source"
    onnx.save(model, tmp_path / "model.onnx")
    driver = BUILD / "bin/opc"
    command = [driver, "compile", tmp_path / "model.onnx", "--target", target]
    run([*command, "--emit", "source", "-o", folder])
    (tmp_path / "opc").mkdir()
    (tmp_path / "opc/bin").symlink_to(BUILD / "bin")
    (tmp_path / "opc/include").symlink_to(ROOT / "include")
    run(["make", "-C", folder, "simulate", f"OPC={tmp_path / 'opc'}"])
    np.savez(tmp_path / "feeds.npz", **feeds)
    command = [sys.executable, "-c", RUN, folder / "program.so"]
    run([*command, tmp_path / "feeds.npz", tmp_path], OPC_DEVICE_PATH=folder)
    expected = opc.compile(model, PLAIN, cache=False).run(feeds)
    for number, (name, other) in enumerate(zip(outputs, expected, strict=True)):
        got = np.load(tmp_path / f"{number}.npy")
        np.testing.assert_array_equal(got, other, err_msg=name, strict=True)


def test_folder_is_what_a_user_builds(everything, tmp_path):
    onnx.save(everything[0], tmp_path / "model.onnx")
    command = [BUILD / "bin/opc", "compile", tmp_path / "model.onnx"]
    run([*command, "--target", "maca", "--emit", "source", "-o", tmp_path])
    found = {path.name for path in tmp_path.iterdir()} - {"model.onnx"}
    assert found == {
        "kernels.maca",
        "device.maca",
        "Makefile",
        "manifest.json",
        "program.so",
    }
