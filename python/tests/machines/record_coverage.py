#!/usr/bin/env python3
"""Measures what docs/generated/Coverage.md says and writes its record.

usage: record_coverage.py [DTYPE [COLUMN...]]

Without arguments every type on every target that there is a way to prove here (an hour
on two cores). What is not measured stays in the record as it is.
"""

import json
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parents[1] / "scripts")]

import emitted
import evidence
from machines import device_evidence, target_coverage
from machines.operator_classes import CLASSES
from machines.target_coverage import DTYPES, EXECUTED


def rounded(found):
    return float(f"{found:.3g}") if isinstance(found, float) else found


def measured(column, dtype):
    """{class: what is known of it}"""
    names = list(CLASSES)
    if row := evidence.OF_COLUMN.get(column):
        return device_evidence.measured(row, names, dtype)
    with target_coverage.machine(column):
        return {
            name: target_coverage.measured(name, column, dtype)
            for name in names
        }


def store(column, dtype, results):
    """Into the record at once: the next column may take long."""
    found = target_coverage.read()
    for name, value in results.items():
        row = found.setdefault(dtype, {}).setdefault(name, {})
        row[column] = rounded(value)
    text = json.dumps(found, indent=1, allow_nan=False)
    target_coverage.RECORD.write_text(text + "\n")


def main(dtype=None, *columns):
    for one in [dtype] if dtype else DTYPES:
        for column in columns or (*EXECUTED, *evidence.OF_COLUMN):
            try:
                store(column, one, measured(column, one))
            except emitted.Unavailable as reason:
                print(f"{column}: {reason}", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
