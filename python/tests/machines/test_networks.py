"""Whole networks on processors of other instruction sets, beside onnxruntime."""

import emulated
import fetch_models
import model_inputs
import numpy as np
import opc
import pytest
import qemu
from support import onnxruntime_session

# Of each instruction set the longest and the shortest vectors.
CHIPS = (
    "kunpeng-920",
    "aarch64-sve-256",
    "aarch64-sve-512",
    "riscv64-v128",
    "riscv64-v256",
    "loongarch64-lsx",
    "loongson-3a6000",
)
MODELS = ("magika", "ppocr_cls", "silero_vad")
TOLERANCE = 1e-4  # of the largest magnitude, as on this machine


@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize("name", MODELS)
def test_model(name, chip):
    if why := qemu.missing(chip):
        pytest.skip(why)
    try:
        file = fetch_models.path(name)
    except fetch_models.Unavailable as error:
        pytest.skip(str(error))
    target = f"cpu:{chip}"
    feeds = model_inputs.inputs(name)[0]
    expected = onnxruntime_session(str(file)).run(None, feeds)
    with emulated.chips({target: qemu.Machine(chip)}):
        model = opc.compile(file, target=target, threads=2, cache=False)
        outputs = model.run(feeds)
    for one, other in zip(outputs, expected, strict=True):
        assert one.dtype == other.dtype and one.shape == other.shape
        most = np.abs(other).max(initial=0)
        np.testing.assert_allclose(one, other, rtol=0, atol=TOLERANCE * most)
