"""Which threads run programs: PyTorch's where it has some, else the pool's.

One run each: where others hold the cores, the next one need not be the team's.
"""

import os
import subprocess
import sys

import pytest

needs_two_cores = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2, reason="one core has no second thread"
)

WORK = """
import os, pathlib, numpy
import opc

text = '''func.func @main(%x: tensor<400000xf32> {opc.name = "x"})
    -> (tensor<400000xf32> {opc.name = "y"}) {
  %0 = opc.mul %x, %x : (tensor<400000xf32>, tensor<400000xf32>) -> tensor<400000xf32>
  return %0 : tensor<400000xf32>
}'''
x = numpy.arange(400000, dtype=numpy.float32)
program = opc.compile(text, threads=2, target="cpu")

def is_right():
    return (program.run({"x": x})[0] == x * x).all()

def workers():
    tasks = pathlib.Path("/proc/self/task").iterdir()
    return [(t / "comm").read_text().strip() for t in tasks].count("opc-worker")
"""

SHARED = """
import opc.torch, torch
torch.set_num_threads(2)
a = torch.randn(400000)
assert torch.equal(a + a, 2 * a) and is_right()
"""

FORKED = """
child = os.fork()
if child == 0:
    os._exit(0 if is_right() and workers() == 1 else 1)
assert os.waitpid(child, 0)[1] == 0
"""


@needs_two_cores
@pytest.mark.parametrize(
    ("script", "workers"),
    [
        ("assert is_right()", 1),
        (SHARED, 0),
        (SHARED + FORKED, 0),
    ],
    ids=["pool", "torch", "fork"],
)
def test_threads(script, workers):
    shown = subprocess.run(
        [sys.executable, "-c", f"{WORK}{script}\nprint(workers())"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (shown.returncode, shown.stdout) == (0, f"{workers}\n"), shown.stderr
