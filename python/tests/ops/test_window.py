"""Convolutions, pooling, resizing, grid sampling."""

import numpy as np
from support import Case, integers, normal, ops_test

# Input, weight, attributes.
CONVOLUTIONS = [
    ((1, 1, 5, 5), (1, 1, 3, 3), {}),
    ((2, 3, 9, 11), (8, 3, 3, 3), {"pads": [1, 1, 1, 1]}),
    ((1, 4, 9, 9), (6, 4, 1, 1), {}),
    ((1, 3, 17, 19), (16, 3, 3, 3), {"strides": [2, 2], "pads": [1, 1, 1, 1]}),
    ((1, 3, 12, 12), (4, 3, 5, 3), {"dilations": [2, 1]}),
    ((1, 3, 10, 9), (4, 3, 3, 3), {"auto_pad": "SAME_UPPER"}),
    (
        (1, 3, 10, 9),
        (4, 3, 2, 2),
        {"auto_pad": "SAME_LOWER", "strides": [2, 2]},
    ),
    ((1, 6, 9, 9), (6, 1, 3, 3), {"group": 6, "pads": [1, 1, 1, 1]}),
    ((1, 6, 9, 9), (12, 1, 5, 5), {"group": 6, "strides": [2, 2]}),
    ((1, 6, 9, 9), (9, 2, 3, 3), {"group": 3}),
    ((1, 3, 9, 9), (4, 3, 3, 3), {"pads": [0, 1, 2, 3]}),
    ((2, 3, 20), (5, 3, 4), {"strides": [3], "pads": [2, 1]}),
    ((1, 2, 5, 6, 7), (3, 2, 2, 3, 2), {"pads": [0, 1, 0, 1, 1, 1]}),
    ((1, 32, 13, 17), (64, 32, 3, 3), {"pads": [1, 1, 1, 1]}),
    ((1, 8, 9, 9), (16, 8, 1, 1), {"strides": [2, 2]}),
    # Groups of which a vector's worth does not divide the number.
    ((1, 12, 5, 6), (24, 2, 3, 3), {"group": 6}),
]


def convolutions():
    for x, w, options in CONVOLUTIONS:
        weight, bias = normal(*w, seed=1), normal(w[0], seed=2)
        yield Case(
            "Conv", normal(*x), weight, bias, fixed=(1, 2), scale=8, **options
        )
    for x, w, options in CONVOLUTIONS[:4]:
        weight = normal(*w, seed=1)
        # The extents of a window must be known.
        yield Case(
            "Conv", normal(*x), weight, scale=8, dynamic=False, **options
        )
    x, w = normal(1, 3, 7, 7), normal(4, 3, 3, 3, seed=1)
    double = [array.astype(np.float64) for array in (x, w)]
    yield Case("Conv", *double, fixed=(1,), scale=8)


TRANSPOSED = [
    ((1, 3, 4, 5), (3, 4, 3, 3), {}),
    ((1, 3, 4, 5), (3, 4, 2, 2), {"strides": [2, 2]}),
    ((1, 3, 4, 5), (3, 4, 3, 3), {"strides": [2, 2], "pads": [1, 1, 1, 1]}),
    ((1, 3, 4, 5), (3, 4, 3, 3), {"strides": [2, 2], "output_padding": [1, 1]}),
    ((1, 4, 4, 5), (4, 3, 3, 3), {"group": 2}),
    ((1, 3, 4, 5), (3, 4, 3, 3), {"dilations": [2, 2]}),
    ((1, 3, 9), (3, 2, 4), {"strides": [2]}),
]


def transposed():
    for x, w, options in TRANSPOSED:
        bias = normal(w[1] * options.get("group", 1), seed=2)
        weight = normal(*w, seed=1)
        yield Case(
            "ConvTranspose",
            normal(*x),
            weight,
            bias,
            fixed=(1, 2),
            scale=8,
            **options,
        )


