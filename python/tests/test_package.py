"""The wheel works where it is installed alone: no LLVM, no build of opc."""

import re
import zipfile

import installed
import numpy as np
import pytest
import sanitizers
from onnx import helper
from support import BUILD, ROOT, graph_model, normal, onnxruntime_session

pytestmark = [
    pytest.mark.skipif(
        sanitizers.preloaded(), reason="a build with sanitizers is not packed"
    ),
    pytest.mark.skipif(
        not installed.may_mount(),
        reason="LLVM cannot be hidden here: unshare or mount is not permitted",
    ),
]

X, W = normal(2, 8), normal(8, 3, seed=1)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """With a model, its input, and its output as onnxruntime computes it."""
    package = installed.Installation(tmp_path_factory.mktemp("package"))
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["a"]),
        helper.make_node("Softmax", ["a"], ["y"]),
    ]
    model = graph_model(nodes, {"x": X}, ["y"], {"w": W})
    (package.folder / "model.onnx").write_bytes(model.SerializeToString())
    X.tofile(package.folder / "x.bin")
    np.save(package.folder / "x.npy", X)
    (package.expected,) = onnxruntime_session(model).run(None, {"x": X})
    return package


def assert_expected(package, values):
    values = np.asarray(values, np.float32).reshape(package.expected.shape)
    np.testing.assert_allclose(values, package.expected, rtol=1e-5)


def numbers(text):
    return [float(word) for word in text.split()]


FIND = """
import ctypes, shutil
for name in ("libLLVM.so.22.1", "libMLIR.so.22.1", "libprotobuf-lite.so.32"):
    try:
        ctypes.CDLL(name)
        print(name)
    except OSError:
        pass
print(*filter(shutil.which, ("clang-22", "ld.lld-22", "mlir-opt-22")))
"""


def test_there_is_neither_llvm_nor_a_build(package):
    assert package.python(FIND).strip() == ""
    assert package.run("ls", BUILD) + package.run("ls", ROOT / "include") == ""


def test_the_package_is_imported(package):
    program = "import opc; print(opc.__version__, opc.__file__)"
    version, file = package.python(program).split()
    cmake = (ROOT / "CMakeLists.txt").read_text()
    assert version == re.search(r"project\(opc VERSION (\S+)", cmake)[1]
    assert file.startswith(str(package.folder))


def test_what_the_page_says_works(package):
    commands = installed.said_by_page("environment/bin/")[1:]
    outputs = [package.run("sh", "-c", command) for command in commands]
    assert outputs[0] == package.run("opc", "--help")
    assert re.fullmatch(r"[0-9.]+\n", outputs[1])


def test_the_command_is_the_driver(package):
    assert package.run("opc", "--help").startswith("opc")
    assert package.run("opc", "help", "compile") == package.run(
        "opc", "compile", "--help"
    )
    assert re.search(r"build [0-9a-f]{8}", package.run("opc", "--version"))


def test_a_model_is_compiled_and_run(package):
    package.run("opc", "compile", "model.onnx", "-o", "model.so")
    package.run("opc", "run", "model.so", "--input", "x=x.npy", "--output", ".")
    assert_expected(package, np.load(package.folder / "y.npy"))


def test_a_model_is_compiled_and_run_from_python(package):
    program = """
import numpy, opc
(y,) = opc.compile("model.onnx").run([numpy.load("x.npy")])
print(*y.flatten())
"""
    assert_expected(package, numbers(package.python(program)))


TORCH = """
import sys
import torch

def step(x, w):
    return torch.softmax(torch.tanh(x @ w) * 2, 1).sum(0)

x, w = torch.randn(5, 8), torch.randn(8, 3, requires_grad=True)
expected = step(x, w)
(slope,) = torch.autograd.grad(expected[0], w)
assert "opc" not in sys.modules
y = torch.compile(step, backend="opc")(x, w)
torch.testing.assert_close(y, expected)
torch.testing.assert_close(torch.autograd.grad(y[0], w)[0], slope)
stats = sys.modules["opc.torch"].stats()
print(stats.programs, stats.eager_nodes)
"""


def test_torch_finds_the_back_end(package):
    assert package.python(TORCH).split() == ["2", "0"]


def test_a_c_program_runs_a_model(package):
    package.run("opc", "compile", "model.onnx", "-o", "model.so")
    program = package.build((ROOT / "examples/run_program.c").read_text())
    assert package.run(program, "model.so") == "y: f32[2, 3]\n"


COMPILES = """
#include <opc-c/compiler.h>
#include <stdio.h>

int main(void) {
  float x[16], y[6];
  FILE *file = fopen("x.bin", "rb");
  opc_model model = {.path = "model.onnx"};
  opc_program *program;
  int64_t in[] = {2, 8}, out[] = {2, 3};
  opc_tensor input = {x, OPC_F32, 2, in}, output = {y, OPC_F32, 2, out};
  if (!file || fread(x, sizeof(float), 16, file) != 16 ||
      opc_compile(&model, NULL, &program) != OPC_OK ||
      opc_run(program, &input, 1, &output, 1, NULL) != OPC_OK) {
    fprintf(stderr, "%s\\n", opc_last_error());
    return 1;
  }
  for (int i = 0; i < 6; ++i)
    printf("%.9g\\n", y[i]);
  opc_close(program);
  return 0;
}
"""


def test_a_c_program_compiles_a_model(package):
    program = package.build(COMPILES, "-lopc")
    assert_expected(package, numbers(package.run(program)))


def test_one_wheel_is_for_all_pythons(package):
    name = r"opc-[\d.]+-cp311-abi3-linux_x86_64\.whl"
    assert re.fullmatch(name, package.wheel.name)


def test_the_wheel_is_small_and_has_the_licences_of_what_is_inside(package):
    assert package.wheel.stat().st_size < 55e6
    with zipfile.ZipFile(package.wheel) as wheel:
        licences = [
            wheel.read(name).decode()
            for name in wheel.namelist()
            if "/licenses/" in name
        ]
    for words in (
        "LLVM Exceptions",
        "Wenzel Jakob",
        "Google Inc",
        "Lohmann",
        "musl",
        "Zig contributors",
    ):
        assert any(words in licence for licence in licences), words
