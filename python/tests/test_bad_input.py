"""Damaged models and files: one clear line each, the right class, no crash."""

import json
import os
import pathlib
import re
import subprocess
import sys

import damaged_models
import numpy as np
import onnx
import opc
import opc.onnx
import pytest
from onnx import helper, numpy_helper
from support import TARGETS, graph_model, normal

HERE = pathlib.Path(__file__).parent

# What is odd, but a sound model all the same.
SOUND = {
    "sound",
    "output is input",
    "20000 nodes",
    "odd names",
    "long name",
    "nested 8 wide",
    "nested 25 deep",
    "opset 1",
    "gather outside",  # found when it runs
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    report = tmp_path_factory.mktemp("damaged") / "report.json"
    command = [sys.executable, HERE / "damaged_models.py", report]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(report.read_text())


@pytest.mark.parametrize("name", damaged_models.ALL)
def test_damaged_model(reports, name):
    kind, message = reports[name]
    flipped = name.startswith(("flipped", "cut"))
    if kind == "ok" and (flipped or name in SOUND):
        return
    assert kind in ("InputError", "UnsupportedError"), (kind, message)
    assert message.strip()
    if kind == "InputError":
        assert "\n" not in message
    for word in ("Assertion", "LLVM ERROR", "Stack dump", "pass pipeline"):
        assert word not in message


def test_a_sound_model_is_accepted(reports):
    assert reports["sound"] == ["ok", ""]


@pytest.fixture(scope="module")
def artifact(tmp_path_factory):
    file = tmp_path_factory.mktemp("artifact") / "model.so"
    node = helper.make_node("Relu", ["x"], ["y"])
    model = graph_model([node], {"x": normal(3, 4)}, ["y"])
    opc.compile(model, cache=False).save(file)
    return file


LOAD = """
import sys, numpy, opc
try:
    m = opc.load(sys.argv[1])
    m.run([numpy.ones((3, 4), numpy.float32)])
    print("ok")
except opc.Error as error:
    print(type(error).__name__, error)
"""


def load(file):
    command = [sys.executable, "-c", LOAD, file]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout.strip(), done.stderr[-300:]


@pytest.mark.parametrize("share", [0, 0.01, 0.1, 0.5, 0.9, 0.999])
def test_a_cut_artifact_is_refused(artifact, tmp_path, share):
    data = artifact.read_bytes()
    file = tmp_path / "cut.so"
    file.write_bytes(data[: int(share * len(data))])
    status, said, errors = load(file)
    assert status == 0, errors
    assert said.startswith("InputError") and "cut.so" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("key", [b'"abi"', b'"dtype"', b'"inputs"', b'"shape"'])
def test_a_damaged_manifest_is_refused(artifact, tmp_path, key):
    data = artifact.read_bytes()
    assert key in data
    file = tmp_path / "damaged.so"
    file.write_bytes(data.replace(key, key[:-2] + b'_"'))
    status, said, errors = load(file)
    assert status == 0, errors
    assert said.startswith("InputError") and len(said.splitlines()) == 1


def test_other_files_are_no_artifacts(tmp_path):
    library = subprocess.run(
        [sys.executable, "-c", "import opc; print(opc._opc.__file__)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    text = tmp_path / "text.so"
    text.write_text("not a program\n")
    for file in (library, text, tmp_path, "/dev/null"):
        status, said, errors = load(file)
        assert status == 0, errors
        assert said.startswith("InputError") and len(said.splitlines()) == 1


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("index", [5, -6, 2**40, -(2**63)])
def test_an_index_outside_of_its_dimension_is_reported(target, index):
    feeds = {"x": normal(5, 3), "i": np.array([0, index])}
    node = helper.make_node("Gather", ["x", "i"], ["y"], name="pick")
    model = opc.compile(
        graph_model([node], feeds, ["y"]), target=target, cache=False
    )
    with pytest.raises(opc.InputError, match="index") as caught:
        model.run(feeds)
    assert "\n" not in str(caught.value)
    model.run({**feeds, "i": np.array([4, -5])})


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("op", ["Div", "Mod"])
@pytest.mark.parametrize("pair", [(1, 0), (-(2**63), -1)])
def test_division_that_processors_trap_on_is_survived(target, op, pair):
    """The quotient is undefined; the others must be right."""
    feeds = {"a": np.array([7, pair[0], 9]), "b": np.array([2, pair[1], 3])}
    node = helper.make_node(op, ["a", "b"], ["y"])
    model = opc.compile(
        graph_model([node], feeds, ["y"]), target=target, cache=False
    )
    try:
        (y,) = model.run(feeds)
    except opc.InputError as error:
        assert "zero" in str(error)
    else:
        assert list(y[::2]) == ([3, 3] if op == "Div" else [1, 0])


@pytest.mark.parametrize("target", TARGETS)
def test_extents_that_do_not_fit_are_reported(target):
    feeds = {"a": normal(4, 5), "b": normal(4, 5)}
    node = helper.make_node("Add", ["a", "b"], ["y"])
    proto = graph_model([node], feeds, ["y"], symbolic=True)
    model = opc.compile(proto, target=target, cache=False)
    with pytest.raises(opc.InputError):
        model.run([normal(4, 5), normal(4, 6)])
    model.run([normal(4, 1), normal(1, 5)])


def test_sizes_beyond_memory_are_reported():
    node = helper.make_node("Expand", ["x", "n"], ["y"])
    feeds = {"x": normal(1), "n": np.array([2, 3])}
    proto = graph_model([node], feeds, ["y"])
    model = opc.onnx.Backend.prepare(proto)
    for n in ([2**40, 2**40], [2**45, 1], [-5, 2]):
        with pytest.raises(opc.Error) as caught:
            model.run([feeds["x"], np.array(n)])
        assert not isinstance(caught.value, opc.InternalError)


def test_external_data_stays_in_its_folder(tmp_path):
    secret = tmp_path / "secret.bin"
    secret.write_bytes(bytes(24))
    folder = tmp_path / "folder"
    folder.mkdir()
    os.symlink(tmp_path, folder / "up")
    for location in ("../secret.bin", str(secret), "up/secret.bin"):
        model = damaged_models.external(location=location)
        onnx.save(model, folder / "m.onnx")
        with pytest.raises(opc.InputError) as caught:
            opc.compile(folder / "m.onnx", cache=False)
        assert "\n" not in str(caught.value)


def test_external_data_may_be_a_link_beside_the_model(tmp_path):
    """The layout of a model hub's cache: all files are links to blobs."""
    weight = np.arange(6, dtype=np.float32).reshape(2, 3)
    blobs, folder = tmp_path / "blobs", tmp_path / "snapshots/1"
    blobs.mkdir()
    folder.mkdir(parents=True)
    (blobs / "data").write_bytes(weight.tobytes())
    onnx.save(damaged_models.external(location="m.data"), blobs / "model")
    (folder / "m.onnx").symlink_to("../../blobs/model")
    (folder / "m.data").symlink_to("../../blobs/data")
    x = normal(2, 3)
    (y,) = opc.compile(folder / "m.onnx", cache=tmp_path / "cache").run([x])
    np.testing.assert_array_equal(y, x + weight)
    # What the link leads to is part of the model.
    (blobs / "data").write_bytes((weight + 1).tobytes())
    (y,) = opc.compile(folder / "m.onnx", cache=tmp_path / "cache").run([x])
    np.testing.assert_array_equal(y, x + (weight + 1))


def test_external_data_is_found_beside_the_model(tmp_path):
    weight = np.arange(6, dtype=np.float32).reshape(2, 3)
    (tmp_path / "w.bin").write_bytes(bytes(8) + weight.tobytes())
    model = damaged_models.external(location="w.bin", offset="8", length="24")
    onnx.save(model, tmp_path / "m.onnx")
    x = normal(2, 3)
    (y,) = opc.compile(tmp_path / "m.onnx", cache=False).run([x])
    np.testing.assert_array_equal(y, x + weight)
    data = model.SerializeToString()
    (y,) = opc.compile(data, directory=tmp_path, cache=False).run([x])
    np.testing.assert_array_equal(y, x + weight)
    (tmp_path / "w.bin").write_bytes(bytes(20))
    with pytest.raises(opc.InputError, match="'w'.*20 bytes"):
        opc.compile(tmp_path / "m.onnx", cache=False)


def small(nodes, output=onnx.TensorProto.FLOAT, ir_version=8, **parts):
    """A model over x [2, 3] and k, an integer scalar."""
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "graph",
        [info("x", onnx.TensorProto.FLOAT, [2, 3]), info("k", 7, [])],
        [info("y", output, None)],
        **parts,
    )
    opsets = [helper.make_opsetid("", 18)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=ir_version)


def weights(**arrays):
    return [numpy_helper.from_array(a, name) for name, a in arrays.items()]


def sparse():
    values = numpy_helper.from_array(np.array([5], np.float32), "w")
    places = numpy_helper.from_array(np.array([1]), "i")
    return [helper.make_sparse_tensor(values, places, [3])]


ABS = helper.make_node("Abs", ["x"], ["y"])
DOUBLES = weights(w=np.ones((3, 4)))
# Models that are unsound: onnxruntime refuses each of them, too.
UNSOUND = {
    "a float declared int64": (small([ABS], 7), "declared i64.*f32"),
    "a bool declared float": (
        small([helper.make_node("IsNaN", ["x"], ["y"])]),
        "declared f32.*bool",
    ),
    "a branch's float declared int64": (
        small(
            [
                helper.make_node("Cast", ["k"], ["c"], to=9),
                helper.make_node(
                    "If",
                    ["c"],
                    ["y"],
                    **{
                        f"{name}_branch": helper.make_graph(
                            [helper.make_node(op, ["x"], ["z"])],
                            name,
                            [],
                            [helper.make_tensor_value_info("z", 7, None)],
                        )
                        for name, op in (("then", "Exp"), ("else", "Neg"))
                    },
                ),
            ]
        ),
        "declared i64.*f32",
    ),
    "a cycle": (
        small(
            [
                helper.make_node("Abs", ["t"], ["y"]),
                helper.make_node("Neg", ["y"], ["t"]),
            ]
        ),
        "has a cycle",
    ),
    "an undefined input": (
        small([helper.make_node("Abs", ["t"], ["y"])]),
        "defined nowhere",
    ),
    "a name twice": (small([ABS, ABS]), "defined twice"),
    "float times double": (
        small(
            [helper.make_node("MatMul", ["x", "w"], ["y"])], initializer=DOUBLES
        ),
        "f32 and f64 differ",
    ),
    "float or double": (
        small(
            [
                helper.make_node("Cast", ["k"], ["c"], to=9),
                helper.make_node("Where", ["c", "x", "w"], ["y"]),
            ],
            initializer=weights(w=np.ones((2, 3))),
        ),
        "f32 and f64 differ",
    ),
    "shapes joined along axis 5": (
        small(
            [
                helper.make_node("Shape", ["x"], ["s"]),
                helper.make_node("Concat", ["s", "s"], ["y"], axis=5),
            ],
            7,
        ),
        "axis 5 is outside of rank 1",
    ),
    "a vector reduced along axis 3": (
        small(
            [
                helper.make_node("Shape", ["x"], ["s"]),
                helper.make_node("ReduceSum", ["s", "a"], ["y"]),
            ],
            7,
            initializer=weights(a=np.array([3])),
        ),
        "axis 3 is outside of rank 1",
    ),
    "axes of reals": (
        small(
            [helper.make_node("Squeeze", ["x", "a"], ["y"])],
            initializer=weights(a=np.array([0], np.float32)),
        ),
        "input 'axes' is f32, not i64",
    ),
    "an axis of reals": (
        small(
            [helper.make_node("CumSum", ["x", "a"], ["y"])],
            initializer=weights(a=np.array(0, np.float32)),
        ),
        "input 'axis' is f32, not i32 or i64",
    ),
    "a shape of reals": (
        small(
            [helper.make_node("Reshape", ["x", "s"], ["y"])],
            initializer=weights(s=np.array([6.5], np.float32)),
        ),
        "input 'shape' is f32, not i64",
    ),
    "a shape in rows": (
        small(
            [helper.make_node("Expand", ["x", "s"], ["y"])],
            initializer=weights(s=np.array([[2, 3]])),
        ),
        "input 'shape' has rank 2, not 1",
    ),
    "one extent alone": (
        small(
            [helper.make_node("ConstantOfShape", ["s"], ["y"])],
            initializer=weights(s=np.array(2)),
        ),
        "input 'input' has rank 0, not 1",
    ),
    "a range of two types": (
        small(
            [helper.make_node("Range", ["k", "b", "k"], ["y"])],
            7,
            initializer=weights(b=np.array(8.5, np.float32)),
        ),
        "input 'limit' is f32, not i64",
    ),
    "a diagonal between": (
        small(
            [helper.make_node("Trilu", ["x", "d"], ["y"])],
            initializer=weights(d=np.array(1.5, np.float32)),
        ),
        "input 'k' is f32, not i64",
    ),
    "a remainder of reals": (
        small([helper.make_node("Mod", ["x", "x"], ["y"])]),
        "a remainder of f32 needs fmod=1",
    ),
    "keepdims of 2": (
        small([helper.make_node("ReduceSum", ["x"], ["y"], keepdims=2)]),
        "'keepdims' is 2, neither 0 nor 1",
    ),
    "updates of another type": (
        small(
            [helper.make_node("ScatterElements", ["x", "i", "u"], ["y"])],
            initializer=weights(i=np.array([[0]]), u=np.array([[1]])),
        ),
        "elements of 'f32' and of 'i64' do not fit",
    ),
    "a crop of one axis of two": (
        small(
            [
                helper.make_node(
                    "Resize",
                    ["x", "r", "s"],
                    ["y"],
                    coordinate_transformation_mode="tf_crop_and_resize",
                )
            ],
            initializer=weights(
                r=np.array([0, 1], np.float32), s=np.array([1, 2], np.float32)
            ),
        ),
        "roi has 2 elements, not 4",
    ),
    "blocks of fewer axes": (
        small(
            [helper.make_node("Col2Im", ["x", "i", "b"], ["y"])],
            initializer=weights(i=np.array([4, 4]), b=np.array([2])),
        ),
        "image_shape has 2 elements and block_shape 1",
    ),
    "an attribute of another type": (
        small([helper.make_node("Softmax", ["x"], ["y"], axis=1.5)]),
        "'axis' has the wrong type",
    ),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_an_unsound_model_is_the_callers_fault(name):
    model, message = UNSOUND[name]
    with pytest.raises(opc.InputError, match=message) as caught:
        opc.compile(model, cache=False)
    assert not isinstance(caught.value, opc.UnsupportedError)
    assert "\n" not in str(caught.value)


BRANCHES = {
    f"{name}_branch": helper.make_graph(
        [helper.make_node(op, ["x"], ["z"])],
        name,
        [],
        [helper.make_tensor_value_info("z", 1, None)],
    )
    for name, op in (("then", "Exp"), ("else", "Neg"))
}
UNKNOWN = helper.make_node("NoSuchOp", ["x"], ["y"])
# Models that are sound, as far as one can see, but not supported.
UNSUPPORTED = {
    "a sparse weight": (
        small(
            [helper.make_node("Mul", ["x", "w"], ["y"])],
            sparse_initializer=sparse(),
        ),
        "sparse tensors are not supported",
    ),
    "an IR version of the future": (
        small([ABS], ir_version=99),
        "IR version 99 is not supported",
    ),
    "an operator that nobody knows": (small([UNKNOWN]), "is not supported"),
    "an attribute that nobody knows": (
        small([helper.make_node("Abs", ["x"], ["y"], slope=1)]),
        "attribute 'slope' is not supported",
    ),
    "an attribute of If that nobody knows": (
        small(
            [
                helper.make_node("Cast", ["k"], ["c"], to=9),
                helper.make_node("If", ["c"], ["y"], slope=1, **BRANCHES),
            ]
        ),
        "attribute 'slope' is not supported",
    ),
    "an input too many": (
        small([helper.make_node("Abs", ["x", "x"], ["y"])]),
        "input 1 is not supported",
    ),
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_what_opc_lacks_is_no_fault_of_the_caller(name):
    model, message = UNSUPPORTED[name]
    with pytest.raises(opc.UnsupportedError, match=message) as caught:
        opc.compile(model, cache=False)
    assert all(node.reason for node in caught.value.nodes)


def test_a_fault_of_the_model_comes_before_what_is_not_supported():
    model = small([UNKNOWN, helper.make_node("Abs", ["t"], ["z"])])
    with pytest.raises(opc.InputError, match="defined nowhere") as caught:
        opc.compile(model, cache=False)
    assert not isinstance(caught.value, opc.UnsupportedError)


@pytest.mark.parametrize("rank", [65, 10000])
@pytest.mark.parametrize("target", ["reference", "cpu"])
def test_ranks_that_no_program_has_are_refused_at_once(rank, target):
    graph = helper.make_graph(
        [ABS],
        "graph",
        [helper.make_tensor_value_info("x", 1, [1] * rank)],
        [helper.make_tensor_value_info("y", 1, None)],
    )
    model = helper.make_model(graph, ir_version=8)
    with pytest.raises(opc.UnsupportedError, match=f"rank {rank} is not") as e:
        opc.compile(model, target=target, cache=False)
    (line,) = str(e.value).splitlines()
    assert line.startswith("node 'Abs_1' (Abs, ") and "input 'x': rank" in line


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("op", ["Reshape", "Expand", "ConstantOfShape"])
def test_a_shape_of_too_many_extents_is_a_rank(op, known):
    feeds = {"x": np.ones(1, np.float32), "s": np.ones(65, np.int64)}
    inputs = ["s"] if op == "ConstantOfShape" else ["x", "s"]
    weights = {"s": feeds.pop("s")} if known else {}
    node = helper.make_node(op, inputs, ["y"])
    model = graph_model([node], feeds, ["y"], weights)
    with pytest.raises(opc.UnsupportedError) as caught:
        opc.compile(model, cache=False)
    (line,) = str(caught.value).splitlines()
    assert line.endswith(
        ": rank 65 is not supported; nearest supported form: 64"
    )


@pytest.mark.parametrize("target", ["reference", "cpu"])
@pytest.mark.parametrize("dtype", [np.int64, np.float32])
def test_a_range_without_steps_is_refused_when_it_runs(target, dtype):
    feeds = {
        n: np.array(v, dtype) for n, v in zip("abc", (0, 4, 0), strict=True)
    }
    node = helper.make_node("Range", ["a", "b", "c"], ["y"])
    model = opc.compile(
        graph_model([node], feeds, ["y"]), target=target, cache=False
    )
    with pytest.raises(opc.InputError) as caught:
        model.run(feeds)
    assert "\n" not in str(caught.value)
    (y,) = model.run({**feeds, "c": np.array(3, dtype)})
    np.testing.assert_array_equal(y, [0, 3])


@pytest.mark.parametrize("target", ["reference", "cpu"])
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("op", ["Resize", "Upsample"])
def test_a_scale_that_is_no_number_above_0_is_refused(op, known, target):
    """By the same rule where it is a constant and where only the run knows it."""
    for wrong in (0, -1, -0.1, np.nan, -np.inf, np.inf):
        scales = np.array([1, 1, wrong, 2], np.float32)
        feeds = {"x": np.ones((1, 1, 3, 4), np.float32), "s": scales}
        inputs = ["x", "s"] if op == "Upsample" else ["x", "", "s"]
        weights = {"s": feeds.pop("s")} if known else {}
        model = graph_model(
            [helper.make_node(op, inputs, ["y"])],
            feeds,
            ["y"],
            weights,
            opset=9 if op == "Upsample" else 18,
        )
        with pytest.raises(opc.InputError) as caught:
            opc.compile(model, target=target, cache=False).run(feeds)
        (line,) = str(caught.value).splitlines()
        said = "scale .* is (not positive|out of range)|scale inf of"
        if not known:
            said = "the scale of axis 2 is not a positive number"
        assert re.search(said, line), line
