"""Ties, NaN, infinities and windows over the edge, element by element in Python.

Here onnxruntime is no oracle: it leaves them open or differs between versions.
"""

import itertools
import math
from fractions import Fraction

import numpy as np
import opc
import pytest
from onnx import helper
from support import TARGETS, graph_model

F32 = np.float32


def run(op, x, target, outputs=("y",), weights=(), opset=19, **attributes):
    names = [f"w{i}" for i in range(len(weights))]
    node = helper.make_node(op, ["x", *names], outputs, **attributes)
    model = graph_model(
        [node],
        {"x": x},
        outputs,
        dict(zip(names, weights, strict=True)),
        opset,
    )
    return opc.compile(model, target=target, cache=False).run([x])


def special(*shape):
    """Few values, so that most of them are equal to others."""
    values = [np.nan, np.inf, -np.inf, 0, 1, 2]
    rates = [0.1, 0.1, 0.1, 0.2, 0.25, 0.25]
    x = np.random.default_rng(0).choice(values, shape, p=rates).astype(F32)
    x[0] = [np.nan, -np.inf, np.inf][: len(x[0])] + [1] * (len(x[0]) - 3)
    x[1] = -np.inf
    x[2] = np.inf
    x[3] = np.nan
    return x


def order(value, sign=1):
    """NaN lies beyond all numbers, whichever way they are counted."""
    return (1, 0.0) if np.isnan(value) else (0, sign * float(value))


def extreme(line, sign, last):
    best = max(order(value, sign) for value in line)
    found = [i for i, value in enumerate(line) if order(value, sign) == best]
    return found[-1 if last else 0]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("last", [0, 1])
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("op, sign", [("ArgMax", 1), ("ArgMin", -1)])
def test_positions_of_extremes(op, sign, axis, last, target):
    x = special(41, 37)
    (y,) = run(op, x, target, axis=axis, select_last_index=last, keepdims=0)
    lines = np.moveaxis(x, axis, -1)
    assert list(y) == [extreme(line, sign, last) for line in lines]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("largest", [0, 1])
def test_topk(largest, target):
    x, k = special(23, 17), 11
    weights = [np.array([k])]
    values, indices = run(
        "TopK", x, target, ("v", "i"), weights, axis=1, largest=largest
    )
    for line, value, index in zip(x, values, indices, strict=True):
        # sorted() is stable, also in reverse.
        ranked = sorted(
            range(len(line)), key=lambda i: order(line[i]), reverse=largest
        )
        assert list(index) == ranked[:k]
        np.testing.assert_array_equal(value, line[ranked[:k]])


