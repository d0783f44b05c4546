"""Products of bytes and of bf16, against exact integers and f64: sizes that fill
vectors and tiles and that leave rests, all signs, zero points of every form.

A chip with VNNI or AMX takes the bytes as they are and their zero points apart.
"""

import itertools

import numpy as np
import opc
import pytest
from onnx import helper
from support import BF16, TARGETS, graph_model

BYTES = (np.uint8, np.int8)
SIZES = [(1, 64, 16), (5, 7, 6), (12, 37, 12), (17, 64, 33), (33, 100, 37)]
SIZES += [(64, 192, 129), (129, 256, 65), (48, 64, 640)]


def every(dtype, *shape, seed):
    """Numbers of the whole type, its ends too."""
    info = np.iinfo(dtype)
    random = np.random.default_rng(seed)
    x = random.integers(info.min, info.max, shape, dtype, endpoint=True)
    x.flat[0], x.flat[-1] = info.min, info.max
    return x


def compiled(model, target):
    return opc.compile(model, target=target, cache=False)


def byte_model(x, zero, w, zeros):
    return graph_model(
        [helper.make_node("MatMulInteger", ["x", "w", "zx", "zw"], ["y"])],
        {"x": x, "zx": zero},
        ["y"],
        weights={"w": w, "zw": zeros},
    )


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_matmul_of_bytes(size, target):
    rows, depth, columns = size
    for a, b in itertools.product(BYTES, BYTES):
        x = every(a, rows, depth, seed=1)
        w = every(b, depth, columns, seed=2)
        zeros = every(b, columns, seed=3)
        least, most = np.iinfo(a).min, np.iinfo(a).max
        forms = [[a(0), a(least), a(most)]]
        if depth == 64:
            forms.append([every(a, rows, 1, seed=4)])  # one for each row
        for form in forms:
            program = compiled(byte_model(x, form[0], w, zeros), target)
            for zero in form:
                (y,) = program.run({"x": x, "zx": np.asarray(zero)})
                wide = x.astype(np.int64) - np.asarray(zero, np.int64)
                wanted = wide @ (w.astype(np.int64) - zeros)
                assert np.array_equal(y, wanted), (a, b, zero)


@pytest.mark.parametrize("target", TARGETS)
def test_matmul_of_bytes_that_the_run_knows(target):
    """No weights: b comes with the run, and the number of rows."""
    program = None
    for rows in (1, 3, 16, 31, 50):
        x, w = every(np.int8, rows, 70, seed=5), every(np.uint8, 70, 20, seed=6)
        feeds = {"x": x, "w": w, "zw": np.uint8(131)}
        if program is None:
            model = graph_model(
                [
                    helper.make_node(
                        "MatMulInteger", ["x", "w", "", "zw"], ["y"]
                    )
                ],
                feeds,
                ["y"],
            )
            shape = model.graph.input[0].type.tensor_type.shape
            shape.dim[0].dim_param = "rows"
            program = compiled(model, target)
        (y,) = program.run(feeds)
        wide = x.astype(np.int64) @ (w.astype(np.int64) - 131)
        assert np.array_equal(y, wide), rows


# Channels, filters, height and width, kernel, stride, pad, groups.
WINDOWS = [
    (4, 8, 9, 9, 3, 1, 1, 1),
    (3, 16, 11, 7, 3, 2, 1, 1),
    (16, 33, 6, 6, 1, 1, 0, 1),
    (64, 40, 5, 5, 1, 1, 0, 1),
    (8, 16, 7, 7, 3, 1, 1, 2),
    (12, 24, 5, 6, 3, 1, 2, 4),
    (6, 6, 8, 8, 3, 1, 1, 6),
]


def convolved(x, w, stride, pad, groups):
    """The sums of x [N, C, H, W] and w in i64."""
    taps = w.shape[2]
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(x, (taps, taps), (2, 3))
    windows = windows[:, :, ::stride, ::stride]
    parts = zip(
        np.split(windows, groups, axis=1), np.split(w, groups), strict=True
    )
    return np.concatenate(
        [np.einsum("nchwij,ocij->nohw", part, own) for part, own in parts], 1
    )


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_conv_of_bytes(window, target):
    channels, filters, height, width, taps, stride, pad, groups = window
    for a, b in itertools.product(BYTES, BYTES):
        x = every(a, 2, channels, height, width, seed=7)
        w = every(b, filters, channels // groups, taps, taps, seed=8)
        zero = a(np.iinfo(a).max - 3)
        zeros = np.zeros((), b) if b == np.int8 else b(128)
        feeds = {"x": x, "zx": zero}
        model = graph_model(
            [
                helper.make_node(
                    "ConvInteger",
                    ["x", "w", "zx", "zw"],
                    ["y"],
                    pads=[pad] * 4,
                    strides=[stride] * 2,
                    group=groups,
                )
            ],
            feeds,
            ["y"],
            weights={"w": w, "zw": zeros},
        )
        (y,) = compiled(model, target).run(feeds)
        wanted = convolved(
            x.astype(np.int64) - int(zero),
            w.astype(np.int64) - int(zeros),
            stride,
            pad,
            groups,
        )
        assert np.array_equal(y, wanted), (a, b)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_matmul_of_bf16(size, target):
    """Products are exact in f32; the sum is rounded once to bf16."""
    rows, depth, columns = size
    random = np.random.default_rng(9)
    x = random.standard_normal((rows, depth)).astype(BF16)
    w = random.standard_normal((depth, columns)).astype(BF16)
    model = graph_model(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        {"x": x},
        ["y"],
        weights={"w": w},
    )
    (y,) = compiled(model, target).run({"x": x})
    wanted = x.astype(np.float64) @ w.astype(np.float64)
    size_of_terms = np.abs(x.astype(np.float64)) @ np.abs(w.astype(np.float64))
    # Half a step of bf16, and of f32 for each term.
    bound = 2.0**-8 * np.abs(wanted) + depth * 2.0**-24 * size_of_terms
    wrong = np.abs(y.astype(np.float64) - wanted) > bound
    assert not wrong.any(), np.argwhere(wrong)[:5]