def integer_convolutions():
    x = integers(0, 255, 1, 3, 8, 9, dtype=np.uint8)
    w = integers(0, 255, 4, 3, 3, 3, dtype=np.uint8, seed=1)
    yield Case("ConvInteger", x, w, np.uint8(128), np.uint8(7), fixed=(1,))
    padded = {"pads": [1, 1, 1, 1]}
    yield Case("ConvInteger", x, w, np.uint8(128), fixed=(1,), **padded)
    yield Case("ConvInteger", x, w, dynamic=False)
    # Channels and columns of a group: even, odd, one, more than a vector.
    for group, channels, columns in (
        (4, 16, 16),
        (2, 3, 5),
        (6, 1, 2),
        (3, 6, 20),
        (8, 2, 2),
    ):
        x = integers(0, 255, 2, group * channels, 6, 7, dtype=np.uint8)
        w = integers(-128, 127, group * columns, channels, 2, 3, dtype=np.int8)
        yield Case(
            "ConvInteger",
            *(x, w, np.uint8(7)),
            fixed=(1, 2),
            group=group,
            pads=[1, 1, 1, 1],
            label=f"group{group}",
        )


POOLS = [
    {"kernel_shape": [2, 2]},
    {"kernel_shape": [2, 2], "strides": [2, 2]},
    {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]},
    {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1},
    {"kernel_shape": [3, 2], "auto_pad": "SAME_UPPER"},
    {"kernel_shape": [2, 2], "dilations": [2, 2]},
]


def pools():
    x = normal(2, 3, 9, 10)
    for options in POOLS:
        yield Case("MaxPool", x, **options)
        if "dilations" not in options:
            yield Case("AveragePool", x, scale=2, **options)
    padded = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    yield Case("AveragePool", x, count_include_pad=1, scale=2, **padded)
    yield Case("MaxPool", x, outputs=2, kernel_shape=[2, 2])
    yield Case("MaxPool", normal(2, 3, 15), kernel_shape=[4], strides=[2])
    # A window that reaches beyond the input by less than a stride.
    for extent in (2, 3, 4):
        few, hanging = (
            normal(1, 2, extent),
            {"kernel_shape": [4], "strides": [3]},
        )
        for op in ("MaxPool", "AveragePool"):
            yield Case(op, few, ceil_mode=1, scale=2, **hanging)
    yield Case("LpPool", x, kernel_shape=[2, 2], p=2, scale=4)
    for op in ("GlobalAveragePool", "GlobalMaxPool"):
        yield Case(op, x, scale=4)
    yield Case("GlobalAveragePool", normal(2, 3, 15), scale=4)


def resizes():
    x = normal(1, 2, 4, 5)
    scales = np.array([1, 1, 2, 2.5], np.float32)
    whole = np.array([1, 1, 2, 3], np.float32)
    sizes = np.array([1, 2, 3, 7], np.int64)
    places = ("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel")
    for place in places:
        for mode in ("nearest", "linear"):
            options = {"coordinate_transformation_mode": place, "mode": mode}
            # Where a scale gives no whole extent, ONNX's own reference aligns
            # corners with the fraction (as we do), onnxruntime without it.
            factors = whole if place == "align_corners" else scales
            yield Case(
                "Resize", x, None, factors, fixed=(2,), scale=4, **options
            )
            yield Case(
                "Resize", x, None, None, sizes, fixed=(3,), scale=4, **options
            )
    for rounding in ("floor", "ceil", "round_prefer_ceil"):
        yield Case("Resize", x, None, scales, fixed=(2,), nearest_mode=rounding)
    yield Case("Resize", x, None, scales, fixed=(2,), mode="cubic", scale=4)
    yield Case("Upsample", x, scales, opset=9, fixed=(1,))


test_convolution = ops_test(convolutions())
test_transposed = ops_test(transposed())
test_integer_convolution = ops_test(integer_convolutions())
test_pool = ops_test(pools())
test_resize = ops_test(resizes())
