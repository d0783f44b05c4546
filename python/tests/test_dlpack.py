"""Arrays of other frameworks in and out, without a copy."""

import ctypes
import gc
import subprocess
import sys

import numpy as np
import onnx
import opc
import pytest
from support import normal
from test_api import DTYPES, Foreign, transposition

NEEDS_TORCH = "torch is in no requirements of the tests"


@pytest.fixture(scope="module")
def model():
    return opc.compile(transposition(), cache=False)


class DLTensor(ctypes.Structure):
    """DLPack's, before its version 1."""

    _fields_ = (
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("offset", ctypes.c_uint64),
        ("manager", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
    )


class Device:
    """A name that is no str."""

    def __init__(self, name):
        self.name = name

    def __str__(self):
        return self.name


class Elsewhere:
    """An array that says it is on some device; `device` is its name, if any."""

    def __init__(self, array, kind, device=None):
        self.array, self.kind, self.tensors = array, kind, []
        if device:
            self.device = device

    def __dlpack_device__(self):
        return (self.kind, 0)

    def __dlpack__(self, **options):
        shape = (ctypes.c_int64 * self.array.ndim)(*self.array.shape)
        tensor = DLTensor(
            self.array.ctypes.data, self.kind, 0, self.array.ndim,
            2, 32, 1, shape, None, 0, None, None,
        )  # fmt: skip
        self.tensors.append(tensor)
        make = ctypes.pythonapi.PyCapsule_New
        make.restype = ctypes.py_object
        make.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
        return make(ctypes.addressof(tensor), b"dltensor", None)


@pytest.mark.parametrize("kind", [1, 3, 11])
def test_memory_of_the_host_is_taken(model, kind):
    x, y = normal(3, 4), np.empty((4, 3), "f")
    (z,) = model.run([Elsewhere(x, kind)])
    np.testing.assert_array_equal(z, x.T)
    model.run([x], out=Elsewhere(y, kind))
    np.testing.assert_array_equal(y, x.T)


@pytest.mark.parametrize("kind", [2, 4, 7, 8, 10, 14])
def test_memory_of_devices_is_refused_by_name(model, kind):
    x = normal(3, 4)
    for array, place in (
        (Elsewhere(x, kind, Device("gpu:1")), "'gpu:1'"),
        (Elsewhere(x, kind), f"DLPack device type {kind}"),
    ):
        message = rf"got f32\[3, 4\] in the memory of {place}$"
        with pytest.raises(opc.InputError, match=f"input 'x': .*{message}"):
            model.run([array])
        with pytest.raises(opc.InputError, match=f"output 'y': .*{message}"):
            model.run([x], out=array)


class Reluctant(Foreign):
    """It gives nothing, and says why."""

    def __dlpack__(self, **options):
        raise BufferError("no tensor\nhas less")


def test_what_an_array_says_against_it_is_quoted(model):
    for run in (
        lambda array: model.run([array]),
        lambda array: model.run([normal(3, 4)], out=array),
    ):
        with pytest.raises(opc.InputError) as caught:
            run(Reluctant(normal(3, 4)))
        assert str(caught.value).endswith(
            "Reluctant that is no numpy or DLPack array: no tensor"
        )


@pytest.mark.parametrize("dtype", DTYPES, ids=DTYPES.values())
def test_results_outlive_the_program(dtype):
    compiled = opc.compile(transposition(dtype), cache=False)
    x = np.arange(6).reshape(3, 2).astype(dtype)
    capsule = compiled.run([x])[0].__dlpack__()
    del compiled
    gc.collect()
    # The capsule is the last that holds the memory.
    again = opc.compile(transposition(dtype, (2, 3)), cache=False)
    np.testing.assert_array_equal(again.run([capsule])[0], x)


TORCH = """
import gc, sys, numpy as np, opc
m = opc.compile(sys.argv[1], cache=False)
x = np.arange(6, dtype="f").reshape(3, 2)
assert isinstance(m.run([x])[0], np.ndarray) and "torch" not in sys.modules
import torch

# Tensors come back where tensors come in; the arrays of numpy stay numpy's.
t = torch.from_numpy(x)
(y,) = m.run([t])
assert type(y) is torch.Tensor and y.dtype == torch.float32
assert torch.equal(y, t.T) and not y.requires_grad
assert isinstance(m.run([x])[0], np.ndarray)
assert type(m.run([torch.nn.Parameter(t)])[0]) is torch.Tensor
y += 1  # its memory is its own
m2 = opc.compile(sys.argv[1], cache=False)
(kept,) = m2.run([t])
del m2
gc.collect()
for _ in range(9):
    m.run([t + 1])
assert torch.equal(kept, t.T)

# Any layout is read right, what is put off is done, gradients are not recorded.
for value in (t.T.contiguous().T, t.repeat(1, 2)[:, ::2], torch._neg_view(t),
              t.clone().requires_grad_(), t.clone().requires_grad_() * 2):
    assert torch.equal(m.run([value])[0], value.detach().T)

# out= and its refusals.
place = torch.empty(2, 3)
assert m.run([t], out=place)[0] is place and torch.equal(place, t.T)
assert m.run([x], out=place)[0] is place
array = np.empty((2, 3), "f")
assert m.run([t], out=array)[0] is array
for wrong, message in (
    (torch.empty(3, 2).T, "f32[2, 3] with strides [1, 2] to write to"),
    (torch.empty(2, 3).requires_grad_(), "requires grad to write to: give its"),
    (torch._neg_view(place), "a tensor that puts off a negation to write to"),
    (torch.empty(2, 3, device="meta"), "Tensor that is no numpy or DLPack"),
    (torch.empty(2, 3).to_sparse(), "Tensor that is no numpy or DLPack"),
    (torch.empty(2, 3, dtype=torch.complex64), "type code 5[2, 3]"),
    (t.view(2, 3), "overlaps input 'x'"),
):
    try:
        m.run([t], out=wrong)
        raise SystemExit(f"taken: {wrong}")
    except opc.InputError as error:
        assert message in str(error), error
        assert "\\n" not in str(error), error
for wrong in (torch.empty(3, 2, device="meta"), t.to_sparse()):
    try:
        m.run([wrong])
        raise SystemExit(f"taken: {wrong}")
    except opc.InputError as error:
        assert "no numpy or DLPack array: " in str(error), error
try:
    m.run([t], out=torch.empty(0))
    raise SystemExit("an empty place is taken")
except opc.InputError as error:
    assert "expected f32[n, 3], got f32[0]" in str(error), error
assert m.run([torch.empty(3, 0)], out=torch.empty(0, 3))[0].shape == (0, 3)
assert m.run([torch.empty(3, 0)])[0].shape == (0, 3)

# Every dtype, in and out, and no copy of either.
for path, name in zip(sys.argv[2::2], sys.argv[3::2]):
    m = opc.compile(path, cache=False)
    t = torch.tensor([[0, 1], [1, 0], [1, 1]]).to(getattr(torch, name))
    (y,) = m.run([t])
    assert y.dtype == t.dtype and torch.equal(y.T.contiguous(), t), name
    place = torch.zeros_like(y)
    assert m.run([t], out=place)[0] is place and torch.equal(place, y), name
print("done")
"""

TORCH_NAMES = {
    "bool": "bool", "i8": "int8", "i16": "int16", "i32": "int32",
    "i64": "int64", "u8": "uint8", "u16": "uint16", "u32": "uint32",
    "u64": "uint64", "f16": "float16", "bf16": "bfloat16", "f32": "float32",
    "f64": "float64",
}  # fmt: skip


def test_tensors_of_torch(tmp_path):
    pytest.importorskip("torch", reason=NEEDS_TORCH)
    files = []
    for dtype, name in DTYPES.items():
        onnx.save(transposition(dtype), tmp_path / f"{name}.onnx")
        files += [tmp_path / f"{name}.onnx", TORCH_NAMES[name]]
    command = [sys.executable, "-c", TORCH, tmp_path / "f32.onnx", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


DONATE = """
import sys, torch, opc
m = opc.compile(sys.argv[1], donate=[0], cache=False)
t = torch.arange(6, dtype=torch.float32).reshape(3, 2) - 3
want = t.relu()
assert m.run([t])[0] is t and torch.equal(t, want)
try:
    m.run([t.requires_grad_()])
except opc.InputError as error:
    print(error)
"""


def test_tensors_of_torch_are_donated(tmp_path):
    pytest.importorskip("torch", reason=NEEDS_TORCH)
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    info = [
        onnx.helper.make_tensor_value_info(name, 1, [3, "n"]) for name in "xy"
    ]
    graph = onnx.helper.make_graph([node], "graph", info[:1], info[1:])
    opsets = [onnx.helper.make_opsetid("", 18)]
    proto = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=9)
    onnx.save(proto, tmp_path / "relu.onnx")
    command = [sys.executable, "-c", DONATE, tmp_path / "relu.onnx"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (
        0,
        "donated input 'x': expected f32[3, n], got a tensor that requires grad "
        "to write to: give its detach()\n",
    ), done.stderr
