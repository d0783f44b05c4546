"""The Python interface: arrays in and out, errors, threads, files, cache."""

import concurrent.futures
import gc
import os
import pathlib
import subprocess
import sys
import weakref

import numpy as np
import onnx
import opc
import pytest
from onnx import helper
from support import BF16, graph_model, integers, normal

DTYPES = {
    np.dtype(kind): name
    for name, kind in {
        "bool": np.bool_, "i8": np.int8, "i16": np.int16, "i32": np.int32,
        "i64": np.int64, "u8": np.uint8, "u16": np.uint16, "u32": np.uint32,
        "u64": np.uint64, "f16": np.float16, "bf16": BF16, "f32": np.float32,
        "f64": np.float64,
    }.items()
}  # fmt: skip


def transposition(dtype=np.float32, shape=(3, "n")):
    """y = x transposed."""
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    x = helper.make_tensor_value_info("x", kind, shape)
    y = helper.make_tensor_value_info("y", kind, shape[::-1])
    node = helper.make_node("Transpose", ["x"], ["y"])
    graph = helper.make_graph([node], "graph", [x], [y])
    opset = [helper.make_opsetid("", 18)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)


@pytest.fixture(scope="module")
def model():
    return opc.compile(transposition(), cache=False)


def sums():
    """s = a + b, d = a - b."""
    nodes = [
        helper.make_node("Add", ["a", "b"], ["s"]),
        helper.make_node("Sub", ["a", "b"], ["d"]),
    ]
    feeds = {"a": normal(4), "b": normal(4, seed=1)}
    return graph_model(nodes, feeds, ["s", "d"]), feeds


