"""Kernels of the second tile family on its simulation headers."""

import json
import math

import numpy
import pytest
import tile_programs as programs

# Each case of cpe_faults.c, and the fault that its wrong form is.
FAULTS = {
    "missing-wait": "missing-wait",
    "early-reuse": "early-reuse",
    "overwritten-by-copy": "early-reuse",
    "unwaited": "unwaited-copy",
    "wait-for-more": "deadlock",
    "spin-for-more": "deadlock",
    "wait-for-fewer": "missing-wait",
    "exchanged": "bad-argument",
    "table-end": "out-of-bounds",
    "heap-end": "out-of-bounds",
    "variable-end": "out-of-bounds",
    "ldm-end": "out-of-bounds",
    "ldm-access": "out-of-bounds",
    "array-index": "out-of-bounds",
    "misaligned-copy": "misaligned",
    "odd-length": "misaligned",
    "no-length": "bad-count",
    "length-of-a-block": "bad-copy-shape",
    "stride-between-starts": "out-of-bounds",
    "large-allocation": "space-overflow",
    "large-stack": "space-overflow",
    "uninitialised": "uninitialised-read",
    "uninitialised-copy": "uninitialised-read",
    "after-free": "use-after-free",
    "freed-twice": "double-free",
    "misaligned-vector": "misaligned",
    "missing-sync": "race",
    "missing-row-sync": "race",
    "lonely-sync": "barrier-divergence",
    "two-writers": "race",
    "direct-writers": "race",
    "reply-in-memory": "bad-argument",
    "broadcast": "unsupported",
    "given-too-early": "missing-wait",
    "given-behind-the-end": "out-of-bounds",
    "given-to-nobody": "bad-argument",
    "never-taken": "unwaited-copy",
    "read-before-join": "missing-sync",
    "never-joined": "missing-sync",
    "spawned-twice": "bad-handle",
    "copy-by-host": "wrong-core",
}


@pytest.mark.parametrize("mode", programs.MODES)
@pytest.mark.parametrize(("case", "fault"), FAULTS.items())
def test_fault_has_a_name(case, fault, mode):
    program = programs.compiled("athread", "cpe_faults.c")
    right, wrong = (
        programs.run(program, case, bad, mode=mode, DEADLOCK_SECONDS=1)
        for bad in (0, 1)
    )
    assert (right.returncode, right.stderr) == (0, "")
    assert wrong.returncode == programs.FAULT_EXIT
    assert fault in programs.faults_of(wrong), wrong.stderr


def test_smaller_chip():
    """What fits into the LDM of one chip does not into that of another."""
    program = programs.compiled("athread", "cpe_faults.c")
    fits = programs.run(program, "large-allocation", 0)
    assert fits.returncode == 0
    wrong = programs.run(program, "large-allocation", 0, CHIP="sw26010")
    assert "in the 65536 bytes of LDM" in wrong.stderr
    unknown = programs.run(program, "large-allocation", 0, CHIP="z80")
    assert unknown.returncode == 2
    assert "expected sw26010 or sw26010-pro" in unknown.stderr


def run_kernel(tmp_path, name, sizes, x, y, z, mode, seed):
    paths = [tmp_path / p for p in ("x.bin", "y.bin", "z.bin")]
    for path, array in zip(paths, (x, y, z), strict=True):
        array.astype("f4").tofile(path)
    program = programs.compiled("athread", "cpe_kernels.c")
    done = programs.run(program, name, *sizes, *paths, mode=mode, seed=seed)
    assert (done.returncode, done.stderr) == (0, "")
    return numpy.fromfile(paths[2], "f4").reshape(z.shape)


def randoms(*shape):
    rng = numpy.random.default_rng(sum(shape))
    return rng.standard_normal(shape).astype("f4")


RUNS = [("immediate", 1), ("deferred", 1), ("deferred", 7), ("delayed", 3)]
EACH_RUN = pytest.mark.parametrize(("mode", "seed"), RUNS)


@EACH_RUN
@pytest.mark.parametrize("count", [1, 129, 20000])
def test_axpy(tmp_path, mode, seed, count):
    x, y = randoms(count), randoms(count + 1)[1:]
    z = numpy.zeros(count)
    got = run_kernel(tmp_path, "axpy", (count, 0, 0), x, y, z, mode, seed)
    wanted = (2.5 * x.astype("f8") + y).astype("f4")
    numpy.testing.assert_array_equal(got, wanted)


@EACH_RUN
@pytest.mark.parametrize("rows", [1, 64, 200])
def test_bias_gelu(tmp_path, mode, seed, rows):
    x, y = randoms(rows, 129), randoms(129)
    z = numpy.zeros((rows, 129))
    sizes = (rows, 129, 0)
    got = run_kernel(tmp_path, "bias-gelu", sizes, x, y, z, mode, seed)
    a = (x + y).astype("f8")
    erf = numpy.vectorize(math.erf)
    wanted = 0.5 * a * (1 + erf(a / math.sqrt(2)))
    numpy.testing.assert_allclose(got, wanted, atol=1e-6)


@EACH_RUN
def test_stencil(tmp_path, mode, seed):
    x = randoms(4 * 9 + 2, 14 * 5 + 2)
    z = numpy.zeros(x.shape)
    sizes = (*x.shape, 0)
    got = run_kernel(tmp_path, "stencil", sizes, x, x, z, mode, seed)
    middle = x[1:-1, 1:-1].astype("f8")
    wanted = middle + x[:-2, 1:-1] + x[2:, 1:-1] + x[1:-1, :-2] + x[1:-1, 2:]
    numpy.testing.assert_allclose(got[1:-1, 1:-1], wanted / 5, atol=1e-6)


@EACH_RUN
@pytest.mark.parametrize("sizes", [(1, 1, 1), (37, 129, 50), (100, 16, 3)])
def test_product(tmp_path, mode, seed, sizes):
    m, n, k = sizes
    a, b, c = randoms(m, k), randoms(k, n), numpy.zeros((m, n))
    got = run_kernel(tmp_path, "gemm", sizes, a, b, c, mode, seed)
    wanted = a.astype("f8") @ b.astype("f8")
    numpy.testing.assert_allclose(got, wanted, atol=2e-5)


@EACH_RUN
@pytest.mark.parametrize("name", ["shift", "pass"])
def test_cores_meet(tmp_path, name, mode, seed):
    x = randoms(1024)
    z = numpy.zeros(1024)
    got = run_kernel(tmp_path, name, (1024, 0, 0), x, x, z, mode, seed)
    numpy.testing.assert_array_equal(got, 2 * numpy.roll(x, -16))


def test_time_line(tmp_path):
    """Copies and waits of each core, for Perfetto."""
    path = tmp_path / "trace.json"
    program = programs.compiled("athread", "cpe_faults.c")
    programs.run(program, "missing-wait", 0, mode="deferred", TRACE=path)
    events = json.loads(path.read_text())["traceEvents"]
    rows = {e["args"]["name"] for e in events if e["ph"] == "M"}
    assert {"core 0", "core 63", "DMA", "kernel"} <= rows
    categories = {e["cat"] for e in events if e["ph"] == "X"}
    assert {"copy", "wait"} <= categories
