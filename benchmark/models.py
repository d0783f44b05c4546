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

from benchmark import compare, engines


def make_case(name):
    path, inputs = fetch_models.path(name), model_inputs.inputs(name)[0]
    tolerance = compare.TOLERANCE
    if name in fetch_models.QUANTISED:
        tolerance = engines.rounding_spread(path, inputs)
    return compare.Case(path, inputs, tolerance=tolerance)


CASES = {
    name: lambda name=name: make_case(name) for name in fetch_models.MODELS
}

if __name__ == "__main__":
    sys.exit(compare.main("models", __doc__.split("\n")[0], CASES))
