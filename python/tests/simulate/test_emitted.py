"""Source that is emitted for devices, built as its Makefile builds it for the simulating
headers, and run by the program that it was emitted with: every class of operators, beside
our own machine code."""

import emitted
import numpy as np
import onnx
import opc
import pytest
from machines import device_evidence
from machines.operator_classes import CLASSES
from support import BUILD

# A chip of each API: waves of 32, 64 and 128; cores with 64 and 256 KB.
TARGETS = (
    "cuda:sm_80",
    "hip:gfx906",
    "musa:mp_22",
    "maca:xcore1000",
    "sunway:sw26010",
    "sunway:sw26010-pro",
)
# Whose functions are made of sums and products alone, as those of devices are: the
# scaling instruction of wider vectors rounds once less.
PLAIN = "cpu:x86-64-v3"
# Products larger than caches are only long here.
NAMES = [name for name in CLASSES if not name.startswith("large")]


@pytest.fixture(scope="module")
def everything():
    """All classes in one model, and its inputs."""
    return device_evidence.together(NAMES)


@pytest.mark.parametrize("target", TARGETS)
def test_every_class(target, everything, tmp_path):
    model, feeds = everything
    folder = tmp_path / "source"
    onnx.save(model, tmp_path / "model.onnx")
    emitted.emit(BUILD, tmp_path / "model.onnx", target, folder)
    emitted.simulate(BUILD, folder)
    results = emitted.run(folder, feeds)
    outputs = [value.name for value in model.graph.output]
    expected = opc.compile(model, PLAIN, cache=False).run(feeds)
    for name, got, other in zip(outputs, results, expected, strict=True):
        np.testing.assert_array_equal(got, other, err_msg=name, strict=True)


def test_folder_is_what_a_user_builds(everything, tmp_path):
    onnx.save(everything[0], tmp_path / "model.onnx")
    emitted.emit(BUILD, tmp_path / "model.onnx", "maca", tmp_path)
    found = {path.name for path in tmp_path.iterdir()} - {"model.onnx"}
    assert found == {
        "kernels.maca",
        "device.maca",
        "Makefile",
        "manifest.json",
        "program.so",
    }