class Windows:
    """The windows of 3 x 2 with a stride of 2, a dilation and uneven pads."""

    kernel, strides, dilations, pads = (3, 2), (2, 2), (1, 2), (1, 0, 0, 2)
    attributes = {
        "kernel_shape": kernel,
        "strides": strides,
        "dilations": dilations,
        "pads": pads,
        "ceil_mode": 1,
    }

    def __init__(self, *extent):
        self.extent = extent
        spans = [
            (k - 1) * d + 1
            for k, d in zip(self.kernel, self.dilations, strict=True)
        ]
        self.counts = []
        for e, s, stride, low, high in zip(
            extent, spans, self.strides, self.pads[:2], self.pads[2:],
            strict=True,
        ):  # fmt: skip
            count = -(-(e + low + high - s) // stride) + 1
            # A window starts in the input or in the padding before it.
            self.counts.append(min(count, (e + low - 1) // stride + 1))

    def axis(self, a, output, low, high):
        start = output * self.strides[a] - self.pads[a]
        taps = (start + t * self.dilations[a] for t in range(self.kernel[a]))
        return [at for at in taps if -low <= at < self.extent[a] + high]

    def each(self):
        for at in itertools.product(*map(range, self.counts)):
            inside = [self.axis(a, i, 0, 0) for a, i in enumerate(at)]
            padded = [
                self.axis(a, i, self.pads[a], self.pads[a + 2])
                for a, i in enumerate(at)
            ]
            yield (
                at,
                list(itertools.product(*inside)),
                len(padded[0]) * len(padded[1]),
            )


@pytest.mark.parametrize("target", TARGETS)
def test_positions_of_pooled_maxima(target):
    windows = Windows(9, 8)
    x = np.random.default_rng(0).integers(0, 3, (1, 1, 9, 8)).astype(F32)
    x[0, 0, 3:] = np.where(x[0, 0, 3:] == 0, -np.inf, x[0, 0, 3:])
    x[0, 0, 5:, 4:] = -np.inf
    y, indices = run("MaxPool", x, target, ("y", "i"), **Windows.attributes)
    assert y.shape == (1, 1, *windows.counts)
    for at, inside, _ in windows.each():
        best = max(x[0, 0][tap] for tap in inside)
        first = next(tap for tap in inside if x[0, 0][tap] == best)
        assert y[0, 0][at] == best
        assert indices[0, 0][at] == first[0] * 8 + first[1], at


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("include", [0, 1])
def test_what_a_mean_divides_by(include, target):
    windows = Windows(9, 8)
    x = np.random.default_rng(0).uniform(1, 2, (1, 3, 9, 8)).astype(F32)
    (y,) = run(
        "AveragePool", x, target, count_include_pad=include,
        **Windows.attributes,
    )  # fmt: skip
    assert y.shape == (1, 3, *windows.counts)
    for at, inside, padded in windows.each():
        taps = np.array([x[0, :, i, j] for i, j in inside], np.float64)
        count = padded if include else len(inside)
        np.testing.assert_allclose(
            y[0, :, at[0], at[1]], taps.sum(0) / count, rtol=1e-6
        )


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("mode", ["edge", "reflect", "wrap"])
@pytest.mark.parametrize(
    "low, high", [(2, -3), (-3, 2), (-2, 5), (4, -1), (-1, -2), (3, 3)]
)
def test_what_is_cropped_is_not_repeated(low, high, mode, target):
    x = np.arange(18, dtype=F32).reshape(2, 9)
    pads = np.array([0, low, 0, high])
    (y,) = run("Pad", x, target, weights=[pads], mode=mode)
    cropped = x[:, max(-low, 0) : 9 - max(-high, 0)]
    wide = [(0, 0), (max(low, 0), max(high, 0))]
    np.testing.assert_array_equal(y, np.pad(cropped, wide, mode=mode))


@pytest.mark.parametrize("target", TARGETS)
def test_logarithms_of_sums_of_infinities(target):
    inf = np.inf
    x = np.array([[-inf, -inf], [inf, 1], [-inf, 2], [0, 0]], F32)
    weights = [np.array([1])]
    (y,) = run(
        "ReduceLogSumExp", x, target, weights=weights, opset=18, keepdims=0
    )
    expected = np.array([-inf, inf, 2, np.log(2)], F32)
    np.testing.assert_allclose(y, expected, rtol=1e-6)


# Positions in an axis of n elements, resampled to `out`, exactly.
PLACES = {
    "half_pixel": lambda i, n, out: Fraction((2 * i + 1) * n - out, 2 * out),
    "half_pixel_symmetric": lambda i, n, out: Fraction(
        (2 * i + 1) * n - out, 2 * out
    ),
    "asymmetric": lambda i, n, out: Fraction(i * n, out),
    "align_corners": lambda i, n, out: Fraction(i * (n - 1), out - 1),
}
HALF = Fraction(1, 2)
ROUNDINGS = {
    "floor": math.floor,
    "ceil": math.ceil,
    "round_prefer_floor": lambda place: math.ceil(place - HALF),
    "round_prefer_ceil": lambda place: math.floor(place + HALF),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("place", PLACES)
def test_nearest_elements_of_exact_positions(place, rounding, target):
    """Many lie at an element or midway, where a rounding would choose."""
    attributes = {
        "coordinate_transformation_mode": place,
        "nearest_mode": rounding,
    }
    node = helper.make_node("Resize", ["x", "", "", "n"], ["y"], **attributes)
    feeds = {"x": np.zeros(7, F32), "n": np.zeros(1, np.int64)}
    model = graph_model([node], feeds, ["y"], {}, 19, symbolic=True)
    model.graph.input[1].type.tensor_type.shape.dim[0].dim_value = 1
    program = opc.compile(model, target=target, cache=False)
    for n, out in itertools.product((6, 7, 14, 35), (9, 17, 18, 34, 38)):
        x = np.arange(n, dtype=F32)
        (y,) = program.run([x, np.array([out])])
        places = [PLACES[place](i, n, out) for i in range(out)]
        nearest = [ROUNDINGS[rounding](position) for position in places]
        np.testing.assert_array_equal(y, np.clip(nearest, 0, n - 1))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("mode", ["nearest", "linear"])
@pytest.mark.parametrize("known", [True, False])
def test_scales_of_one_move_nothing(known, mode, target):
    """Scales that are computed mean what constants do."""
    attributes = {
        "coordinate_transformation_mode": "tf_half_pixel_for_nn",
        "nearest_mode": "ceil",
        "mode": mode,
    }
    node = helper.make_node("Resize", ["x", "roi", "s"], ["y"], **attributes)
    x = np.arange(24, dtype=F32).reshape(2, 3, 4)
    scales = np.array([1, 1, 2], F32)
    weights = {"roi": np.zeros(0, F32)} | ({"s": scales} if known else {})
    feeds = {"x": x} | ({} if known else {"s": scales})
    model = graph_model([node], feeds, ["y"], weights, 11, symbolic=known)
    program = opc.compile(model, target=target, cache=False)
    (y,) = program.run(list(feeds.values()))
    places = np.array([0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75])
    if mode == "nearest":
        expected = x[..., np.ceil(places).clip(0, 3).astype(int)]
    else:
        low = np.floor(places).astype(int)
        after = x[..., (low + 1).clip(0, 3)]
        expected = x[..., low] + (places - low) * (after - x[..., low])
    np.testing.assert_allclose(y, expected, rtol=1e-6)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("symbolic", [False, True])
@pytest.mark.parametrize(
    "policy, choose", [("not_larger", min), ("not_smaller", max)]
)
def test_one_scale_keeps_the_aspect(policy, choose, symbolic, target):
    """Extents are known when compiled, or given to one program for all."""
    node = helper.make_node(
        *("Resize", ["x", "", "", "n"], ["y"]),
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
        keep_aspect_ratio_policy=policy,
    )
    program = None
    for shape, wanted in (
        ((25, 19), (15, 8)),
        ((9, 2), (3, 1)),
        ((12, 20), (28, 19)),
        ((6, 14), (17, 9)),
        ((4, 3), (4, 5)),
        ((5, 3), (5, 3)),
    ):
        x = np.arange(math.prod(shape), dtype=F32).reshape(shape)
        n = np.array(wanted)
        feeds = {"x": x} | ({"n": n} if symbolic else {})
        if not (program and symbolic):
            weights = {} if symbolic else {"n": n}
            model = graph_model([node], feeds, ["y"], weights, 19, symbolic)
            model.graph.output[0].type.tensor_type.ClearField("shape")
            program = opc.compile(model, target=target, cache=False)
        (y,) = program.run(list(feeds.values()))
        scale = choose(
            Fraction(w, s) for w, s in zip(wanted, shape, strict=True)
        )
        lines = [
            [
                min(math.floor(i / scale), extent - 1)
                for i in range(math.floor(extent * scale + HALF))
            ]
            for extent in shape
        ]
        np.testing.assert_array_equal(y, x[np.ix_(*lines)])
