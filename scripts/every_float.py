#!/usr/bin/env python3
"""Measures functions of one number on every float32 and records the worst.

usage: scripts/every_float.py [--jobs N] [FUNCTION]...

Those named, or those of scripts/function_accuracy.py that the record lacks: each is
recorded when it is done, so that a run may be stopped and started again. On both
targets, a minute or two a function and core. The exit status is 1 where a bound does
not hold.

The exact results of 8,192 consecutive numbers, which lie in one binade, are a polynomial
through eight of them, where that gives four others between them to 1e-12 (1/60,000 of a
unit in the last place), and computed one by one where it does not. Errors are told in
two steps: results whose bits are within a distance that no worse error can have are not
looked at again.
"""

import argparse
import functools
import multiprocessing
import os
import sys

# Each process is one job, and keeps the memory of its arrays.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MALLOC_MMAP_THRESHOLD_"] = os.environ["MALLOC_TRIM_THRESHOLD_"] = (
    str(1 << 30)
)

import function_accuracy as accuracy
import numpy as np

BLOCK = 1 << 13
#: Blocks that are looked at together: as much as the second cache holds.
BATCH = 8
TASKS = 64
CLOSE = 1e-12
NODES, CHECKS = 8, 4


# ===--- exact results ---===#


@functools.cache
def _places():
    """Where in a block it is sampled, and the polynomials that are 1 at one of the
    first samples and 0 at the others (those of Lagrange, of points as close to each
    other at the ends as keeps their sum small)."""
    angle = np.pi * np.arange(NODES) / (NODES - 1)
    nodes = np.rint((1 - np.cos(angle)) / 2 * (BLOCK - 1)).astype(np.int64)
    between = (nodes[:-1] + nodes[1:]) // 2
    checks = between[np.linspace(0, NODES - 2, CHECKS).astype(np.int64)]
    at = np.arange(BLOCK, dtype=np.float64)
    basis = [
        np.prod([(at - m) / (n - m) for m in nodes if m != n], axis=0)
        for n in nodes
    ]
    return np.concatenate([nodes, checks]), np.array(basis)


def exact_of(function, x):
    """Exact results, in float64, of rows of consecutive numbers."""
    compute = lambda numbers: np.asarray(
        function.exact(numbers.astype(np.float64)), np.float64
    )
    # Where bounds are halves, or nothing, interpolation would be seen.
    if max(function.ulp[:2]) <= 0.5:
        return compute(x)
    places, basis = _places()
    samples = compute(x[:, places])
    at_nodes, at_checks = np.split(samples, [NODES], axis=1)
    exact = at_nodes @ basis
    off = np.abs(exact[:, places[NODES:]] - at_checks)
    smooth = (off <= CLOSE * np.abs(at_checks)).all(axis=1)
    exact[:, places] = samples  # a sum would lose the sign of zero
    words = samples.view(np.int64)
    same = (words == words[:, :1]).all(axis=1)
    exact[same] = samples[same, :1]
    rough = ~(smooth | same)
    if rough.any():
        exact[rough] = compute(x[rough])
    return exact


# ===--- the worst of all ---===#


def suspects(got, exact, rounded, worst):
    """Where results may be farther off than `worst`: indices. `rounded` are the
    exact ones in float32."""
    if np.isnan(exact[0]) and np.isnan(exact).all():
        return np.flatnonzero(~np.isnan(got))
    # Beyond a power of two a step of bits is two units of the exact result.
    nearest = int(min(max(worst - 0.5, 0) / 2, 1 << 31))
    if worst < 0.5:
        found = np.flatnonzero(got != exact)
    else:
        distance = got.view(np.int32) - rounded.view(np.int32)
        distance = np.abs(distance, out=distance).view(np.uint32)
        if distance.max() <= nearest:
            return ()
        found = np.flatnonzero(distance > nearest)
    return found[~(np.isnan(got[found]) & np.isnan(exact[found]))]


class Subject:
    """A function as compiled code, and where it has been worst so far."""

    def __init__(self, function):
        self.function = function
        self.programs = {
            target: accuracy.compiled("f32", [function], target)
            for target in accuracy.TARGETS
        }
        self.worst = dict.fromkeys(accuracy.TARGETS, (0.0, 0))

    def look(self, x):
        """Takes rows of numbers."""
        with np.errstate(all="ignore"):
            self.compare(x.ravel(), exact_of(self.function, x).ravel())

    def compare(self, x, exact):
        rounded = exact.astype(np.float32)
        for target, program in self.programs.items():
            got = program.run([x])[0]
            at = suspects(got, exact, rounded, self.worst[target][0])
            if len(at):
                self._keep(target, x[at], got[at], exact[at])

    def _keep(self, target, x, got, exact):
        lost = accuracy.flushed(self.function, "f32", target)
        off = accuracy.errors(got, exact, lost)
        most = int(np.argmax(off))
        if off[most] > self.worst[target][0]:
            bits = int(x[most].view(np.uint32))
            self.worst[target] = float(off[most]), bits


@functools.lru_cache(maxsize=1)
def subject_of(name):
    """One that has seen few numbers, so that most others need no second look."""
    subject = Subject(accuracy.named(name))
    for x in accuracy.chunks("f32", accuracy.STEPS["f32"]):
        with np.errstate(all="ignore"):
            subject.compare(x, subject.function.exact(x.astype(np.float64)))
    return subject


def sweep(task):
    """(function, worst on each target) of one part of all numbers."""
    name, part = task
    subject = subject_of(name)
    size = (1 << 32) // TASKS
    rows = np.arange(BATCH * BLOCK, dtype=np.uint32).reshape(BATCH, BLOCK)
    for first in range(part * size, (part + 1) * size, BATCH * BLOCK):
        subject.look((rows + np.uint32(first)).view(np.float32))
    return name, subject.worst


# ===--- the record ---===#


def keep(name, worst):
    record = accuracy.read_record()
    found = {t: accuracy.entry(*worst[t], "f32") for t in worst}
    record[name] = found | {
        kind: old
        for kind, old in record.get(name, {}).items()
        if kind not in found
    }
    accuracy.write_record(record)


def verdicts(name, worst):
    """Whether the bounds hold; says so."""
    good = True
    for target, (off, bits) in worst.items():
        limit = accuracy.bound(accuracy.named(name), "f32", target)
        holds = off <= limit
        good &= holds
        x = float(np.uint32(bits).view(np.float32))
        print(
            f"{name:18} {target:10} {off:9.4f} ulp at {x:.9g}"
            + ("" if holds else f"  MORE THAN {limit:g}"),
            flush=True,
        )
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("functions", nargs="*", metavar="FUNCTION")
    arguments = parser.parse_args()
    recorded = accuracy.read_record()
    names = arguments.functions or [
        f.name
        for f in accuracy.FUNCTIONS
        if not recorded.get(f.name, {}).keys() >= set(accuracy.TARGETS)
    ]
    tasks = [(name, part) for name in names for part in range(TASKS)]
    found, done, good = {}, dict.fromkeys(names, 0), True
    # Not forked: the worker threads of a program would not be.
    with multiprocessing.get_context("spawn").Pool(arguments.jobs) as pool:
        for name, worst in pool.imap(sweep, tasks):
            old = found.setdefault(name, worst)
            found[name] = {t: max(old[t], worst[t]) for t in worst}
            done[name] += 1
            if sys.stderr.isatty():
                print(
                    f"\r{name} {done[name]}/{TASKS}", end="\r", file=sys.stderr
                )
            if done[name] == TASKS:
                keep(name, found[name])
                good &= verdicts(name, found[name])
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
