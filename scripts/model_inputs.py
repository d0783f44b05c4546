"""Sample inputs for the models of scripts/fetch_models.py.

`inputs(name)` gives dictionaries from input name to array. The first is the size
that benchmarks use; the others, where a model's shapes are dynamic, are other
sizes of it. The same numbers come out every time.
"""

import numpy as np


def _images(*shapes):
    """Normalised pictures: what the OCR models expect, in [-1, 1]."""
    return lambda random: [
        {"x": random.uniform(-1, 1, shape).astype(np.float32)}
        for shape in shapes
    ]


def _bytes(*batches):
    """The first and last 1,024 bytes of files; 256 stands for padding."""
    return lambda random: [
        {"bytes": random.integers(0, 257, (batch, 2048)).astype(np.int32)}
        for batch in batches
    ]


def _speech(*sizes, rate=True):
    """Chunks of 16 kHz or 8 kHz sound and the state that goes with them."""

    def make(random, batch, samples, hertz):
        time = np.arange(samples) / hertz
        tone = np.sin(2 * np.pi * random.uniform(80, 400, (batch, 1)) * time)
        chunk = {
            "input": (0.5 * tone + 0.05 * random.standard_normal(tone.shape)),
            "state": 0.1 * random.standard_normal((2, batch, 128)),
        }
        chunk = {
            name: array.astype(np.float32) for name, array in chunk.items()
        }
        return {**chunk, "sr": np.array(hertz, np.int64)} if rate else chunk

    return lambda random: [make(random, *size) for size in sizes]


def _speech_sequence(*lengths):
    def make(random, length):
        state = {name: (1, 1, 128) for name in ("h", "c")}
        shapes = {"input": (length, 576), **state}
        return {
            name: (0.1 * random.standard_normal(shape)).astype(np.float32)
            for name, shape in shapes.items()
        }

    return lambda random: [make(random, length) for length in lengths]


def _normal(name, *shapes):
    return lambda random: [
        {name: random.standard_normal(shape).astype(np.float32)}
        for shape in shapes
    ]


_MAKERS = {
    "magika": _bytes(1, 3, 8),
    "ppocr_det": _images((1, 3, 640, 640), (1, 3, 320, 480), (2, 3, 96, 160)),
    "ppocr_cls": _images((1, 3, 48, 192), (6, 3, 48, 192), (2, 3, 48, 96)),
    "ppocr_rec": _images((1, 3, 48, 320), (2, 3, 48, 160), (1, 3, 48, 504)),
    "silero_vad": _speech((1, 512, 16000), (3, 576, 16000), (2, 256, 8000)),
    "silero_vad_16k_op15": _speech(
        (1, 512, 16000), (3, 576, 16000), (8, 512, 16000)
    ),
    "silero_vad_half": _speech((1, 512, 16000), (3, 576, 16000), rate=False),
    "silero_vad_ifless": _speech(
        (1, 512, 16000), (3, 576, 16000), (2, 256, 8000)
    ),
    "silero_vad_sequence": _speech_sequence(4, 1, 9),
    "basic_pitch": _normal(
        "serving_default_input_2:0", (1, 43844, 1), (2, 43844, 1), (3, 43844, 1)
    ),
    "ddddocr": _normal(
        "input1", (1, 1, 64, 160), (1, 1, 64, 96), (1, 1, 64, 251)
    ),
    "ddddocr_int8": _normal(
        "input1", (1, 1, 64, 160), (1, 1, 64, 96), (1, 1, 64, 251)
    ),
    "ddddocr_det": _normal("images", (1, 3, 416, 416)),
}


def inputs(name):
    """Inputs of model `name`, the benchmark's size first."""
    return _MAKERS[name](np.random.default_rng(0))
