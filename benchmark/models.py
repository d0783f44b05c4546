"""Times the public models beside onnxruntime and OpenVINO.

usage: python -m benchmark.models [--threads 1,2] [--filter TEXT]
"""

import pathlib
import sys

sys.path.insert(
    0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts")
)

import fetch_models
import model_inputs

from benchmark import compare

# A dynamic-int8 model rounds to one of 256 steps, which an ulp can flip.
TOLERANCES = {"ddddocr_int8": 1 / 256}


def make_case(name):
    return compare.Case(
        fetch_models.path(name),
        model_inputs.inputs(name)[0],
        tolerance=TOLERANCES.get(name, compare.TOLERANCE),
    )


CASES = {
    name: lambda name=name: make_case(name) for name in fetch_models.MODELS
}

if __name__ == "__main__":
    sys.exit(compare.main("models", __doc__.split("\n")[0], CASES))
