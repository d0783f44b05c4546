"""What callers of the Python package give: all of it is taken, or refused with an
opc.Error in one line, never with an error of the binding."""

import decimal
import os
import pathlib
import subprocess
import sys
import types

import ml_dtypes
import numpy as np
import opc
import opc.onnx
import pytest
from onnx import helper
from support import graph_model, normal


class Hostile:
    """Every conversion of it fails."""

    def __array__(self, *args, **kwargs):
        raise ValueError("no\narray")

    def __index__(self):
        raise TypeError("no index")

    def __iter__(self):
        raise TypeError("no iteration")

    def __len__(self):
        raise TypeError("no length")


class Emptied:
    """What one looks at is gone."""

    def __dlpack__(self, **options):
        raise BufferError("gone")

    def __dlpack_device__(self):
        return (1, 0)


STRANGE = [
    None, True, 0, -1, 2**31, 2**70, 1.5, float("nan"), 1j, "", "x", "a\0b",
    "\udcff", "x" * 100_000, b"", b"x", b"\xff\0", bytearray(b"x"), (), [], {},
    [None], {"x": None}, {1: 2}, {"n": 2**70}, {"\udcff": 1}, {"n": "2"}, object(),
    Hostile(), Emptied(), int, len, os, range(3), {1, 2}, iter([1]),
    decimal.Decimal(1), np.float32(1), np.int64(2), np.bool_(True),
    np.datetime64("2020"), np.array("x"), np.array([None]), np.zeros(3),
    np.zeros((0,)), np.zeros((), "V4"), pathlib.Path("/"), "/", ".", "/dev/null",
    types.SimpleNamespace(name="x"), types.MappingProxyType({"n": 1}),
    memoryview(b"abc"), np.ma.masked,
]  # fmt: skip


@pytest.fixture(scope="module")
def proto():
    node = helper.make_node("Relu", ["x"], ["y"])
    x = helper.make_tensor_value_info("x", 1, ["n", 3])
    y = helper.make_tensor_value_info("y", 1, ["n", 3])
    graph = helper.make_graph([node], "graph", [x], [y])
    opsets = [helper.make_opsetid("", 18)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9)


@pytest.fixture(scope="module")
def model(proto):
    return opc.compile(proto, cache=False)


def calls(proto, model):
    """Every place that takes an argument."""

    def compiling(name):
        return lambda value: opc.compile(proto, **{"cache": False, name: value})

    def inspecting(name):
        return lambda value: opc.inspect(proto, **{name: value})

    shared = ("target", "dims", "constants", "directory", "outputs", "donate")
    return {
        **{f"compile {n}": compiling(n) for n in (*shared, "threads", "cache")},
        **{f"inspect {n}": inspecting(n) for n in shared},
        "compile": lambda value: opc.compile(value, cache=False),
        "inspect": opc.inspect,
        "load": opc.load,
        "Model": opc.Model,
        "run": model.run,
        "run one": lambda value: model.run([value]),
        "run named": lambda value: model.run({"x": value}),
        "run out": lambda value: model.run([normal(1, 3)], out=value),
        "profile": model.profile,
        "profile runs": lambda value: model.profile([normal(1, 3)], value),
        "set_threads": model.set_threads,
        "save": model.save,
        "prepare": opc.onnx.Backend.prepare,
        "prepare device": lambda value: opc.onnx.Backend.prepare(
            proto, value, cache=False
        ),
        "rep run": opc.onnx.Backend.prepare(proto, cache=False).run,
    }


