"""Convolutions, pooling, resizing, grid sampling."""

import itertools

import numpy as np
from support import Case, integers, normal, ops_test

SIZES = (12, 37, 129)

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
    # Channels and columns that fill no vector, some and a rest, more than a tile.
    for size in SIZES:
        for taps, options in ((1, {}), (3, {"pads": [1, 0, 2, 1]})):
            weight = normal(size + 1, size, taps, taps, seed=1)
            x = normal(2, size, 5, 6)
            yield Case("Conv", x, weight, fixed=(1,), scale=16, **options)
        weight = normal(size, 1, 3, 3, seed=1)
        options = {"group": size, "strides": [1, 2], "pads": [1, 1, 0, 1]}
        x = normal(2, size, 7, 40)
        yield Case("Conv", x, weight, fixed=(1,), scale=8, **options)
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
    ((1, 3, 4, 5), (3, 4, 3, 3), {"strides": [2, 3], "output_shape": [9, 14]}),
    (
        (1, 3, 4, 5),
        (3, 4, 3, 4),
        {"strides": [2, 2], "auto_pad": "SAME_UPPER"},
    ),
    (
        (1, 3, 4, 5),
        (3, 4, 3, 4),
        {"strides": [2, 2], "auto_pad": "SAME_LOWER"},
    ),
    ((1, 2, 3, 4, 5), (2, 3, 2, 3, 2), {"strides": [2, 1, 3]}),
    ((2, 37, 6, 5), (37, 12, 4, 4), {"strides": [2, 2], "pads": [1] * 4}),
    (
        (2, 4, 5, 6),
        (4, 18, 5, 3),
        {"strides": [3, 2], "pads": [1, 0, 2, 1], "group": 2},
    ),
    ((1, 3, 4), (3, 2, 7), {"strides": [3], "pads": [2, 3]}),
    ((1, 12, 5, 4), (12, 37, 2, 2), {"strides": [3, 3]}),
    (
        (1, 129, 3, 3),
        (129, 1, 3, 3),
        {"strides": [2, 2], "group": 3, "output_padding": [1, 0]},
    ),
]


