"""Conversions between f16 and f32 where the processor has none, beside numpy's:
all halves, and floats on both sides of all that lie between two of them."""

import emulated
import numpy as np
import opc
import pytest
import qemu
from onnx import TensorProto, helper
from support import graph_model

CHIPS = ("riscv64-v128", "riscv64-v256", "loongarch64-lsx", "loongson-3a6000")


def all_halves():
    return np.arange(1 << 16, dtype=np.uint16).view(np.float16)


def floats_near_ties():
    """Each half, what lies in the middle of it and the next, and their neighbours."""
    halves = all_halves().astype(np.float64)
    halves = np.unique(halves[np.isfinite(halves)])
    middles = (halves[1:] + halves[:-1]) / 2
    most = 65520.0  # from here on results are infinite
    exact = np.concatenate([halves, middles, [most, -most, 65536, 1e30, -1e30]])
    exact = exact.astype(np.float32)
    more = [np.nextafter(exact, np.float32(np.inf) * sign) for sign in (1, -1)]
    odd = np.array([np.nan, -np.nan, np.inf, -np.inf, 1e-40, -0.0], np.float32)
    return np.concatenate([exact, *more, odd])


def converted(chip, x, to):
    if why := qemu.missing(chip):
        pytest.skip(why)
    target = f"cpu:{chip}"
    node = helper.make_node("Cast", ["x"], ["y"], to=to)
    with emulated.chips({target: qemu.Machine(chip)}):
        model = graph_model([node], {"x": x}, ["y"])
        (y,) = opc.compile(model, target=target, cache=False).run([x])
    return y


@pytest.mark.parametrize("chip", CHIPS)
def test_all_halves_as_floats(chip):
    x = all_halves()
    y, expected = converted(chip, x, TensorProto.FLOAT), x.astype(np.float32)
    nan = np.isnan(expected)
    np.testing.assert_array_equal(np.isnan(y), nan)
    np.testing.assert_array_equal(
        y.view(np.uint32)[~nan], expected.view(np.uint32)[~nan]
    )
    np.testing.assert_array_equal(np.signbit(y), np.signbit(expected))


@pytest.mark.parametrize("chip", CHIPS)
def test_floats_as_halves(chip):
    x = floats_near_ties()
    y = converted(chip, x, TensorProto.FLOAT16)
    with np.errstate(over="ignore"):
        expected = x.astype(np.float16)
    nan = np.isnan(expected)
    np.testing.assert_array_equal(np.isnan(y), nan)
    np.testing.assert_array_equal(
        y.view(np.uint16)[~nan], expected.view(np.uint16)[~nan]
    )
    np.testing.assert_array_equal(np.signbit(y), np.signbit(expected))
