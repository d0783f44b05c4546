"""Compares two folders of .npy outputs; exits 1 and names the first difference.

usage: compare.py EXPECTED ACTUAL (--exact | --ulp N | --rtol R)

--ulp counts units in the last place of each expected element (of its own type);
--rtol is relative to the largest expected magnitude of the output, for sums whose
order differs. NaN equals NaN.
"""

import argparse
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


def worst(expected, actual, options):
    """The greatest error, in the chosen measure, as a multiple of what is allowed."""
    same = (expected == actual) | ((expected != expected) & (actual != actual))
    if same.all():
        return 0.0
    if options.exact or expected.dtype.kind in "iub":
        return float("inf")
    measure, limit = (
        (error_in_ulp, options.ulp)
        if options.rtol is None
        else (error_in_scale, options.rtol)
    )
    errors = np.where(same, 0.0, measure(expected, actual))
    errors = np.where(np.isnan(errors), np.inf, errors)
    return float(errors.max()) / limit


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("expected", type=pathlib.Path)
    parser.add_argument("actual", type=pathlib.Path)
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--ulp", type=float)
    parser.add_argument("--rtol", type=float)
    options = parser.parse_args()
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


main()