def transposed():
    for x, w, options in TRANSPOSED:
        bias = normal(w[1] * options.get("group", 1), seed=2)
        weight = normal(*w, seed=1)
        known = "output_shape" in options or "auto_pad" in options
        yield Case(
            "ConvTranspose",
            normal(*x),
            weight,
            bias,
            fixed=(1, 2),
            scale=8,
            dynamic=not known,
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
        yield Case("MaxPool", x, outputs=2, **options)
        if "dilations" not in options:
            yield Case("AveragePool", x, scale=2, **options)
    padded = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    yield Case("AveragePool", x, count_include_pad=1, scale=2, **padded)
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


def more_pools():
    x = normal(2, 3, 9, 10)
    for p in (1, 3):
        options = {"strides": [2, 1], "pads": [1, 0, 0, 1]}
        yield Case("LpPool", x, kernel_shape=[2, 3], p=p, scale=4, **options)
    yield Case("GlobalLpPool", x, p=3, scale=4)
    hollow = {"kernel_shape": [3, 3], "dilations": [2, 3], "strides": [1, 2]}
    for op, opset in (("MaxPool", 18), ("AveragePool", 19)):
        for ceil in (0, 1):
            pads = [2, 1, 1, 2]
            options = {"ceil_mode": ceil, "pads": pads, "opset": opset}
            yield Case(op, x, scale=4, **hollow, **options)
        lower = {"kernel_shape": [3, 2], "strides": [2, 2], "dynamic": False}
        yield Case(op, x, auto_pad="SAME_LOWER", scale=4, **lower)
        volume = normal(1, 3, 5, 6, 7)
        options = {"kernel_shape": [2, 3, 2], "pads": [1, 0, 1, 0, 2, 1]}
        yield Case(op, volume, strides=[2, 1, 2], scale=4, **options)
        for size in SIZES:
            options = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
            yield Case(op, normal(1, size, 4, size), scale=4, **options)
    for order in (0, 1):
        options = {"kernel_shape": [3, 2], "strides": [2, 1]}
        yield Case(
            "MaxPool",
            x,
            outputs=2,
            storage_order=order,
            pads=[1, 0, 1, 1],
            **options,
        )
        volume = normal(1, 2, 5, 6, 7)
        options = {"kernel_shape": [2, 3, 2], "storage_order": order}
        yield Case("MaxPool", volume, outputs=2, **options)
    for dtype in (np.int8, np.uint8):
        whole = integers(60, 190, 1, 3, 8, 9).astype(dtype)
        options = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
        yield Case("MaxPool", whole, **options)
    where = np.array([[[[5, 7], [13, 15]]]])
    values = normal(1, 1, 2, 2)
    options = {"kernel_shape": [2, 2], "strides": [2, 2]}
    yield Case("MaxUnpool", values, where, **options)
    shape = np.array([1, 1, 5, 5])
    options["refused"] = "output_shape is not supported"
    yield Case("MaxUnpool", values, where, shape, fixed=(2,), **options)


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


def more_resizes():
    """Larger and smaller, by sizes that fill no vector."""
    places = ("half_pixel", "asymmetric", "pytorch_half_pixel")
    places += ("align_corners", "half_pixel_symmetric")
    for size, place, mode in itertools.product(
        SIZES, places, ("nearest", "linear", "cubic")
    ):
        x = normal(1, 2, 17, 21)
        options = {"coordinate_transformation_mode": place, "mode": mode}
        to = np.array([1, 2, size, 200 - size])
        yield Case("Resize", x, None, None, to, fixed=(3,), scale=64, **options)
    x = normal(2, 3, 7, 9)
    one = np.array([2, 3, 1, 1])
    for mode in ("nearest", "linear", "cubic"):
        options = {"coordinate_transformation_mode": "pytorch_half_pixel"}
        options |= {"mode": mode, "scale": 16, "label": "one"}
        yield Case("Resize", x, None, None, one, fixed=(3,), **options)
    more, less = np.float32([1, 1, 1.7, 2.3]), np.float32([1, 1, 0.6, 0.4])
    for factors in (more, less):
        # What the scale makes more than the whole extent is lost at both ends.
        for mode in ("linear", "cubic"):
            options = {"coordinate_transformation_mode": "half_pixel_symmetric"}
            options |= {"mode": mode, "fixed": (2,), "scale": 64, "opset": 19}
            yield Case("Resize", x, None, factors, **options)
        options = {"mode": "cubic", "fixed": (2,), "scale": 64}
        for a, outside in itertools.product((-0.5, -0.75), (0, 1)):
            options |= {"cubic_coeff_a": a, "exclude_outside": outside}
            yield Case("Resize", x, None, factors, **options)
    for mode in ("linear", "cubic"):
        options = {"mode": mode, "antialias": 1, "fixed": (2,), "scale": 64}
        yield Case("Resize", x, None, less, **options)
    roi = np.float32([0, 0, 0.4, -0.2, 1, 1, 0.6, 1.3])
    to = np.array([2, 3, 5, 12])
    # Extents of 5.25 and 1.35, rounded down.
    parts = np.float32([1, 1, 0.75, 0.15])
    for mode in ("nearest", "linear"):
        options = {"coordinate_transformation_mode": "tf_crop_and_resize"}
        options |= {"mode": mode, "extrapolation_value": 10.0, "scale": 64}
        yield Case("Resize", x, roi, None, to, fixed=(1, 3), **options)
        yield Case("Resize", x, roi, parts, fixed=(1, 2), **options)
    sizes = np.array([12, 37])
    for policy in ("stretch", "not_larger", "not_smaller"):
        options = {"axes": [3, 2], "keep_aspect_ratio_policy": policy}
        options["dynamic"] = policy == "stretch"
        yield Case("Resize", x, None, None, sizes, fixed=(3,), **options)
    for dtype in (np.int8, np.uint8):
        whole = integers(0, 120, 1, 2, 7, 9, dtype=dtype)
        to = np.array([1, 2, 12, 37])
        yield Case("Resize", whole, None, None, to, fixed=(3,))


test_convolution = ops_test(convolutions())
test_transposed = ops_test(transposed())
test_integer_convolution = ops_test(integer_convolutions())
test_pool = ops_test(pools())
test_more_pools = ops_test(more_pools())
test_resize = ops_test(resizes())
test_more_resizes = ops_test(more_resizes())
