"""Kernels of the first tile family on its simulation headers."""

import json
import subprocess

import numpy
import pytest
import tile_programs as programs

# Each case of faults.cpp, and the fault that its wrong form is.
FAULTS = {
    "missing-flag": "missing-wait",
    "missing-flag-out": "missing-wait",
    "early-reuse": "early-reuse",
    "reuse-while-storing": "early-reuse",
    "scalar-too-early": "missing-wait",
    "scalar-unseen": "missing-wait",
    "unmatched-set": "unmatched-set",
    "set-twice": "unmatched-set",
    "unmatched-wait": "unmatched-wait",
    "reserved-event": "bad-flag",
    "event-out-of-range": "bad-flag",
    "buffer-overflow": "space-overflow",
    "part-of-a-block": "bad-copy-shape",
    "misaligned-copy": "misaligned",
    "misaligned-vector": "misaligned",
    "stride-in-bytes": "out-of-bounds",
    "pad-stride-in-bytes": "out-of-bounds",
    "global-read-out": "out-of-bounds",
    "global-write-out": "out-of-bounds",
    "local-out": "out-of-bounds",
    "scalar-out": "out-of-bounds",
    "uninitialised": "uninitialised-read",
    "count-zero": "bad-count",
    "block-count": "bad-count",
    "mask-too-wide": "bad-count",
    "repeats-out": "out-of-bounds",
    "compare-count": "bad-count",
    "unsupported-type": "unsupported",
    "host-pointer": "host-pointer",
    "atomic-writers": "race",
    "two-writers": "race",
    "missing-sync-all": "race",
    "lonely-sync-all": "deadlock",
}
# Those of queue_faults.cpp.
QUEUE_FAULTS = {
    "empty-queue": "queue-misuse",
    "never-freed": "queue-misuse",
    "freed-twice": "queue-misuse",
    "used-after-free": "use-after-free",
    "left-in-queue": "queue-misuse",
    "not-queued": "missing-wait",
    "wrong-queue": "queue-misuse",
    "misaligned-result": "misaligned",
    "deeper-than-loaded": "uninitialised-read",
    "wrong-stride-of-result": "bad-layout",
    "wrong-operand-memory": "bad-layout",
    "vector-on-cube": "wrong-core",
    "small-source-rows": "bad-copy-shape",
    "quantisation": "bad-argument",
    "memory-of-matrices": "space-overflow",
    "cross-flag-id": "bad-flag",
    "cross-flag-not-awaited": "unmatched-set",
    "cross-flag-never-set": "deadlock",
    "result-too-early": "race",
    "device-use-after-free": "use-after-free",
    "double-free": "double-free",
    "copy-out-of-bounds": "out-of-bounds",
    "no-blocks": "launch-limit",
}
CASES = [("faults.cpp", *row) for row in FAULTS.items()]
CASES += [("queue_faults.cpp", *row) for row in QUEUE_FAULTS.items()]


def run_case(source, case, wrong, mode):
    program = programs.compiled("ascendc", source)
    return programs.run(
        program, case, int(wrong), mode=mode, DEADLOCK_SECONDS=1
    )


@pytest.mark.parametrize("mode", programs.MODES)
@pytest.mark.parametrize(("source", "case", "fault"), CASES)
def test_fault_has_a_name(source, case, fault, mode):
    right = run_case(source, case, False, mode)
    assert (right.returncode, right.stderr) == (0, "")
    wrong = run_case(source, case, True, mode)
    assert wrong.returncode == programs.FAULT_EXIT
    assert fault in programs.faults_of(wrong), wrong.stderr


def test_fault_says_where_and_what(tmp_path):
    program = programs.compiled("ascendc", "faults.cpp")
    path = tmp_path / "faults.json"
    wrong = programs.run(program, "missing-flag", 1, FAULTS=path)
    (record,) = json.loads(path.read_text())
    assert record["kind"] == "missing-wait"
    assert record["core"] == "AIV 0"
    assert "faults.cpp:" in record["place"]
    assert "no flag MTE2_V is waited for" in wrong.stderr