class Foreign:
    """An array that is nothing but DLPack."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


@pytest.mark.parametrize("dtype", DTYPES, ids=DTYPES.values())
def test_every_dtype_goes_in_and_out(dtype):
    x = integers(0, 2, 3, 4).astype(dtype)
    compiled = opc.compile(transposition(dtype), cache=False)
    (y,) = compiled.run([x])
    assert y.dtype == dtype
    np.testing.assert_array_equal(y, x.T)
    assert compiled.inputs == [("x", dtype, (3, "n"))]
    assert compiled.outputs == [("y", dtype, ("n", 3))]
    assert compiled.manifest["inputs"][0]["dtype"] == DTYPES[dtype]


def test_a_model_may_be_a_path_bytes_or_a_proto(tmp_path):
    proto = transposition()
    file = tmp_path / "model.onnx"
    onnx.save(proto, file)
    x = normal(3, 2)
    for form in (file, str(file), proto.SerializeToString(), proto):
        (y,) = opc.compile(form, cache=False).run({"x": x})
        np.testing.assert_array_equal(y, x.T)


def test_inputs_by_name_and_by_position():
    proto, feeds = sums()
    compiled = opc.compile(proto, cache=False)
    a, b = feeds["a"], feeds["b"]
    for given in ({"b": b, "a": a}, [a, b], (a, b)):
        outputs = compiled.run(given)
        assert isinstance(outputs, list)
        np.testing.assert_array_equal(outputs[0], a + b)
        np.testing.assert_array_equal(outputs[1], a - b)


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.T.copy().T,
        lambda x: np.repeat(x, 2, axis=1)[:, ::2],
        lambda x: x[::-1][::-1],
        lambda x: x.astype(">f4"),
        lambda x: np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:]
        .view(np.float32)
        .reshape(x.shape),
        Foreign,
        lambda x: Foreign(x.T.copy().T),
        lambda x: Foreign(np.repeat(x, 2, axis=1)[:, ::2]),
    ],
    ids=[
        "column-major", "strided", "reversed", "big-endian", "unaligned", "dlpack",
        "dlpack-column-major", "dlpack-strided",
    ],
)  # fmt: skip
def test_any_layout_is_read_right(model, change):
    x = normal(3, 5)
    (y,) = model.run([change(x)])
    np.testing.assert_array_equal(y, x.T)


def test_a_read_only_array_is_accepted_and_not_changed(model):
    x = normal(3, 4)
    x.flags.writeable = False
    (y,) = model.run([x])
    np.testing.assert_array_equal(y, x.T)


COPIES = """
import resource, sys
import numpy as np, opc
m = opc.compile(sys.argv[1], cache=False)
x = np.ones((1000, 50_000), np.float32)
x[-1, -1] = 2
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
(y,) = m.run([x])
assert y.max() == 2
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_dense_input_is_not_copied(tmp_path):
    node = helper.make_node("ReduceMax", ["x"], ["y"], keepdims=0)
    small = {"x": normal(2, 3)}
    onnx.save(
        graph_model([node], small, ["y"], symbolic=True), tmp_path / "m.onnx"
    )
    command = [sys.executable, "-c", COPIES, tmp_path / "m.onnx"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100_000  # kB; the input has 200,000


def test_results_own_their_memory():
    compiled = opc.compile(transposition(), cache=False)
    x = normal(3, 1000)
    (first,) = compiled.run([x])
    kept, watch = first[5:7], weakref.ref(first)
    expected = kept.copy()
    del first, compiled
    gc.collect()
    assert watch() is not None  # a view keeps what it looks at
    again = opc.compile(transposition(), cache=False)
    for _ in range(20):
        again.run([normal(3, 1000, seed=1)])
    np.testing.assert_array_equal(kept, expected)
    assert kept.flags.writeable


BAD_INPUTS = {
    "dtype": (
        lambda x: [x.astype(np.float64)],
        r"'x'.*f32\[3, n\].*f64\[3, 4\]",
    ),
    "foreign-dtype": (lambda x: [Foreign(x.astype(int))], r"'x'.*f32.*i64"),
    "complex": (lambda x: [x.astype(complex)], "'x'.*complex128"),
    "text": (lambda x: [np.array(["a"])], "'x'.*expected f32"),
    "list": (lambda x: [x.tolist()], "'x'.*type list that is no numpy"),
    "none": (lambda x: [None], "'x'.*NoneType"),
    "extent": (lambda x: [x.T], "'x'.*4"),
    "rank": (lambda x: [x[0]], "'x'"),
    "missing": (lambda x: {}, "'x'.*missing"),
    "unknown": (lambda x: {"x": x, "z": x}, "'z'"),
    "count": (lambda x: [x, x], "expected 1 input, got 2"),
}


@pytest.mark.parametrize("name", BAD_INPUTS)
def test_bad_input_is_refused_in_one_line(model, name):
    make, message = BAD_INPUTS[name]
    with pytest.raises(opc.InputError, match=message) as caught:
        model.run(make(normal(3, 4)))
    assert "\n" not in str(caught.value)


def test_wrong_use_is_told_apart():
    proto = transposition()
    for call in (
        lambda: opc.compile(proto, threads=0),
        lambda: opc.compile(proto, threads="two"),
        lambda: opc.compile(5),
        lambda: opc.compile(proto, dims={"n": -1}),
        lambda: opc.compile(proto, dims={"n": np.zeros(3)}),
        lambda: opc.compile(proto, constants={"x": "text"}),
        lambda: opc.compile(proto, cache=False).run(normal(3, 4)),
    ):
        with pytest.raises(opc.UsageError) as caught:
            call()
        assert "\n" not in str(caught.value)
    with pytest.raises(opc.Error, match="no-such-target.*cpu, .*reference"):
        opc.compile(proto, target="no-such-target")
    for kind in (opc.InputError, opc.UsageError, opc.InternalError):
        assert issubclass(kind, opc.Error)
    assert issubclass(opc.UnsupportedError, opc.InputError)


def test_all_unsupported_nodes_are_reported_at_once():
    nodes = [
        helper.make_node("NoSuchOp", ["x"], ["a"], name="first"),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Other", ["b"], ["y"], name="second", domain="my.own"),
    ]
    x, y = (helper.make_tensor_value_info(name, 1, [3]) for name in "xy")
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("my.own", 3)]
    graph = helper.make_graph(nodes, "graph", [x], [y])
    proto = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    with pytest.raises(opc.UnsupportedError) as caught:
        opc.compile(proto)
    found = {(n.node, n.domain, n.op, n.opset) for n in caught.value.nodes}
    assert found == {
        ("first", "", "NoSuchOp", 18),
        ("second", "my.own", "Other", 3),
    }
    assert len(str(caught.value).splitlines()) == 2


def test_dims_pin_symbols():
    compiled = opc.compile(transposition(), dims={"n": 4}, cache=False)
    assert compiled.inputs[0].shape == (3, 4)
    x = normal(3, 4)
    np.testing.assert_array_equal(compiled.run([x])[0], x.T)
    with pytest.raises(opc.InputError, match="'x'"):
        compiled.run([normal(3, 5)])


