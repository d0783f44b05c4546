"""Compiling large and deep graphs: the values that they give, and memory in
proportion to the graph. What time it takes is measured by benchmark/compiling.py."""

import os
import subprocess
import sys
import threading

import numpy as np
import opc
import pytest

from benchmark import growing

# Of four times the nodes: between 4 (linear) and 16 (quadratic), in the middle
# of their logarithms.
GREATEST_RATIO = 8.0


def compiled(case, target):
    model, _, _ = case
    return opc.compile(model, target=target, cache=False)


def check(case, target):
    check_values(compiled(case, target), case)


def check_values(program, case):
    _, feeds, wanted = case
    for result, value in zip(program.run(feeds), wanted, strict=True):
        np.testing.assert_array_equal(result, value)


@pytest.mark.parametrize(
    "make, size",
    [
        (growing.chain, 3200),
        (growing.reduced, 800),
        (growing.split, 2400),
        (growing.concat, 4000),
        (growing.split_concat, 2000),
        (growing.apart, 1600),
        (growing.captured, 2000),
        (growing.nested, 500),
    ],
)
@pytest.mark.parametrize("target", ["cpu", "reference"])
def test_values(make, size, target):
    check(make(size), target)


PEAK = """
import opc
from benchmark import growing
opc.compile(growing.apart({})[0], target="cpu", cache=False)
print(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
"""


def peak(size):
    """The most memory, in KiB, of a process that compiles nodes apart."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK.format(size)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return int(done.stdout)


def test_memory():
    least, small, large = peak(1), peak(2000), peak(8000)
    assert large - least < GREATEST_RATIO * (small - least)


def test_nested_loops():
    """A body is translated again where extents turn out to change. Were those
    inside to start anew each time, thirty loops would take 2^30 translations."""
    check(growing.repeated(30), "cpu")


def test_nested_too_deep():
    with pytest.raises(opc.Error) as caught:
        compiled(growing.nested(1001), "cpu")
    assert str(caught.value).endswith(
        "bodies nested more than 1000 deep are not supported"
    )


def test_nested_bodies_on_a_small_stack():
    """The stack of whoever compiles does not matter."""
    case = growing.nested(500)
    programs = []
    before = threading.stack_size(256 << 10)
    try:
        thread = threading.Thread(
            target=lambda: programs.append(compiled(case, "cpu"))
        )
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    check_values(programs[0], case)
