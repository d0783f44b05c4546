"""Names that come from outside: any bytes, of any length, wherever opc shows or
writes them."""

import json
import subprocess

import numpy as np
import onnx
import opc
import pytest
from onnx import helper
from support import BUILD, graph_model, normal, onnxruntime_session

OPC = BUILD / "bin/opc"

# As a model has them, and as opc spells them.
NAMES = {
    "no UTF-8": (b"\xff\xfe", "\\xff\\xfe"),
    "half a character": (b"a\xe2\x82", "a\\xe2\\x82"),
    "NUL": (b"a\0b", "a\\x00b"),
    "newline": (b"a\nb", "a\nb"),
    "escape": (b"\x1b[31mred", "\x1b[31mred"),
    "right to left": ("\u202egnp".encode(), "\u202egnp"),
    "quotes": (b'it\'s "q"\\', 'it\'s "q"\\'),
    "long": (b"x" * 100_000, "x" * 100_000),
    "chinese": ("输入".encode(), "输入"),
}


def named_model(name):
    """Input, output, node and dimension are called so."""
    try:
        mark = name.decode()
    except UnicodeDecodeError:
        mark = "Q" * len(name)  # which no str can say; put in place below
    x = helper.make_tensor_value_info(mark, 1, [mark, 3])
    y = helper.make_tensor_value_info("y" + mark, 1, [mark, 3])
    node = helper.make_node("Relu", [mark], ["y" + mark], name=mark)
    graph = helper.make_graph([node], "graph", [x], [y])
    opsets = [helper.make_opsetid("", 18)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    return model.SerializeToString().replace(b"Q" * len(name), name)


def run(*words, **options):
    done = subprocess.run(
        [OPC, *words], capture_output=True, timeout=120, check=False, **options
    )
    return done.returncode, done.stdout, done.stderr


def is_plain(output):
    """Whether a terminal shows all of it, line by line."""
    text = output.decode()
    return all(c.isprintable() or c == "\n" for c in text)


@pytest.fixture(params=NAMES, scope="module")
def named(request, tmp_path_factory):
    """A model, its program, and what opc calls the name in it."""
    name, spelled = NAMES[request.param]
    folder = tmp_path_factory.mktemp("named")
    (folder / "m.onnx").write_bytes(named_model(name))
    code, _, errors = run("compile", folder / "m.onnx", "-o", folder / "m.so")
    assert (code, errors) == (0, b"")
    return folder, name, spelled


def test_names_are_taken_as_onnxruntime_takes_them(named):
    folder, _, spelled = named
    model = opc.load(folder / "m.so")
    assert model.inputs[0].name == spelled
    assert model.inputs[0].shape == (spelled, 3)
    assert model.outputs[0].name == "y" + spelled
    x = normal(2, 3)
    np.testing.assert_array_equal(model.run({spelled: x})[0], np.maximum(x, 0))
    # The oracle's: it loads every one of these models.
    onnxruntime_session((folder / "m.onnx").read_bytes())


@pytest.mark.parametrize("form", ["m.onnx", "m.so"])
def test_inspect_shows_and_writes_names(named, form):
    folder, _, spelled = named
    code, lines, errors = run("inspect", folder / form)
    assert (code, errors) == (0, b"")
    assert is_plain(lines)
    assert max(map(len, lines.splitlines())) < 1000
    code, text, errors = run("inspect", folder / form, "--json")
    assert (code, errors) == (0, b"")
    assert json.loads(text)["inputs"][0]["name"] == spelled


def test_run_takes_shows_and_writes_names(named):
    folder, name, spelled = named
    # The bytes themselves name it as well, where a command line can have them.
    word = spelled.encode() if b"\0" in name else name
    words = [b"--dim", word + b"=2", b"--input", word + b"=zeros"]
    code, lines, errors = run("run", folder / "m.so", *words)
    assert (code, errors) == (0, b"")
    assert is_plain(lines) and lines.count(b"\n") == 1
    out = folder / "out"
    code, text, errors = run(
        "run", folder / "m.so", *words, "--json", "--output", out
    )
    assert (code, errors) == (0, b"")
    (output,) = json.loads(text)["outputs"]
    assert output["name"] == "y" + spelled
    (file,) = out.iterdir()
    assert output["file"] == str(file)
    assert np.load(file).shape == (2, 3)


def test_bench_shows_and_traces_names(named):
    folder, _, spelled = named
    code, lines, errors = run(
        "bench",
        folder / "m.so",
        "--dim",
        f"{spelled}=2",
        "--time",
        "0.01",
        "--profile",
        "--trace",
        folder / "trace.json",
    )
    assert (code, errors) == (0, b"")
    assert is_plain(lines)
    assert json.loads((folder / "trace.json").read_text())["traceEvents"]


def test_errors_are_one_line_whatever_the_names(named):
    folder, _, spelled = named
    for words in (
        ["run", folder / "m.so"],
        ["run", folder / "m.so", "--input", b"\xff\n=zeros"],
        ["compile", folder / "m.onnx", "-o", "m.so", "--dim", b"\xff\n=1"],
        ["compile", folder / "m.onnx", "-o", "m.so", "--only", b"\xff\n"],
        ["compile", folder / "m.onnx", "-o", "m.so", "--target", b"\xff\n"],
        ["compile", folder / "m.onnx", "--stop-after", b"\xff\x1b"],
        ["compile", folder / "m.onnx", b"--\xff\n"],
        ["compile", b"\xff\n.onnx", "-o", "m.so"],
        [b"\xff\n\x1b[31m"],
    ):
        code, _, errors = run(*words, cwd=folder)
        assert code in (1, 2), words
        assert is_plain(errors), words
        assert errors.count(b"\n") == 1, words
    model = opc.load(folder / "m.so")
    assert is_plain(repr(model).encode())
    for inputs in ({}, {spelled: normal(3)}, {"\udcff\n": normal(2, 3)}):
        with pytest.raises(opc.InputError) as caught:
            model.run(inputs)
        assert len(str(caught.value)) < 1000 or len(spelled) > 1000
        assert is_plain(str(caught.value).encode()), inputs
        assert "\n" not in str(caught.value)


def test_a_node_that_is_refused_is_named_in_one_line(tmp_path):
    node = helper.make_node("No\nOp", ["x"], ["y"], name="a\nb\x1b[31m")
    feeds = {"x": normal(3)}
    model = graph_model([node], feeds, ["y"])
    with pytest.raises(opc.UnsupportedError) as caught:
        opc.compile(model, cache=False)
    (line,) = str(caught.value).splitlines()
    assert "node 'a\\nb\\x1b[31m' (No\\nOp" in line


def test_names_that_escapes_make_equal_are_refused():
    """Two tensors must not become one."""
    x = helper.make_tensor_value_info("QQ", 1, [3])
    z = helper.make_tensor_value_info("\\xff\\xfe", 1, [3])
    y = helper.make_tensor_value_info("y", 1, [3])
    node = helper.make_node("Sub", ["QQ", "\\xff\\xfe"], ["y"])
    graph = helper.make_graph([node], "graph", [x, z], [y])
    opsets = [helper.make_opsetid("", 18)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    data = model.SerializeToString().replace(b"QQ", b"\xff\xfe")
    with pytest.raises(opc.InputError, match="two names of the model read"):
        opc.compile(data, cache=False)


def test_names_in_ir_need_not_be_text(tmp_path):
    ir = (
        'func.func @main(%x: tensor<2xf32> {opc.name = "\\FF", opc.dims = '
        'affine_map<() -> (2)>}) -> (tensor<2xf32> {opc.name = "\\FE\\0A"}) '
        "attributes {opc.symbols = []} {\n"
        "  %0 = opc.relu %x : (tensor<2xf32>) -> tensor<2xf32> "
        'loc("\\FD")\n  return %0 : tensor<2xf32>\n}\n'
    )
    (tmp_path / "m.mlir").write_text(ir)
    model = opc.compile(tmp_path / "m.mlir", cache=False)
    assert [spec.name for spec in model.inputs] == ["\\xff"]
    assert [spec.name for spec in model.outputs] == ["\\xfe\n"]


def test_each_output_has_a_file_of_its_own(tmp_path):
    names = ["a/b", "a_b", "a\\b", "a_b_1", "b" * 300, "b" * 301, "..", "/"]
    nodes = [
        helper.make_node("Add", ["x", f"c{i}"], [name])
        for i, name in enumerate(names)
    ]
    weights = {f"c{i}": np.full(2, i, np.float32) for i in range(len(names))}
    feeds = {"x": np.zeros(2, np.float32)}
    onnx.save(graph_model(nodes, feeds, names, weights), tmp_path / "m.onnx")
    code, text, _ = run(
        "run", tmp_path / "m.onnx", "--input", "x=zeros", "--json",
        "--output", tmp_path / "out", "--no-cache",
    )  # fmt: skip
    assert code == 0
    outputs = json.loads(text)["outputs"]
    assert [output["name"] for output in outputs] == names
    assert len({output["file"] for output in outputs}) == len(names)
    for i, output in enumerate(outputs):
        assert np.load(output["file"])[0] == i, output["name"]
    assert outputs[1]["file"].endswith("/a_b.npy")
    assert outputs[3]["file"].endswith("/a_b_1.npy")
    assert len(list((tmp_path / "out").iterdir())) == len(names)
