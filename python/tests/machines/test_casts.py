"""Conversions between all types on other processors, beside numpy's: values over the
whole range of the narrower, and halfway cases of those that round."""

import emulated
import numpy as np
import opc
import pytest
import qemu
from onnx import helper
from support import graph_model

TYPES = [np.dtype(name) for name in "i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8".split()]
COUNT = 1003  # fills no vectors


def integers(dtype):
    """Of all magnitudes, and sums of two far powers of two: ties of floats."""
    random = np.random.default_rng(1)
    bits = np.iinfo(dtype).bits
    shift = (63 - random.integers(0, bits, COUNT)).astype(np.uint64)
    made = random.integers(0, 1 << 64, COUNT, dtype=np.uint64) >> shift
    ties = [
        (1 << high) + (1 << (high - 24)) + step
        for high in range(24, bits - 1)
        for step in (-1, 0, 1)
    ]
    made[: len(ties)] = np.array(ties, dtype=np.uint64)
    return made.astype(dtype)


def reals(dtype):
    random = np.random.default_rng(2)
    most = 15.9 if dtype.itemsize == 2 else 62.9
    made = np.exp2(random.uniform(-14, most, COUNT))
    return (made * random.choice([-1, 1], COUNT)).astype(dtype)


def within(x, dtype):
    """Other values than those that an integer type does not have are 1."""
    if x.dtype.kind != "f" or dtype.kind == "f":
        return x
    info, wide = np.iinfo(dtype), np.trunc(x.astype(np.float64))
    fits = (wide >= info.min) & (wide < float(info.max) + (info.bits < 64))
    return np.where(fits, x, x.dtype.type(1))


@pytest.mark.parametrize("source", TYPES, ids=str)
@pytest.mark.parametrize("chip", qemu.COMMANDS)
def test_casts(chip, source):
    if why := qemu.missing(chip):
        pytest.skip(why)
    x = reals(source) if source.kind == "f" else integers(source)
    others = [dtype for dtype in TYPES if dtype != source]
    feeds = {f"x{dtype}": within(x, dtype) for dtype in others}
    nodes = [
        helper.make_node(
            "Cast",
            [f"x{dtype}"],
            [f"y{dtype}"],
            to=helper.np_dtype_to_tensor_dtype(dtype),
        )
        for dtype in others
    ]
    model = graph_model(nodes, feeds, [f"y{dtype}" for dtype in others])
    target = f"cpu:{chip}"
    with emulated.chips({target: qemu.Machine(chip)}):
        got = opc.compile(model, target=target, cache=False).run(feeds)
    with np.errstate(all="ignore"):
        expected = [
            given.astype(d)
            for given, d in zip(feeds.values(), others, strict=True)
        ]
    for dtype, one, other in zip(others, got, expected, strict=True):
        np.testing.assert_array_equal(
            one, other, err_msg=f"{source} to {dtype}"
        )