PLACES = [
    "compile", "compile cache", "compile constants", "compile dims",
    "compile directory", "compile donate", "compile outputs", "compile target",
    "compile threads", "inspect", "inspect constants", "inspect dims",
    "inspect directory", "inspect donate", "inspect outputs", "inspect target",
    "load", "Model", "run", "run one", "run named", "run out", "profile", "profile runs", "set_threads", "save", "prepare",
    "prepare device", "rep run",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_strange_values_are_taken_or_refused(
    proto, model, tmp_path, monkeypatch, place
):
    # Some are names of files, which are then written here.
    monkeypatch.chdir(tmp_path)
    places = calls(proto, model)
    assert sorted(places) == sorted(PLACES)
    for value in STRANGE:
        if place == "profile runs" and isinstance(value, int) and value > 9:
            continue
        try:
            places[place](value)
        except opc.Error as error:
            assert not isinstance(error, opc.InternalError), repr(value)[:80]
            assert str(error) and "\n" not in str(error), repr(value)[:80]
            assert "incompatible function arguments" not in str(error)


def test_paths_may_be_bytes_and_need_not_be_utf8(proto, model, tmp_path):
    x = normal(2, 3)
    names = [b"m\xff.so", os.fsdecode(b"n\xfe.so"), "\u8f93.so"]
    for name in names:
        path = os.path.join(os.fsencode(tmp_path), os.fsencode(name))
        path = path if isinstance(name, bytes) else os.fsdecode(path)
        model.save(path)
        loaded = opc.load(path)
        np.testing.assert_array_equal(loaded.run([x])[0], np.maximum(x, 0))
        again = os.fsencode(path) + b".copy"
        loaded.save(again)
        assert opc.inspect(os.fsdecode(path))["runs_here"]
        assert pathlib.Path(os.fsdecode(again)).exists()
    file = os.fsdecode(os.path.join(os.fsencode(tmp_path), b"\xff.onnx"))
    pathlib.Path(file).write_bytes(proto.SerializeToString())
    (y,) = opc.compile(file, cache=False).run([x])
    np.testing.assert_array_equal(y, np.maximum(x, 0))


def test_a_path_with_nul_is_refused(model, tmp_path):
    for call in (opc.load, opc.compile, opc.inspect, model.save):
        with pytest.raises(opc.UsageError, match="holds a NUL"):
            call(f"{tmp_path}/m.so\0.txt")
    assert not list(tmp_path.iterdir())


def test_numbers_of_numpy_are_numbers(proto, model):
    compiled = opc.compile(
        proto,
        threads=np.int64(2),
        dims={"n": np.uint8(4)},
        cache=np.bool_(False),
    )
    assert compiled.inputs[0].shape == (4, 3)
    assert compiled.manifest["threads"] == 2
    model.set_threads(np.int32(2))
    model.set_threads(1)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"threads": 1.0}, "threads: expected a whole number, got 1.0"),
        ({"threads": True}, "threads: expected a whole number, got True"),
        ({"threads": 2**70}, "'threads' is not a number from 1 to 1024"),
        ({"dims": [1]}, "dims: expected a dict, got list"),
        ({"dims": {1: 2}}, "dims: a name: expected a str, got 1"),
        ({"dims": {"n": "2"}}, "dims: 'n': expected a whole number, got '2'"),
        ({"dims": {"m": 2}}, "no input has a dimension called 'm'"),
        ({"target": None}, "target: expected a str, got None"),
        ({"cache": None}, "cache: expected a str, bytes or os.PathLike"),
        ({"cache": b"\xff"}, "is no UTF-8"),
        ({"directory": 5}, "directory: expected a str, bytes or os.PathLike"),
        (
            {"outputs": "y"},
            "outputs: expected a list or tuple of names, got 'y'",
        ),
        ({"outputs": [1]}, "outputs: a name: expected a str, got 1"),
        ({"outputs": []}, "'outputs' is not a list of at least one name"),
        ({"constants": []}, "constants: expected a dict, got list"),
        ({"constants": {"z": [1]}}, "no input is called 'z': there are x"),
        (
            {"constants": {"x": np.ma.masked_equal(np.zeros((1, 3), "f"), 0)}},
            "constants: 'x' has masked elements",
        ),
        (
            {"constants": {"x": np.array("x")}},
            "constants: 'x': dtype <U1 is no tensor's",
        ),
        (
            {"constants": {"x": Hostile()}},
            "constants: 'x': Hostile is no array: no$",
        ),
    ],
)
def test_wrong_options_are_named(proto, arguments, message):
    with pytest.raises(opc.Error, match=message) as caught:
        opc.compile(proto, **{"cache": False, **arguments})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "value, message",
    [
        (np.zeros((2, 3)), r"f64\[2, 3\] is given for f32\[2, 3\]"),
        (np.zeros((2, 4), "f"), r"f32\[2, 4\] is given for f32\[2, 3\]"),
        (np.zeros(3, "f"), r"f32\[3\] is given for f32\[n, 3\]"),
        (np.zeros((7, 7), np.int8), r"i8\[7, 7\] is given for f32\[7, 3\]"),
        (np.zeros((2, 3), ml_dtypes.bfloat16), r"bf16\[2, 3\] is given for"),
    ],
)
def test_a_constant_of_another_type_is_one_line(proto, value, message):
    with pytest.raises(opc.InputError, match=message) as caught:
        opc.compile(proto, constants={"x": value}, cache=False)
    assert str(caught.value).startswith("input 'x': a constant of ")
    assert "\n" not in str(caught.value)


