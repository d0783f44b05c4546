"""The parts of the demo that are not the models: what goes in and what comes out."""

import numpy as np
import pytest

from benchmark import engines
from demo import file_types, text_boxes

CONFIG = {
    "beg_size": 8,
    "end_size": 8,
    "block_size": 16,
    "padding_token": 256,
    "min_file_size_for_dl": 4,
}


def test_features_of_a_short_file_are_padded_inside():
    row = file_types.features(b"  abc \n", CONFIG)
    begin, end = list(b"abc \n"), list(b"  abc")
    assert row.tolist() == begin + [256] * 3 + [256] * 3 + end


def test_features_of_a_long_file_are_its_two_ends():
    row = file_types.features(b"0123456789" * 4, CONFIG)
    assert row.tolist() == list(b"01234567") + list(b"23456789")


@pytest.mark.parametrize(
    "content, enough", [(b"abcd", True), (b" \n abc ", False), (b"", False)]
)
def test_a_type_needs_some_bytes(content, enough):
    assert file_types.long_enough(content, CONFIG) == enough


def test_find_boxes_gives_each_region_its_own_grown_box():
    probability = np.zeros((100, 200), np.float32)
    probability[20:30, 40:120] = 0.9
    probability[60:80, 30:50] = 0.8
    probability[90:92, 150:152] = 0.9  # too small
    probability[50:58, 100:180] = (
        0.4  # above the pixel's, below the box's bound
    )
    boxes = text_boxes.find_boxes(probability)
    assert len(boxes) == 2
    assert boxes[0].score == pytest.approx(0.9, rel=0.2)
    low, high = boxes[0].corners.min(axis=0), boxes[0].corners.max(axis=0)
    assert (low < (40, 20)).all() and (high > (119, 29)).all()
    assert (low > (25, 5)).all() and (high < (135, 45)).all()


def test_corners_start_at_the_upper_left():
    corners = np.array([(9, 5), (0, 5), (0, 0), (9, 0)], np.float32)
    ordered = text_boxes.in_order(corners)
    assert ordered.tolist() == [[0, 0], [9, 0], [9, 5], [0, 5]]


def test_reading_drops_repeats_and_blanks():
    class Model:
        def run(self, inputs):
            assert inputs["x"].shape[:3] == (1, 3, text_boxes.LINE_HEIGHT)
            return [
                np.eye(4, dtype=np.float32)[[0, 1, 1, 0, 1, 3, 3, 2, 0]][None]
            ]

    box = text_boxes.Box(np.array([(0, 0), (80, 0), (80, 20), (0, 20)]), 1.0)
    picture = text_boxes.draw_picture()
    assert text_boxes.read(Model(), ["a", "b", "c"], picture, box) == "aacb"


def test_relative_difference():
    one, two = np.array([1.0, 4.0]), np.array([1.0, 3.0])
    nan = np.array([np.nan, 3.0])
    assert engines.relative_difference([one], [one]) == 0
    assert engines.relative_difference([two], [one]) == 0.25
    assert engines.relative_difference([nan], [nan]) == 0
    assert engines.relative_difference([two], [nan]) == float("inf")
    assert engines.relative_difference([two[:1]], [two]) == float("inf")
