"""opc simulate: how kernels are rewritten, what is said where one cannot be
compiled or run, and what it leaves."""

import pathlib
import json
import os
import subprocess

import pytest
from simulated import FAULT_EXIT, OPC, compiled, run

HEADERS = pathlib.Path(__file__).resolve().parents[3] / "include/opc-sim"
APIS = ", ".join(
    sorted(file.parent.name for file in HEADERS.glob("*/api.json"))
)

WORDS = r"""
#include <cstdio>
#include "part.h"
const char *text = "k<<<1, 2>>>(3) \" <<<";  // k<<<1, 2>>>(3)
const char *raw = R"x(k<<<1, 2>>>(3))x";
namespace n {
template <class T, int N> __global__ void twice(T *x, int by = 2) {
  /* extern __shared__ float s[]; */
  extern __shared__ __align__(16) unsigned char s[];
  T *mine = reinterpret_cast<T *>(s);
  mine[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  x[threadIdx.x] = mine[threadIdx.x] * by + N - N;
}
}
int main(int argc, char **argv) {
  float host[4] = {1, 2, 3, 4}, *x;
  auto kernel = addOne;
  hipMalloc(&x, sizeof host);
  hipMemcpy(x, host, sizeof host, hipMemcpyHostToDevice);
  n::twice<float, 1 << 2> <<<dim3(1),
      4, 4 * sizeof(float)
  >>>(x);
  kernel<<<1, 4>>>(x);
  onlyOnce(x);
  hipMemcpy(host, x, sizeof host, hipMemcpyDeviceToHost);
  hipFree(x);
  for (float value : host)
    std::printf("%g ", value);
  std::printf("%d %s %s line %d\n", argc, argv[argc - 1], raw, __LINE__);
}
"""
PART = r"""
#include "deeper.h"
inline void onlyOnce(float *x) { addOne<<<dim3(1, 1), dim3(4)>>>(x); }
"""
DEEPER = r"""
__global__ void addOne(float *x) { x[threadIdx.x] += 1; }
"""


def simulate(*words, **options):
    done = subprocess.run(
        [OPC, "simulate", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )
    return done.returncode, done.stdout, done.stderr


def test_launches_are_rewritten_wherever_they_are(tmp_path):
    kernel = tmp_path / "kernel.hip"
    kernel.write_text(WORDS)
    (tmp_path / "part.h").write_text(PART)
    (tmp_path / "deeper.h").write_text(DEEPER)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    line = WORDS.splitlines().index(
        next(each for each in WORDS.splitlines() if "__LINE__" in each)
    )
    code, out, err = simulate(
        kernel, "--", "--help", env=os.environ | {"TMPDIR": str(scratch)}
    )
    assert (code, err) == (0, "")
    assert out == f"4 6 8 10 2 --help k<<<1, 2>>>(3) line {line + 1}\n"
    assert list(scratch.iterdir()) == []
    assert kernel.read_text() == WORDS


def test_what_does_not_compile_is_shown_where_it_is(tmp_path):
    kernel = tmp_path / "kernel.hip"
    kernel.write_text("int main() {\n  return missing;\n}\n")
    code, _, err = simulate(kernel)
    assert code == 1
    assert f"{kernel}:2:10: error:" in err
    assert err.endswith(
        f"opc: error: {kernel} does not compile (exit code 1)\n"
    )


def test_how_a_program_ends_is_told(tmp_path):
    kernel = tmp_path / "kernel.hip"
    kernel.write_text(
        "#include <cstdlib>\n"
        "int main(int argc, char **argv) {\n"
        "  if (argc == 1) hipFree(&argc);\n"
        "  else if (argc == 2) return 7;\n"
        "  else abort();\n"
        "}\n"
    )
    faults = tmp_path / "faults.json"
    code, _, err = simulate(kernel, "--faults", faults)
    assert code == 1
    assert err.endswith(
        f"opc: error: {kernel} has the faults that are told above\n"
    )
    (fault,) = json.loads(faults.read_text())
    assert (fault["kind"], fault["place"]) == ("bad-free", f"{kernel}:3")
    code, _, err = simulate(kernel, "--", "1")
    assert (code, err) == (1, f"opc: error: {kernel} ended with exit code 7\n")
    code, _, err = simulate(kernel, "--", "1", "2")
    assert code == 1
    assert "was ended by signal 6 (Aborted)" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["k.cpp"], f"k.cpp may be for any API: say --api with one of {APIS}"),
        (
            ["k.cpp", "--api", "hipp"],
            f"--api is 'hipp', did you mean 'hip': there are {APIS}",
        ),
        (["k.hip", "--wave", "48"], "--wave is '48': there are 32, 64, 128"),
        (["k.hip", "--seed", "x"], "--seed is 'x', not a number from 0 to"),
        (["k.hip", "more"], "unexpected argument 'more'"),
        ([], "KERNEL is missing"),
    ],
)
def test_wrong_usage_is_told(words, said):
    code, _, err = simulate(*words)
    assert code == 2
    # APIs of other families may be there, too.
    for part in said.split(", "):
        assert part in err


