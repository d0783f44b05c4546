"""Transforms and Col2Im against numpy and onnxruntime."""

import numpy as np
import opc
import pytest
from onnx import helper
from support import TARGETS, assert_close, expected_outputs, graph_model, normal


def run(model, feeds, target):
    return opc.compile(model, target=target, cache=False).run(feeds)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("length", [None, 5, 12])
@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("axis", [0, 1, -2])
def test_dft(target, length, parts, axis):
    x = normal(3, 8, 4, parts)
    feeds = {"x": x}
    weights = {"axis": np.array(axis)}
    if length:
        weights["n"] = np.array(length)
    node = helper.make_node("DFT", ["x", "n" if length else "", "axis"], ["y"])
    model = graph_model([node], feeds, ["y"], weights, opset=20)
    (y,) = run(model, feeds, target)
    signal = x[..., 0].astype(np.complex128)
    if parts == 2:
        signal += 1j * x[..., 1]
    wanted = np.fft.fft(signal, n=length, axis=axis + (axis < 0))
    wanted = np.stack([wanted.real, wanted.imag], -1)
    np.testing.assert_allclose(y, wanted, atol=3e-6)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("length", [7, 8, 11])
def test_dft_there_and_back(target, length):
    x = normal(2, length, 1)
    feeds = {"x": x}
    weights = {"n": np.array(length)}
    nodes = [
        helper.make_node("DFT", ["x", "n"], ["f"], onesided=1),
        helper.make_node("DFT", ["f", "n"], ["y"], onesided=1, inverse=1),
    ]
    f, y = run(
        graph_model(nodes, feeds, ["f", "y"], weights, opset=20), feeds, target
    )
    assert f.shape == (2, length // 2 + 1, 2)
    np.testing.assert_allclose(y, x, atol=1e-6)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("onesided", [0, 1])
def test_stft(target, onesided):
    feeds = {"x": normal(2, 50, 1), "w": np.hanning(16).astype(np.float32)}
    weights = {"step": np.array(5)}
    node = helper.make_node(
        "STFT", ["x", "step", "w"], ["y"], onesided=onesided
    )
    model = graph_model([node], feeds, ["y"], weights, opset=17)
    (y,) = run(model, feeds, target)
    frames = [
        feeds["x"][:, i : i + 16, 0] * feeds["w"] for i in range(0, 35, 5)
    ]
    transform = np.fft.rfft if onesided else np.fft.fft
    wanted = transform(np.stack(frames, 1).astype(np.float64))
    wanted = np.stack([wanted.real, wanted.imag], -1)
    np.testing.assert_allclose(y, wanted, atol=3e-6)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "image, block, options, blocks",
    [
        ([5, 6], [2, 3], {}, 16),
        ([7, 9], [3, 3], {"strides": [2, 2], "pads": [1, 1, 1, 1]}, 20),
        ([8, 8], [2, 2], {"dilations": [2, 3]}, 30),
        ([6, 5, 4], [2, 2, 2], {"strides": [1, 2, 2]}, 20),
        ([7, 7], [2, 2], {"strides": [3, 3]}, 4),
    ],
)
def test_col2im(target, image, block, options, blocks):
    x = normal(2, 3 * int(np.prod(block)), blocks)
    x[0, 0, 0] = np.inf  # stays where it is
    feeds = {"x": x}
    weights = {"image": np.array(image), "block": np.array(block)}
    node = helper.make_node("Col2Im", ["x", "image", "block"], ["y"], **options)
    model = graph_model([node], feeds, ["y"], weights)
    (y,) = run(model, feeds, target)
    (wanted,) = expected_outputs(model, feeds)
    assert_close(y, wanted)