def test_a_constant_gives_its_dimensions_to_all_inputs():
    node = helper.make_node("Add", ["a", "b"], ["y"])
    a, b, y = (
        helper.make_tensor_value_info(name, 1, ["n", "m"]) for name in "aby"
    )
    graph = helper.make_graph([node], "graph", [a, b], [y])
    opsets = [helper.make_opsetid("", 18)]
    proto = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    value = normal(2, 3)
    compiled = opc.compile(proto, constants={"a": value}, cache=False)
    assert compiled.inputs[0].shape == (2, 3)
    other = normal(2, 3, seed=1)
    np.testing.assert_array_equal(compiled.run([other])[0], value + other)
    with pytest.raises(
        opc.InputError, match=r"f32\[2, 3\] is given for f32\[5"
    ):
        opc.compile(proto, constants={"a": value}, dims={"n": 5}, cache=False)
    same = opc.compile(
        proto, constants={"a": value}, dims={"n": 2}, cache=False
    )
    assert same.inputs[0].shape == (2, 3)


def test_constants_are_read_where_they_are(proto, tmp_path):
    """Also in a mapped file, and whatever their layout."""
    x = normal(2, 3)
    x.tofile(tmp_path / "x.bin")
    mapped = np.memmap(tmp_path / "x.bin", np.float32, "r", shape=(2, 3))
    odd = np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view("f4")
    for value in (mapped, x.T.copy().T, x.astype(">f4"), odd.reshape(2, 3)):
        fixed = opc.compile(proto, constants={"x": value}, cache=False)
        np.testing.assert_array_equal(fixed.run([])[0], np.maximum(x, 0))
    scalar = helper.make_node("Add", ["a", "b"], ["y"])
    added = graph_model([scalar], {"a": x, "b": np.float32(0)}, ["y"])
    fixed = opc.compile(added, constants={"b": np.float32(2)}, cache=False)
    np.testing.assert_array_equal(fixed.run([x])[0], x + 2)