def test_a_kernel_that_is_not_there(tmp_path):
    code, _, err = simulate(tmp_path / "none.hip")
    assert code == 1
    assert f"cannot read {tmp_path / 'none.hip'}: no such file" in err


def test_without_a_compiler_that_is_said(tmp_path):
    kernel = tmp_path / "kernel.hip"
    kernel.write_text("int main() {}\n")
    env = {"PATH": str(tmp_path)}
    code, _, err = simulate(kernel, env=env)
    assert code == 1
    assert "compiled by clang++, and there is none on PATH" in err
    code, _, err = simulate(kernel, env=env | {"OPC_CLANGXX": "clang++-99"})
    assert (code, "there is no program clang++-99 (OPC_CLANGXX)" in err) == (
        1,
        True,
    )


TIMED = """
__global__ void fill(float *x) {
  __syncthreads();
  x[threadIdx.x] = 1;
}
int main() {
  static float host[64];
  float *x;
  hipStream_t stream;
  hipStreamCreate(&stream);
  hipMalloc(&x, sizeof host);
  fill<<<3, 64, 0, stream>>>(x);
  hipMemcpyAsync(host, x, sizeof host, hipMemcpyDeviceToHost, stream);
  hipStreamSynchronize(stream);
}
"""


@pytest.fixture(scope="module")
def timed(tmp_path_factory):
    return compiled(TIMED, "hip", tmp_path_factory.mktemp("timed"), "timed")


def test_the_time_line_has_copies_computations_waits_and_barriers(timed):
    ran = run(timed, trace=True)
    # Blocks write the same: that is a race, and the time line is written.
    assert ran.code == FAULT_EXIT
    events = ran.trace["traceEvents"]
    spans = [event for event in events if event["ph"] == "X"]
    kinds = {
        kind: [each["name"] for each in spans if each["cat"] == kind]
        for kind in ("copy", "compute", "wait", "barrier")
    }
    assert kinds["copy"] == ["fill", "hipMemcpyAsync"]
    assert kinds["compute"] == [f"fill ({x},0,0)" for x in range(3)]
    assert kinds["wait"] == ["hipStreamSynchronize"]
    assert len(kinds["barrier"]) == 3
    names = {
        (event["pid"], event["tid"]): event["args"]["name"]
        for event in events
        if event["ph"] == "M"
    }
    assert {"host", "device", "stream 1", "blocks"} <= set(names.values())
    assert all((each["pid"], each["tid"]) in names for each in spans)
    blocks = [each for each in spans if each["cat"] == "compute"]
    for one, next_one in zip(blocks, blocks[1:], strict=False):
        assert one["ts"] + one["dur"] <= next_one["ts"] + 0.002


def test_wrong_settings_end_the_program(timed):
    for key, value in (("mode", "later"), ("wave", 48), ("chip", "gfx1")):
        ran = run(timed, **{key: value})
        assert ran.code == 2
        assert ran.err.startswith(f"opcsim: OPCSIM_{key.upper()} is '{value}'")
