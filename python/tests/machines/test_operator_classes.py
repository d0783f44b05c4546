"""Every class of operators on processors of other instruction sets, beside
onnxruntime: real machine code, which qemu executes."""

import emulated
import opc
import pytest
import qemu
from operator_classes import (
    CLASSES,
    DTYPES,
    PARAMETERS,
    STATIC,
    WEIGHTS,
    parts,
)
from support import assert_close, expected_outputs, graph_model

# Half precision on the chip of each instruction set that has most of it.
TYPES = [
    *((chip, "f32") for chip in qemu.COMMANDS),
    ("kunpeng-920", "f16"),
    ("aarch64-sve-512", "f16"),
    ("riscv64-v256", "f16"),
    ("loongson-3a6000", "f16"),
]


@pytest.fixture
def machine(chip):
    """Makes the chip's programs run."""
    if why := qemu.missing(chip):
        pytest.skip(why)
    with emulated.chips({f"cpu:{chip}": qemu.Machine(chip)}):
        yield


def check(chip, kind, size, dtype, fixed, compiled=None, symbolic=False):
    """One size of a class; gives the program, for another."""
    inside, feeds = parts(kind.feeds(*size, dtype), fixed)
    names = kind.outputs
    model = graph_model(kind.nodes, feeds, names, inside, kind.opset)
    expected = expected_outputs(model, feeds)
    if compiled is None:
        if symbolic:
            model = graph_model(
                kind.nodes, feeds, names, inside, kind.opset, symbolic
            )
        compiled = opc.compile(model, target=f"cpu:{chip}", cache=False)
    got = compiled.run(feeds)
    assert_close(got, expected, kind.scale, names)
    return compiled


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("chip", qemu.COMMANDS)
def test_extents_of_the_run(chip, name, machine):
    """One program for all sizes; windows are known."""
    kind, dtype, compiled = CLASSES[name], DTYPES["f32"], None
    fixed = PARAMETERS | (WEIGHTS if "conv" in name else set())
    for size in kind.sizes:
        compiled = check(chip, kind, size, dtype, fixed, compiled, True)


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize(("chip", "dtype"), TYPES)
def test_extents_of_the_model(chip, name, dtype, machine):
    """With weights, which are packed for the machine."""
    kind = CLASSES[name]
    size = STATIC if STATIC in kind.sizes else kind.sizes[0]
    check(chip, kind, size, DTYPES[dtype], PARAMETERS | WEIGHTS)


def test_every_chip_of_another_processor_is_here():
    foreign = [
        chip["name"]
        for target in opc.targets()["targets"]
        for chip in target["chips"]
        if "avx2" not in chip["requires"]
    ]
    assert sorted(foreign) == sorted(qemu.COMMANDS)
