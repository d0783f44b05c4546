"""Every class of operators, and whole networks, on an OpenCL device: the processor at
hand, where there is no other. Beside onnxruntime; and beside our own machine code, whose
sums are in the same order and whose functions are the same."""

import fetch_models
import model_inputs
import numpy as np
import opc
import pytest
from operator_classes import CLASSES, PARAMETERS, WEIGHTS, parts
from support import (
    CHIPS,
    assert_close,
    expected_outputs,
    graph_model,
    onnxruntime_session,
)

FLOAT = np.dtype("f4")
TARGETS = [chip.target for chip in CHIPS if chip.device == "opencl"]
MODELS = ("magika", "ppocr_cls")
TOLERANCE = 1e-4  # of the largest magnitude, as on this machine

# Whose functions are made of sums and products alone, as those of devices are: the
# scaling instruction of wider vectors rounds once less.
PLAIN = "cpu:x86-64-v3"


def test_there_are_devices_of_both_kinds():
    assert TARGETS == ["opencl:gpu", "opencl:processor"]


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("target", TARGETS)
def test_extents_of_the_run(target, name):
    """One program for all sizes; windows are known."""
    kind, compiled, native = CLASSES[name], None, None
    fixed = PARAMETERS | (WEIGHTS if "conv" in name else set())
    for size in kind.sizes:
        inside, feeds = parts(kind.feeds(*size, FLOAT), fixed)
        graph = (kind.nodes, feeds, kind.outputs, inside, kind.opset)
        expected = expected_outputs(graph_model(*graph), feeds)
        if compiled is None:
            model = graph_model(*graph, symbolic=True)
            compiled = opc.compile(model, target=target, cache=False)
            native = opc.compile(model, target=PLAIN, cache=False)
        got = compiled.run(feeds)
        assert_close(got, expected, kind.scale, kind.outputs)
        for one, other in zip(got, native.run(feeds), strict=True):
            np.testing.assert_array_equal(one, other, strict=True)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("target", TARGETS)
def test_network(target, name):
    try:
        file = fetch_models.path(name)
    except fetch_models.Unavailable as error:
        pytest.skip(str(error))
    feeds = model_inputs.inputs(name)[0]
    expected = onnxruntime_session(str(file)).run(None, feeds)
    outputs = opc.compile(file, target=target, cache=False).run(feeds)
    for one, other in zip(outputs, expected, strict=True):
        assert one.dtype == other.dtype and one.shape == other.shape
        most = np.abs(other).max(initial=0)
        np.testing.assert_allclose(one, other, rtol=0, atol=TOLERANCE * most)


@pytest.mark.parametrize("target", TARGETS)
def test_bad_index_is_an_error_of_the_run(target):
    graph = (
        CLASSES["gather"].nodes,
        {"x": np.zeros((3, 2), FLOAT), "i": np.array([5])},
        CLASSES["gather"].outputs,
        {},
        20,
    )
    compiled = opc.compile(graph_model(*graph), target=target, cache=False)
    with pytest.raises(
        opc.Error, match=r"index 5 lies outside of a dimension of 3"
    ):
        compiled.run(graph[1])
