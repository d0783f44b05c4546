"""Finds the text in a picture with PP-OCR's detector and reads it.

The detector gives the probability of text for each pixel. What lies above a
threshold forms regions; each gets the smallest rectangle around it, grown by
what the network was trained to shave off (differentiable binarization, Liao et
al., 2020, section 3.4). The recogniser reads each rectangle as one line.
"""

import collections

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

PIXEL_THRESHOLD = 0.3
BOX_THRESHOLD = 0.5
GROWTH = 1.6  # "unclip ratio" of the published configuration
SMALLEST_SIDE = 3  # pixels
LINE_HEIGHT = 48  # pixels, what the recogniser reads

# Text, place of its middle, height in pixels, angle in degrees.
LINES = [
    ("opc compiles this model", (480, 90), 56, 0),
    ("one graph in, fast kernels out", (480, 200), 40, 0),
    ("3.14159 + 2 = 5.14159", (260, 330), 36, 0),
    ("rotated text is found too", (640, 400), 36, 12),
    ("small print: 20 pixels high", (300, 560), 20, 0),
]
SIZE = (960, 640)

Box = collections.namedtuple("Box", "corners score")


def draw_picture():
    """A picture of `LINES` on a shaded ground."""
    across = np.linspace(205, 250, SIZE[0])
    down = np.linspace(1.0, 0.92, SIZE[1])
    ground = np.repeat(np.outer(down, across)[..., None], 3, axis=2)
    picture = Image.fromarray(ground.astype(np.uint8))
    for text, middle, height, angle in LINES:
        font = ImageFont.load_default(size=height)
        mask = Image.new("L", SIZE, 0)
        ImageDraw.Draw(mask).text(
            middle, text, fill=255, font=font, anchor="mm"
        )
        mask = mask.rotate(
            angle, center=middle, resample=Image.Resampling.BICUBIC
        )
        picture.paste((30, 30, 60), mask=mask)
    return picture


def normalise(picture):
    """An RGB picture as the models read it: [1, 3, H, W], in [-1, 1], BGR."""
    pixels = np.asarray(picture, np.float32)[..., ::-1] / 127.5 - 1.0
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])


def find_boxes(probability):
    """Boxes of the regions of text in a map of probabilities [H, W]."""
    mask = (probability > PIXEL_THRESHOLD).astype(np.uint8)
    mask = cv2.dilate(mask, np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    boxes = []
    for contour in contours:
        middle, (width, height), angle = cv2.minAreaRect(contour)
        if min(width, height) < SMALLEST_SIDE:
            continue
        region = np.zeros_like(mask)
        cv2.drawContours(region, [contour], -1, 1, cv2.FILLED)
        score = float(probability[region == 1].mean())
        if score < BOX_THRESHOLD:
            continue
        grow = GROWTH * width * height / (width + height)
        corners = cv2.boxPoints((middle, (width + grow, height + grow), angle))
        boxes.append(Box(in_order(corners), score))
    return sorted(boxes, key=lambda box: box.corners[:, 1].mean())


def in_order(corners):
    """Corners from the upper left, clockwise, of a box that is wider than high."""
    start = np.argmin(corners.sum(axis=1))
    return np.roll(corners, -start, axis=0)


def detect(model, picture):
    (probability,) = model.run({"x": normalise(picture)})
    return find_boxes(np.asarray(probability)[0, 0])


def cut_out(picture, box):
    """The line of text in a box, upright and LINE_HEIGHT pixels high."""
    sides = [
        np.linalg.norm(box.corners[i] - box.corners[i - 1]) for i in (1, 2)
    ]
    width = max(LINE_HEIGHT, round(LINE_HEIGHT * sides[0] / sides[1]))
    target = np.array(
        [(0, 0), (width, 0), (width, LINE_HEIGHT), (0, LINE_HEIGHT)], np.float32
    )
    warp = cv2.getPerspectiveTransform(box.corners.astype(np.float32), target)
    return cv2.warpPerspective(np.asarray(picture), warp, (width, LINE_HEIGHT))


def read(model, alphabet, picture, box):
    """The text in a box: best class of each column, repeats and blanks dropped."""
    (scores,) = model.run({"x": normalise(cut_out(picture, box))})
    best = np.asarray(scores)[0].argmax(axis=1)
    kept = [
        index
        for index, previous in zip(best, [0, *best[:-1]], strict=True)
        if index not in (0, previous)
    ]
    return "".join(alphabet[index - 1] for index in kept)


def line_at(box):
    """The drawn line whose middle the box holds, or None."""
    for text, middle, _, _ in LINES:
        if (
            cv2.pointPolygonTest(box.corners.astype(np.float32), middle, False)
            >= 0
        ):
            return text
    return None


def draw_boxes(picture, boxes, texts):
    """The picture with each box drawn, and what was read beside it."""
    shown = picture.copy()
    pen = ImageDraw.Draw(shown)
    font = ImageFont.load_default(size=18)
    for box, text in zip(boxes, texts, strict=True):
        corners = [tuple(map(float, corner)) for corner in box.corners]
        pen.polygon(corners, outline=(220, 30, 30), width=3)
        label = f"{text} ({box.score:.2f})" if text else f"{box.score:.2f}"
        pen.text(corners[3], label, fill=(0, 110, 30), font=font)
    return shown
