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


def complex_of(x):
    return x[..., 0].astype(np.complex128) + (
        1j * x[..., 1] if x.shape[-1] == 2 else 0
    )


def assert_spectrum(got, wanted):
    """The length of the error is within some roundings of f32 of the whole."""
    error = np.linalg.norm(complex_of(got) - wanted) / np.linalg.norm(wanted)
    assert error < 1e-6


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("opset", [17, 20])
@pytest.mark.parametrize("length", [None, 5, 12])
@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("axis", [0, 1, -2])
def test_inverse_dft_of_a_whole_spectrum(target, opset, length, parts, axis):
    x = normal(3, 8, 4, parts)
    weights = {"n": np.array(length)} if length else {}
    names = ["x", "n" if length else ""]
    options = {"axis": axis}
    if opset == 20:
        names, options = [*names, "axis"], {}
        weights["axis"] = np.array(axis)
    node = helper.make_node("DFT", names, ["y"], inverse=1, **options)
    model = graph_model([node], {"x": x}, ["y"], weights, opset=opset)
    (y,) = run(model, {"x": x}, target)
    place = axis + (axis < 0)
    assert_spectrum(y, np.fft.ifft(complex_of(x), n=length, axis=place))


# Lengths whose matrix is one, and those that are split: into two and three
# parts, with prime factors above and below the usual ones.
LENGTHS = [600, 2048, 2050, 2205, 4096, 3 * 1021, 1 << 17]


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("inverse", [0, 1])
@pytest.mark.parametrize("onesided", [0, 1])
def test_long_dft(length, inverse, onesided):
    parts = 1 if onesided and not inverse else 2
    samples = length // 2 + 1 if onesided and inverse else length
    x = normal(2, samples, parts)
    weights = {"n": np.array(length)}
    node = helper.make_node(
        "DFT", ["x", "n"], ["y"], inverse=inverse, onesided=onesided
    )
    model = graph_model([node], {"x": x}, ["y"], weights, opset=20)
    (y,) = run(model, {"x": x}, "cpu")
    signal = complex_of(x)
    if onesided:
        transform = np.fft.irfft if inverse else np.fft.rfft
        signal = signal if inverse else signal.real
    else:
        transform = np.fft.ifft if inverse else np.fft.fft
    assert_spectrum(y, transform(signal, n=length, axis=1))


@pytest.mark.parametrize("samples", [2000, 2100])
@pytest.mark.parametrize("half", [0, 1])
def test_long_dft_of_fewer_and_of_more_samples(samples, half):
    """The rest of the period is zeros; what is beyond it is left out."""
    x = normal(1, samples // (1 + half), 2)
    node = helper.make_node("DFT", ["x", "n"], ["y"], inverse=1, onesided=half)
    weights = {"n": np.array(2048)}
    model = graph_model([node], {"x": x}, ["y"], weights, opset=20)
    (y,) = run(model, {"x": x}, "cpu")
    transform = np.fft.irfft if half else np.fft.ifft
    assert_spectrum(y, transform(complex_of(x), n=2048, axis=1))


@pytest.mark.parametrize("length", [2048, 4096])
@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("windowed", [False, True])
def test_long_stft(length, parts, windowed):
    x = normal(2, 3 * length, parts)
    window = np.hanning(length).astype(np.float32)
    weights = {"step": np.array(length // 4), "n": np.array(length)}
    if windowed:
        weights["w"] = window
    names = ["x", "step", "w" if windowed else "", "n"]
    node = helper.make_node("STFT", names, ["y"], onesided=2 - parts)
    model = graph_model([node], {"x": x}, ["y"], weights, opset=17)
    (y,) = run(model, {"x": x}, "cpu")
    signal = complex_of(x) if parts == 2 else x[..., 0].astype(np.float64)
    starts = range(0, 2 * length + 1, length // 4)
    frames = np.stack([signal[:, i : i + length] for i in starts], 1)
    frames = frames * window if windowed else frames
    assert_spectrum(y, (np.fft.fft if parts == 2 else np.fft.rfft)(frames))


@pytest.mark.parametrize("op", ["DFT", "STFT"])
def test_a_long_transform_of_prime_length_is_refused(op):
    x = normal(1, 4099, 1)
    names = ["x"] if op == "DFT" else ["x", "step", "", "n"]
    weights = {"step": np.array(1), "n": np.array(4099)}
    node = helper.make_node(op, names, ["y"], onesided=0)
    weights = weights if op == "STFT" else {}
    model = graph_model([node], {"x": x}, ["y"], weights, opset=20)
    with pytest.raises(opc.UnsupportedError, match="prime factors above 1021"):
        opc.compile(model, cache=False)


def test_a_signal_of_an_open_number_of_parts_is_refused():
    x = normal(1, 16, 1)
    node = helper.make_node("STFT", ["x", "step", "", "n"], ["y"])
    weights = {"step": np.array(4), "n": np.array(8)}
    model = graph_model([node], {"x": x}, ["y"], weights, opset=17)
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_param = "c"
    with pytest.raises(opc.UnsupportedError, match="an extent of 1 or 2"):
        opc.compile(model, cache=False)


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