def run_kernel(tmp_path, name, blocks, sizes, x, y, z, mode, seed=1):
    """What the kernel writes to y and z."""
    paths = [tmp_path / p for p in ("x.bin", "y.bin", "z.bin")]
    x.tofile(paths[0])
    y.tofile(paths[1])
    program = programs.compiled("ascendc", "kernels.cpp")
    bytes_each = [array.nbytes for array in (x, y, z)]
    done = programs.run(
        program, name, blocks, *sizes, *bytes_each, *paths, mode=mode, seed=seed
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [
        numpy.fromfile(path, array.dtype).reshape(array.shape)
        for path, array in zip(paths[1:], (y, z), strict=True)
    ]


def randoms(*shape, dtype="f4"):
    rng = numpy.random.default_rng(sum(shape))
    return rng.standard_normal(shape).astype(dtype)


RUNS = [("immediate", 1), ("deferred", 1), ("deferred", 7), ("delayed", 3)]
EACH_RUN = pytest.mark.parametrize(("mode", "seed"), RUNS)


@EACH_RUN
@pytest.mark.parametrize("count", [1, 129, 5000])
def test_elementwise(tmp_path, mode, seed, count):
    x, y = randoms(count), randoms(count + 1)[1:].copy()
    z = numpy.zeros_like(x)

    def result(name):
        sizes = (count, 0, 0)
        return run_kernel(tmp_path, name, 3, sizes, x, y, z, mode, seed)[1]

    numpy.testing.assert_array_equal(result("add"), x + y)
    wanted = numpy.maximum(numpy.exp(x.astype("f8")) * y * 0.5, 0.25)
    numpy.testing.assert_allclose(result("chain"), wanted, rtol=4e-7)
    wanted = numpy.maximum(x, y)
    numpy.testing.assert_allclose(result("greater"), wanted, atol=3e-7)


@EACH_RUN
@pytest.mark.parametrize(("rows", "columns"), [(37, 129), (1, 1), (5, 1000)])
def test_rows(tmp_path, mode, seed, rows, columns):
    x = randoms(rows, columns)
    sizes = (rows, columns, 0)
    sums = numpy.zeros(rows, "f4")
    got = run_kernel(tmp_path, "row-sum", 4, sizes, x, x, sums, mode, seed)[1]
    numpy.testing.assert_allclose(got, x.sum(1, dtype="f8"), atol=2e-5)
    got = run_kernel(tmp_path, "softmax", 4, sizes, x, x, x, mode, seed)[1]
    powers = numpy.exp(x.astype("f8") - x.max(1, keepdims=True))
    wanted = powers / powers.sum(1, keepdims=True)
    numpy.testing.assert_allclose(got, wanted, rtol=2e-6, atol=1e-9)


@EACH_RUN
def test_cast_and_transpose(tmp_path, mode, seed):
    x = randoms(1024) * numpy.float32(100)
    y, z = numpy.zeros(1024, "f2"), numpy.zeros(1024, "i4")
    narrow, whole = run_kernel(
        tmp_path, "cast", 1, (1024, 0, 0), x, y, z, mode, seed
    )
    numpy.testing.assert_array_equal(narrow, x.astype("f2"))
    numpy.testing.assert_array_equal(whole, numpy.floor(x).astype("i4"))
    x = randoms(48, 24)
    z = numpy.zeros((24, 48), "f4")
    got = run_kernel(
        tmp_path, "transpose", 1, (48, 24, 0), x, y, z, mode, seed
    )[1]
    numpy.testing.assert_array_equal(got, x.T)


@EACH_RUN
@pytest.mark.parametrize("name", ["gemm", "gemm-relu"])
@pytest.mark.parametrize("sizes", [(32, 32, 32), (37, 129, 50), (1, 16, 16)])
def test_product(tmp_path, mode, seed, name, sizes):
    m, n, k = sizes
    a, b = randoms(m, k, dtype="f2"), randoms(k, n, dtype="f2")
    c = numpy.zeros((m, n), "f4")
    got = run_kernel(tmp_path, name, 2, sizes, a, b, c, mode, seed)[1]
    wanted = a.astype("f8") @ b.astype("f8")
    if name == "gemm-relu":
        wanted = numpy.maximum(wanted, 0)
    numpy.testing.assert_allclose(got, wanted, atol=1e-4)


@EACH_RUN
@pytest.mark.parametrize("sizes", [(16, 32, 48), (5, 16, 16)])
def test_product_of_floats(tmp_path, mode, seed, sizes):
    m, n, k = sizes
    a, b, c = randoms(m, k), randoms(k, n), numpy.zeros((m, n), "f4")
    got = run_kernel(tmp_path, "gemm-float", 1, sizes, a, b, c, mode, seed)[1]
    wanted = a.astype("f8") @ b.astype("f8")
    numpy.testing.assert_allclose(got, wanted, atol=1e-5)


def test_scalar_unit_may_be_ordered_by_the_compiler():
    """What public kernels rely on where they say nothing themselves."""
    program = programs.compiled("ascendc", "faults.cpp")
    for case in ("scalar-too-early", "scalar-unseen"):
        done = programs.run(program, case, 1, mode="deferred", AUTO_SYNC=1)
        assert (done.returncode, done.stderr) == (0, "")
    wrong = programs.run(program, "missing-flag", 1, AUTO_SYNC=1)
    assert programs.faults_of(wrong) == {"missing-wait"}


def test_larger_chip():
    """What fits into the buffer of one chip does not into that of another."""
    program = programs.compiled("ascendc", "faults.cpp")
    wrong = programs.run(program, "buffer-overflow", 1)
    assert "910b has 188160" in wrong.stderr
    assert (
        programs.run(program, "buffer-overflow", 1, CHIP="950").returncode == 0
    )


LAUNCHED = """
#include "acl/acl.h"
#include <cstdio>
using namespace AscendC;

extern "C" __global__ __aicore__ void twice(GM_ADDR x, int count) {
  GlobalTensor<float> all;
  all.SetGlobalBuffer((__gm__ float *)x, count);
  LocalTensor<float> part(TPosition::VECCALC, 0, 64);
  DataCopy(part, all[GetBlockIdx() * 64], 64);
  PipeBarrier<PIPE_ALL>();
  Muls(part, part, 2.0f, 64);
  PipeBarrier<PIPE_ALL>();
  DataCopy(all[GetBlockIdx() * 64], part, 64);
}

int main() {
  float x[128];
  for (int i = 0; i < 128; ++i)
    x[i] = i;
  void *device;
  aclrtStream stream;
  aclrtCreateStream(&stream);
  aclrtMalloc(&device, sizeof x, ACL_MEM_MALLOC_HUGE_FIRST);
  aclrtMemcpy(device, sizeof x, x, sizeof x, ACL_MEMCPY_HOST_TO_DEVICE);
  twice<<<2, nullptr, stream>>>((uint8_t *)device, 128);
  aclrtSynchronizeStream(stream);
  aclrtMemcpy(x, sizeof x, device, sizeof x, ACL_MEMCPY_DEVICE_TO_HOST);
  aclrtFree(device);
  for (float value : x)
    std::printf("%g ", value);
}
"""


def test_launch_syntax(tmp_path):
    """A program in the vendor's own syntax and with its suffix."""
    kernel = tmp_path / "twice.asc"
    kernel.write_text(LAUNCHED)
    done = subprocess.run(
        [programs.OPC, "simulate", kernel, "--mode", "delayed"],
        capture_output=True,
        text=True,
        check=False,
    )
    if "there is none on PATH" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    assert [float(x) for x in done.stdout.split()] == [
        2 * i for i in range(128)
    ]


def test_time_line(tmp_path):
    """Copies, computations and waits of each core, for Perfetto."""
    path = tmp_path / "trace.json"
    program = programs.compiled("ascendc", "faults.cpp")
    programs.run(program, "scalar-too-early", 0, mode="deferred", TRACE=path)
    events = json.loads(path.read_text())["traceEvents"]
    rows = {e["args"]["name"] for e in events if e["ph"] == "M"}
    assert {"AIV 0", "V", "MTE3", "S"} <= rows
    categories = {e["cat"] for e in events if e["ph"] == "X"}
    assert {"compute", "copy", "wait"} <= categories
