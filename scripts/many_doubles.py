#!/usr/bin/env python3
"""Seeks the float64 where functions of one number are worst and records them.

usage: scripts/many_doubles.py [FUNCTION]...

Those named, or those of scripts/function_accuracy.py whose record lacks float64. Every
binade of either sign is sampled, then sixteenths of the worst ones, then, twice, quarters
of the worst of these: four rounds of a million numbers, the same ones in each run,
against long double. A number that is recorded stays one where none is worse. That is no
proof as scripts/every_float.py is one. The exit status is 1 where a bound does not hold.
"""

import argparse
import sys

import function_accuracy as accuracy
import numpy as np

SEED = 64
MANTISSA, BINADES = 52, 2 * 2047
#: Of each round: how many intervals it keeps, into how many parts it splits them
#: first, and how many numbers it takes of each part.
ROUNDS = ((BINADES, 1, 256), (32, 16, 2048), (16, 4, 1 << 14), (16, 4, 1 << 14))
CHUNK = 1 << 20


def all_binades():
    """First and last bit pattern of each; those of infinities and NaN are none."""
    exponents = np.arange(BINADES // 2, dtype=np.uint64)
    both = np.concatenate([exponents, exponents + np.uint64(2048)])
    first = both << np.uint64(MANTISSA)
    return np.stack([first, first + np.uint64((1 << MANTISSA) - 1)], axis=1)


def split(intervals, parts):
    first, last = intervals[:, :1], intervals[:, 1:]
    size = (last - first + np.uint64(1)) // np.uint64(parts)
    starts = first + np.arange(parts, dtype=np.uint64) * size
    ends = starts + size - np.uint64(1)
    return np.stack([starts.ravel(), ends.ravel()], axis=1)


def worst_of(function, program, bits):
    """Of rows of bit patterns how far the worst is off, and which one it is."""
    x = bits.view(np.float64)
    with np.errstate(all="ignore"):
        exact = np.asarray(function.exact(x.astype(np.longdouble)))
    (got,) = program.run([x.ravel()])
    off = accuracy.errors(got, exact.ravel(), 0.0).reshape(x.shape)
    at = np.argmax(off, axis=1)
    rows = np.arange(len(bits))
    return off[rows, at].astype(np.float64), bits[rows, at]


def seek(function):
    """(ulp, bits) of the worst number that is found."""
    program = accuracy.compiled("f64", [function], "reference")
    random = np.random.default_rng(SEED)
    intervals, worst = all_binades(), (0.0, 0)
    known = accuracy.read_record().get(function.name, {}).get("f64")
    if known:
        bits = np.array([[int(known["at"], 16)]], np.uint64)
        off, at = worst_of(function, program, bits)
        worst = float(off[0]), int(at[0])
    for kept, parts, count in ROUNDS:
        intervals = split(intervals[:kept], parts)
        found = []
        for part in np.array_split(
            intervals, max(1, len(intervals) * count // CHUNK)
        ):
            bits = random.integers(
                part[:, :1], part[:, 1:], (len(part), count), endpoint=True,
                dtype=np.uint64,
            )  # fmt: skip
            off, at = worst_of(function, program, bits)
            most = int(np.argmax(off))
            worst = max(worst, (float(off[most]), int(at[most])))
            found.append(off)
        order = np.argsort(-np.concatenate(found), kind="stable")
        intervals = intervals[order]
    return worst


def keep(name, off, bits):
    record = accuracy.read_record()
    record.setdefault(name, {})["f64"] = accuracy.entry(off, bits, "f64")
    accuracy.write_record(record)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("functions", nargs="*", metavar="FUNCTION")
    arguments = parser.parse_args()
    recorded = accuracy.read_record()
    names = arguments.functions or [
        f.name
        for f in accuracy.FUNCTIONS
        if "f64" not in recorded.get(f.name, {})
    ]
    good = True
    for name in names:
        function = accuracy.named(name)
        off, bits = seek(function)
        keep(name, off, bits)
        limit = accuracy.bound(function, "f64", "reference")
        good &= off <= limit
        x = float(np.uint64(bits).view(np.float64))
        verdict = "" if off <= limit else f"  MORE THAN {limit:g}"
        print(f"{name:18} {off:9.4f} ulp at {x!r}{verdict}", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