def test_constants_are_compiled_in():
    proto, feeds = sums()
    compiled = opc.compile(proto, constants={"b": feeds["b"]}, cache=False)
    assert [spec.name for spec in compiled.inputs] == ["a"]
    np.testing.assert_array_equal(
        compiled.run([feeds["a"]])[0], feeds["a"] + feeds["b"]
    )


def test_one_model_runs_at_every_size(model):
    for n in (1, 2, 7, 64, 1000, 0):
        x = normal(3, n)
        np.testing.assert_array_equal(model.run([x])[0], x.T)


def test_threads_may_share_a_model(model):
    def work(seed):
        for _ in range(50):
            x = normal(3, 10 + seed, seed=seed)
            np.testing.assert_array_equal(model.run([x])[0], x.T)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(16)))


def test_threads_may_compile_at_the_same_time():
    def work(rows):
        proto = transposition(shape=(rows, "n"))
        x = normal(rows, 4)
        compiled = opc.compile(proto, cache=False)
        np.testing.assert_array_equal(compiled.run([x])[0], x.T)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(1, 9)))


def test_save_and_load(tmp_path, model):
    file = tmp_path / "model.so"
    model.save(file)
    loaded = opc.load(file)
    assert loaded.inputs == model.inputs and loaded.outputs == model.outputs
    x = normal(3, 6)
    np.testing.assert_array_equal(loaded.run([x])[0], x.T)
    loaded.save(tmp_path / "again.so")
    np.testing.assert_array_equal(
        opc.load(tmp_path / "again.so").run([x])[0], x.T
    )
    assert sorted(os.listdir(tmp_path)) == ["again.so", "model.so"]


def test_loading_and_running_needs_no_compiler(tmp_path, model):
    model.save(tmp_path / "model.so")
    program = (
        "import sys, numpy, opc\n"
        "m = opc.load(sys.argv[1])\n"
        "print(m.run([numpy.ones((3, 2), numpy.float32)])[0].shape)\n"
        "maps = open('/proc/self/maps').read()\n"
        "assert 'libopc_runtime' in maps and 'libopc.so' not in maps\n"
    )
    command = [sys.executable, "-c", program, tmp_path / "model.so"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "(2, 3)\n", done.stderr


def test_what_cannot_be_written_is_one_line(tmp_path, model):
    with pytest.raises(opc.InputError) as caught:
        model.save(tmp_path / "no-such-folder/model.so")
    assert "no-such-folder" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_full_device_leaves_no_file(tmp_path, model):
    link = tmp_path / "model.so"
    link.symlink_to("/dev/full")
    with pytest.raises(opc.InputError):
        model.save(link / "below")


def test_what_cannot_be_read_is_one_line(tmp_path):
    for function in (opc.compile, opc.load):
        with pytest.raises(opc.InputError, match="missing") as caught:
            function(tmp_path / "missing.file")
        assert "\n" not in str(caught.value)


def replace(file, data):
    """New contents in a new file: the old one may be mapped."""
    file.unlink()
    file.write_bytes(data)


def test_the_cache_is_used_and_survives_damage(tmp_path):
    proto, x = transposition(), normal(3, 4)

    def check():
        compiled = opc.compile(proto, cache=tmp_path)
        np.testing.assert_array_equal(compiled.run([x])[0], x.T)
        (entry,) = pathlib.Path(tmp_path).rglob("*.so")
        return entry

    entry = check()
    intact, written = entry.read_bytes(), entry.stat().st_ino
    assert check().stat().st_ino == written
    for damage in (b"", b"garbage" * 1000, intact[: len(intact) // 2]):
        replace(entry, damage)
        assert check().read_bytes() != damage
    for place in range(0, len(intact), max(1, len(intact) // 40)):
        broken = bytearray(intact)
        broken[place] ^= 0x55
        replace(entry, bytes(broken))
        check()


def test_targets():
    listed = opc.targets()
    assert "cpu" in str(listed) and "reference" in str(listed)


def test_the_package_documents_itself():
    for name in opc.__all__:
        assert getattr(opc, name).__doc__, name
    for name in ("run", "save", "inputs", "outputs", "manifest", "set_threads"):
        assert getattr(opc.Model, name).__doc__, name
    assert opc.__version__[0].isdigit()
