"""Compares two folders of .npy outputs; exits 1 and names the first difference.

usage: compare.py EXPECTED ACTUAL (--exact | --ulp N | --rtol R)

--ulp counts units in the last place of each expected element (of its own type);
--rtol is relative to the largest expected magnitude of the output, for sums whose
order differs. NaN equals NaN; to --exact, zeros of different sign differ.
"""

import argparse
import math
import pathlib
import sys

import ml_dtypes
import numpy as np


def load(path):
    array = np.load(path)
    if array.dtype.kind == "V" and array.dtype.itemsize == 2:
        array = array.view(ml_dtypes.bfloat16)
    return array


def error_in_ulp(expected, actual):
    step = np.abs(np.spacing(expected)).astype(np.float64)
    difference = np.abs(expected.astype(np.float64) - actual.astype(np.float64))
    return difference / step


def error_in_scale(expected, actual):
    finite = np.abs(expected[np.isfinite(expected)].astype(np.float64))
    scale = max(finite.max(initial=0.0), 1e-30)
    return (
        np.abs(expected.astype(np.float64) - actual.astype(np.float64)) / scale
    )


def signs(array):
    return np.signbit(array.astype(np.float64))


def equal(expected, actual, exact):
    """Which elements need no measuring."""
    same = expected == actual
    if exact and expected.dtype.kind not in "iub":
        same &= signs(expected) == signs(actual)
    return same | ((expected != expected) & (actual != actual))


def worst(expected, actual, options):
    """The greatest error, in the chosen measure, as a multiple of what is allowed."""
    same = equal(expected, actual, options.exact)
    if same.all():
        return 0.0
    if options.exact or expected.dtype.kind in "iub":
        return math.inf
    measure, limit = (
        (error_in_ulp, options.ulp)
        if options.rtol is None
        else (error_in_scale, options.rtol)
    )
    with np.errstate(invalid="ignore"):
        errors = np.where(same, 0.0, measure(expected, actual))
    errors = np.where(np.isnan(errors), np.inf, errors)
    return float(errors.max()) / limit


def positive(text):
    """A limit: one of 0 or of NaN would say nothing of any error."""
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a positive limit")
    return value


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("expected", type=pathlib.Path)
    parser.add_argument("actual", type=pathlib.Path)
    measures = parser.add_mutually_exclusive_group(required=True)
    measures.add_argument("--exact", action="store_true")
    measures.add_argument("--ulp", type=positive)
    measures.add_argument("--rtol", type=positive)
    options = parser.parse_args()
    if options.expected.resolve() == options.actual.resolve():
        parser.error(f"{options.actual} is compared with itself")
    return options


def main():
    options = parse()
    names = sorted(path.name for path in options.expected.glob("*.npy"))
    if not names or names != sorted(
        p.name for p in options.actual.glob("*.npy")
    ):
        sys.exit(f"outputs differ in name: {names}")
    for name in names:
        expected = load(options.expected / name)
        actual = load(options.actual / name)
        if expected.dtype != actual.dtype or expected.shape != actual.shape:
            sys.exit(
                f"{name}: {expected.dtype}{expected.shape}, got {actual.dtype}{actual.shape}"
            )
        error = worst(expected, actual, options)
        if error > 1:
            sys.exit(f"{name}: error is {error:.3g} times what is allowed")


if __name__ == "__main__":
    main()