@pytest.mark.parametrize("kind", ["int4", "uint4"])
def test_constants_of_few_bits(kind):
    few = np.arange(6).astype(getattr(ml_dtypes, kind))
    few[0] = 7
    node = helper.make_node("Cast", ["x"], ["y"], to=1)
    element = helper.np_dtype_to_tensor_dtype(few.dtype)
    x = helper.make_tensor_value_info("x", element, [6])
    y = helper.make_tensor_value_info("y", 1, [6])
    graph = helper.make_graph([node], "graph", [x], [y])
    opsets = [helper.make_opsetid("", 21)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    byte = np.int8 if kind == "int4" else np.uint8
    for value in (few, few.astype(byte)):
        fixed = opc.compile(model, constants={"x": value}, cache=False)
        np.testing.assert_array_equal(fixed.run([])[0], few.astype("f"))
    with pytest.raises(opc.InputError, match="is given for"):
        opc.compile(model, constants={"x": np.zeros(6, "i2")}, cache=False)


def with_default():
    """y = x * w, where w has a default."""
    node = helper.make_node("Mul", ["x", "w"], ["y"])
    default = np.array([2, 3, 4], np.float32)
    proto = graph_model([node], {"x": normal(1, 3)}, ["y"], {"w": default})
    proto.graph.input.append(helper.make_tensor_value_info("w", 1, [3]))
    return proto


@pytest.mark.parametrize("target", ["cpu", "reference"])
def test_a_constant_replaces_a_default(target):
    proto, x = with_default(), np.ones((1, 3), np.float32)
    w = np.array([5, 6, 7], np.float32)
    (y,) = opc.compile(proto, target, constants={"w": w}, cache=False).run([x])
    np.testing.assert_array_equal(y, [[5, 6, 7]])
    (y,) = opc.compile(proto, target, cache=False).run([x])
    np.testing.assert_array_equal(y, [[2, 3, 4]])
    for wrong in (np.ones((7, 7), np.int8), np.ones(3), np.ones(4, "f")):
        with pytest.raises(opc.InputError, match=r"is given for f32\[3\]"):
            opc.compile(proto, constants={"w": wrong}, cache=False)


class Lazy:
    """A tensor whose negation or conjugation is noted and not done, as torch
    has them: DLPack gives the elements without it."""

    def __init__(self, array, negative=False, conjugate=False):
        self.array, self.negative = array, negative
        self.conjugate = conjugate

    def is_neg(self):
        return self.negative

    def is_conj(self):
        return self.conjugate

    def resolve_neg(self):
        array = -self.array if self.negative else self.array
        return Lazy(array, False, self.conjugate)

    def resolve_conj(self):
        return Lazy(self.array, self.negative, False)

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()

    def __array__(self, *args, **options):
        assert not self.negative
        return self.array


def test_what_a_framework_puts_off_is_done_first(proto, model):
    x = normal(2, 3)
    for lazy in (Lazy(x, True), Lazy(x, True, True)):
        np.testing.assert_array_equal(model.run([lazy])[0], np.maximum(-x, 0))
        fixed = opc.compile(proto, constants={"x": lazy}, cache=False)
        np.testing.assert_array_equal(fixed.run([])[0], np.maximum(-x, 0))
    np.testing.assert_array_equal(model.run([Lazy(x)])[0], np.maximum(x, 0))


def test_a_misaligned_foreign_array_is_copied(model):
    x = normal(2, 3)
    odd = np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view("f4")
    odd = odd.reshape(2, 3)
    assert not odd.flags.aligned
    (y,) = model.run([Lazy(odd)])
    np.testing.assert_array_equal(y, np.maximum(x, 0))


def test_masked_elements_are_no_values(model):
    x = np.ma.masked_less(normal(2, 3), 0)
    with pytest.raises(opc.InputError, match="'x'.*masked elements"):
        model.run([x])
    whole = np.ma.array(normal(2, 3))
    assert model.run([whole])[0].shape == (2, 3)


@pytest.fixture(scope="module")
def bfloat16_result():
    node = helper.make_node("Cast", ["x"], ["y"], to=16)
    x = normal(4, 6)
    compiled = opc.compile(graph_model([node], {"x": x}, ["y"]), cache=False)
    return x.astype(ml_dtypes.bfloat16), compiled.run([x])[0]


class Consumer:
    """What another framework reads of a DLPack capsule."""

    def __init__(self, array, **options):
        relu = helper.make_node("Identity", ["x"], ["y"])
        info = [
            helper.make_tensor_value_info(name, 16, list(array.shape))
            for name in "xy"
        ]
        graph = helper.make_graph([relu], "graph", info[:1], info[1:])
        opsets = [helper.make_opsetid("", 18)]
        proto = helper.make_model(graph, opset_imports=opsets, ir_version=9)
        capsule = array.__dlpack__(**options)
        (self.array,) = opc.compile(proto, cache=False).run([capsule])


def test_bfloat16_results_leave_through_dlpack(bfloat16_result):
    expected, y = bfloat16_result
    assert isinstance(y, np.ndarray) and y.dtype == ml_dtypes.bfloat16
    np.testing.assert_array_equal(y, expected)
    assert y.__dlpack_device__() == (1, 0)
    for options in (
        {},
        {"stream": None},
        {"max_version": (1, 0)},
        {"max_version": (1, 0), "copy": True, "dl_device": (1, 0)},
    ):
        np.testing.assert_array_equal(Consumer(y, **options).array, expected)
    view = y[1:, ::2].T
    np.testing.assert_array_equal(Consumer(view).array, expected[1:, ::2].T)
    for wrong in ({"dl_device": (2, 0)}, {"stream": 1}):
        with pytest.raises(BufferError):
            y.__dlpack__(**wrong)
    as_float = y.astype(np.float32)
    np.testing.assert_array_equal(np.from_dlpack(as_float), as_float)


TORCH = """
import sys, numpy as np, torch, opc
m = opc.compile(sys.argv[1], cache=False)
x = torch.arange(-3, 3, dtype=torch.float32).reshape(2, 3)
for value in (torch._neg_view(x), x.t().contiguous().t(), x.requires_grad_()):
    want = value.detach().resolve_neg().numpy().clip(0)
    np.testing.assert_array_equal(m.run([value])[0], want)
print(torch.from_dlpack(opc.compile(sys.argv[2], cache=False)
    .run([x.detach()])[0]).dtype)
"""


def test_torch_itself(tmp_path, proto):
    pytest.importorskip(
        "torch",
        reason="torch is in no requirements of the tests: stand-ins are",
    )
    files = [tmp_path / "relu.onnx", tmp_path / "cast.onnx"]
    cast = helper.make_node("Cast", ["x"], ["y"], to=16)
    models = [proto, graph_model([cast], {"x": normal(2, 3)}, ["y"])]
    for file, one in zip(files, models, strict=True):
        file.write_bytes(one.SerializeToString())
    done = subprocess.run(
        [sys.executable, "-c", TORCH, *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "torch.bfloat16\n"), (
        done.stderr
    )
