"""Samples between elements: grids of positions, regions of interest."""

import itertools

import numpy as np
import opc
import pytest
from support import TARGETS, Case, normal, ops_test, uniform


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
