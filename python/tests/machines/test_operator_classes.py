"""Every class of operators on processors of other instruction sets, beside
onnxruntime: real machine code, which qemu executes."""

import emulated
import numpy as np
import opc
import pytest
import qemu
from operator_classes import CLASSES, PARAMETERS, WEIGHTS, parts
from support import assert_close, expected_outputs, graph_model

FLOAT = np.dtype("f4")


@pytest.fixture
def machine(chip):
    """Makes the chip's programs run."""
    if why := qemu.missing(chip):
        pytest.skip(why)
    with emulated.chips({f"cpu:{chip}": qemu.Machine(chip)}):
        yield


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("chip", qemu.COMMANDS)
def test_extents_of_the_run(chip, name, machine):
    """One program for all sizes; windows are known. What is packed for the machine,
    test_target_coverage.py has."""
    kind, compiled = CLASSES[name], None
    fixed = PARAMETERS | (WEIGHTS if "conv" in name else set())
    for size in kind.sizes:
        inside, feeds = parts(kind.feeds(*size, FLOAT), fixed)
        graph = (kind.nodes, feeds, kind.outputs, inside, kind.opset)
        expected = expected_outputs(graph_model(*graph), feeds)
        if compiled is None:
            model = graph_model(*graph, symbolic=True)
            compiled = opc.compile(model, target=f"cpu:{chip}", cache=False)
        got = compiled.run(feeds)
        assert_close(got, expected, kind.scale, kind.outputs)


def test_every_chip_of_another_processor_is_here():
    processors = next(
        target["chips"]
        for target in opc.targets()["targets"]
        if target["name"] == "cpu"
    )
    foreign = [
        chip["name"] for chip in processors if "avx2" not in chip["requires"]
    ]
    assert sorted(foreign) == sorted(qemu.COMMANDS)
