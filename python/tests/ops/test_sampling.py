"""Samples between elements: grids of positions, regions of interest."""

import itertools
import math

import numpy as np
import opc
import pytest
from support import (
    TARGETS,
    Case,
    normal,
    onnxruntime_session,
    ops_test,
    uniform,
)


def grids():
    x, grid = normal(2, 3, 7, 5), uniform(-1.4, 1.4, 2, 4, 6, 2)
    grid[0, 0, 0] = 1e6
    for mode, padding, corners in itertools.product(
        ("linear", "nearest", "cubic"),
        ("zeros", "border", "reflection"),
        (0, 1),
    ):
        yield Case(
            "GridSample",
            *(x, grid),
            opset=20,
            scale=16,
            mode=mode,
            padding_mode=padding,
            align_corners=corners,
        )
    # Mirrored several times before they lie within.
    far = uniform(-7, 7, 2, 4, 6, 2, seed=3)
    for mode, corners in itertools.product(("linear", "nearest"), (0, 1)):
        options = {"mode": mode, "align_corners": corners, "opset": 20}
        options |= {"padding_mode": "reflection", "scale": 64, "label": "far"}
        yield Case("GridSample", x, far, **options)
    volume, places = normal(1, 2, 4, 5, 6), uniform(-1.2, 1.2, 1, 3, 2, 4, 3)
    for mode in ("linear", "nearest"):
        yield Case("GridSample", volume, places, opset=20, scale=16, mode=mode)


def regions():
    low = uniform(-2, 20, 9, 2)
    boxes = np.concatenate([low, low + uniform(-1, 14, 9, 2)], axis=1)
    images = np.array([0, 1, 1, 0, 0, 1, 0, 1, 0], np.int64)
    # Positive, since for `max` others start from 0.
    x = uniform(0.1, 1, 2, 5, 12, 17)
    for mode, ratio, frame in itertools.product(
        ("avg", "max"), (0, 1, 2, 5), ("half_pixel", "output_half_pixel")
    ):
        yield Case(
            "RoiAlign",
            *(x, boxes, images),
            scale=16,
            mode=mode,
            sampling_ratio=ratio,
            coordinate_transformation_mode=frame,
            output_height=3,
            output_width=4,
            spatial_scale=0.7,
        )


def of_one_image(x, boxes, mode, ratio):
    return Case(
        "RoiAlign",
        *(x, boxes, np.zeros(len(boxes), np.int64)),
        mode=mode,
        sampling_ratio=ratio,
        output_height=2,
        output_width=3,
    )


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("mode", ["avg", "max"])
@pytest.mark.parametrize("ratio", [0, 3])
def test_regions_far_beyond_the_image(mode, ratio, target):
    """Nearly all samples miss it; the time must not grow with their number."""
    x = uniform(1, 2, 1, 2, 9, 8)
    corners = [[-900, -700, 800, 900], [-900, 2, -800, 4], [3, 5, 1200, 1300]]
    case = of_one_image(x, np.float32(corners), mode, ratio)
    compiled = opc.compile(case.model(), target=target, cache=False)
    (y,) = compiled.run(case.feeds)
    model = case.model()
    (wanted,) = onnxruntime_session(model).run(None, case.feeds)
    np.testing.assert_allclose(y, wanted, rtol=1e-4, atol=1e-7)
    names = [each.name for each in model.graph.input]
    for far in (1e9, 1e30, 3e38):
        boxes = np.float32(
            [[0, 0, far, far], [-far, 0, far / 2, 3], [1, 2, 3, far]]
        )
        feeds = dict(case.feeds)
        feeds[names[1]] = boxes
        (y,) = compiled.run(feeds)
        assert np.isfinite(y).all()
        assert (np.abs(y) <= 2).all()


def bilinear(image, y, x):
    """The four weighted elements around a place; of places outside zeros."""
    rows, columns = image.shape
    if not (-1 <= y <= rows and -1 <= x <= columns):
        return np.zeros(4)
    y, x = min(max(y, 0), rows - 1), min(max(x, 0), columns - 1)
    i, j = int(y), int(x)
    below, right = min(i + 1, rows - 1), min(j + 1, columns - 1)
    v, u = y - i, x - j
    return np.array(
        [
            (1 - v) * (1 - u) * image[i, j],
            (1 - v) * u * image[i, right],
            v * (1 - u) * image[below, j],
            v * u * image[below, right],
        ]
    )


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("mode", ["avg", "max"])
@pytest.mark.parametrize("ratio", [0, 3])
def test_regions_of_negative_numbers(mode, ratio, target):
    """A maximum starts with the first sample, not with 0."""
    x = uniform(-2, -1, 1, 2, 9, 8)
    boxes = np.float32([[1, 1, 6, 5], [0, 2, 7.5, 8], [3, 3, 3.5, 4]])
    case = of_one_image(x, boxes, mode, ratio)
    (y,) = opc.compile(case.model(), target=target, cache=False).run(case.feeds)
    for at in np.ndindex(*y.shape):
        box, channel, row, column = at
        left, top, right, bottom = boxes[box].astype(np.float64) - 0.5
        height, width = (bottom - top) / 2, (right - left) / 3
        down, across = ratio or math.ceil(height), ratio or math.ceil(width)
        terms = np.array(
            [
                bilinear(
                    x[0, channel].astype(np.float64),
                    top + (row + (i + 0.5) / down) * height,
                    left + (column + (j + 0.5) / across) * width,
                )
                for i in range(down)
                for j in range(across)
            ]
        )
        want = terms.max() if mode == "max" else terms.sum(1).mean()
        np.testing.assert_allclose(y[at], want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
def test_images_of_nothing_are_refused(target, padding):
    """As by onnxruntime and onnx's evaluator: no element is near a sample."""
    case = Case(
        "GridSample",
        *(normal(1, 2, 0, 3), uniform(-1, 1, 1, 4, 5, 2)),
        padding_mode=padding,
        opset=20,
    )
    program = opc.compile(case.model(True), target=target)
    with pytest.raises(opc.InputError, match="axis 2 has 0 elements"):
        program.run(case.feeds)


test_grid_sample = ops_test(grids())
test_roi_align = ops_test(regions())
