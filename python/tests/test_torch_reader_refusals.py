"""Each refusal of lib/Frontend/Torch/Reader that test_torch_messages has not."""

import io
import json
import re
import warnings
import zipfile

import opc
import pytest
import support
from test_torch_messages import (
    MESSAGES,
    N,
    node,
    program,
    size,
    tensor,
    with_number,
)

A, B = "Symbol('a')", "Symbol('b')"


def twice(call):
    call["inputs"] *= 2
    return call


def sized(text):
    """A graph whose input has a size that others are to give."""
    return program(
        [],
        outputs=("x",),
        inputs=("p", "q", "x"),
        p=tensor(A),
        q=tensor(B),
        x=tensor(text),
    )


def with_object():
    whole = program([], outputs=("x",))
    argument = {"as_custom_obj": {"name": "o", "class_fqn": "Thing"}}
    specs = whole["graph_module"]["signature"]["input_specs"]
    specs.append({"user_input": {"arg": argument}})
    whole["graph_module"]["graph"]["inputs"].append(argument)
    return whole


def missing(target):
    return program([node(target, self="x")])


GRAPHS = {
    "complex": (
        program(
            [
                node(
                    "aten.add.Tensor",
                    self="x",
                    other={"as_complex": {"real": 1.0, "imag": 2.0}},
                )
            ]
        ),
        "complex numbers are not supported; nearest supported form: real ones",
    ),
    "symbolic number": (
        with_number(program([node("aten.cumsum.default", self="x", dim=N)])),
        "a symbolic 'dim' is not supported; nearest supported form: a number",
    ),
    "symbolic list": (
        with_number(
            program(
                [
                    node(
                        "aten.sum.dim_IntList",
                        self="x",
                        dim={"as_sym_ints": [{"as_name": "n"}]},
                    )
                ]
            )
        ),
        "a symbolic 'dim' is not supported; nearest supported form: a number",
    ),
    "a tensor for a number": (
        program(
            [node("aten.leaky_relu.default", self="x", negative_slope="x")]
        ),
        "'negative_slope' that is no constant is not supported",
    ),
    "given twice": (
        program([twice(node("aten.relu.default", self="x"))]),
        "argument 'self' is given twice",
    ),
    "layout": (
        program(
            [
                node(
                    "aten.full.default",
                    size={"as_ints": [2, 3]},
                    fill_value={"as_int": 1},
                    layout={"as_layout": 1},
                )
            ]
        ),
        "argument 'layout' is not supported; nearest supported form: without it",
    ),
    "no sizes": (
        program([], outputs=("x",), x={"dtype": 7}),
        "it has no sizes",
    ),
    "object": (
        with_object(),
        "an object is not supported; nearest supported form: tensors",
    ),
    "change of a list": (
        program(
            [
                node(
                    "aten._foreach_add_.Scalar",
                    self={"as_tensors": [{"name": "x"}]},
                    scalar={"as_float": 1.0},
                )
            ]
        ),
        "changing a list of tensors is not supported",
    ),
    "change of nothing": (
        program(
            [
                node(
                    "aten.full_.default",
                    size={"as_ints": [2, 3]},
                    fill_value={"as_float": 1.0},
                )
            ]
        ),
        "it changes nothing",
    ),
    "change of rank": (
        program(
            [
                node("aten.clone.default", ("w",), self="x"),
                node("aten.unsqueeze_.default", self="w", dim={"as_int": 0}),
            ],
            w=tensor(2, 3),
        ),
        "its result does not fit what it changes",
    ),
    "change of what a view reads": (
        program(
            [
                node("aten.clone.default", ("w",), self="x"),
                node("aten.t.default", ("v",), self="w"),
                node("aten.relu_.default", ("u",), self="w"),
                node("aten.exp.default", self="v"),
            ]
        ),
        "reading 'v', a view of memory that 'u' has changed, is not supported",
    ),
    "change of a part": (
        program(
            [
                node("aten.t.default", ("v",), self="x"),
                node("aten.relu_.default", self="v"),
            ]
        ),
        "a change of 'v', which is held outside of the graph, is not supported",
    ),
    "no version": ({}, "is no exported program: it has no schema version"),
    "version alone": (
        {"schema_version": {"major": 8}},
        "it is no exported program: it has no graph",
    ),
    "body": (
        program([node("higher_order.wrap_with_set_grad_enabled", x="x")]),
        "its body does not fit it",
    ),
    "second result": (
        program(
            [node("aten.relu.default", ("y", "z"), self="x")], z=tensor(2, 3)
        ),
        "result 1 is not supported",
    ),
    "divided size": (
        sized(f"FloorDiv({A}, Add({B}, Integer(-9)))"),
        "a size divided by what may not be positive is not supported",
    ),
    "power": (
        sized(f"Pow({A}, {B})"),
        "a power in a size is not supported; nearest supported form: a product",
    ),
    "unknown function": (
        sized(f"Bessel({A})"),
        "a size that is computed by 'Bessel' is not supported",
    ),
    "control flow": (missing("higher_order.cond"), "form: a graph without it"),
    "fft": (missing("aten._fft_r2c.default"), "form: real arithmetic"),
    "quantised": (missing("aten.quantize_per_tensor.default"), "form: floats"),
    "made sparse": (missing("aten._to_sparse.default"), "form: dense tensors"),
    "drawn": (missing("aten.rand.default"), "form: random numbers as inputs"),
}


def said(data):
    """What is said of a graph, one line."""
    with pytest.raises(opc.InputError) as caught:
        opc.compile(data, cache=False)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", GRAPHS)
def test_graph(name):
    graph, message = GRAPHS[name]
    assert message in said(json.dumps(graph).encode())


def test_text_that_is_no_json():
    assert "model: is no JSON: " in said(b"{x")


WEIGHTS = "data/weights/model_weights_config.json"


def archive(*members, graph=None, method=zipfile.ZIP_STORED):
    """Members, in front of the graph."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are there twice
        for name, text in members:
            file.writestr(f"m/{name}", text)
        if graph is not None:
            file.writestr("m/models/model.json", json.dumps(graph))
    return out.getvalue()


def held(**entry):
    """An archive whose graph gives a parameter back."""
    whole = program([], outputs=("w",), inputs=("w",), w=tensor(2, 3))
    (spec,) = whole["graph_module"]["signature"]["input_specs"]
    spec["parameter"] = {"arg": {"name": "w"}, "parameter_name": "weight"}
    del spec["user_input"]
    meta = {
        "dtype": 7,
        "sizes": [size(2), size(3)],
        "strides": [size(3), size(1)],
        "storage_offset": size(0),
    }
    entry = {"path_name": "weight_0", "tensor_meta": meta, **entry}
    return archive(
        (WEIGHTS, json.dumps({"config": {"weight": entry}})),
        ("data/weights/weight_0", bytes(8)),
        graph=whole,
    )


def patched(data, mark, at, value):
    """With another number, of four bytes, behind the last mark."""
    place = data.rindex(mark) + at
    return data[:place] + value.to_bytes(4, "little") + data[place + 4 :]


GRAPH = program([node("aten.relu.default", self="x")])
ENTRY, END = b"PK\x01\x02", b"PK\x05\x06"
ARCHIVES = {
    "outside": (
        patched(archive(graph=GRAPH), ENTRY, 42, 1 << 30),
        "member 'm/models/model.json' lies outside of the file",
    ),
    "twice": (
        archive(("byteorder", "little"), ("byteorder", "little"), graph=GRAPH),
        "member 'm/byteorder' is there twice",
    ),
    "end": (
        patched(archive(graph=GRAPH), END, 8, 2 + (2 << 16)),
        "its directory ends behind 1 of 2 members",
    ),
    "no directory": (
        b"PK\x03\x04" + bytes(100),
        "is no whole zip archive: it has no directory",
    ),
    "byte order": (
        archive(("byteorder", "big"), graph=GRAPH),
        "data in byte order 'big' is not supported; nearest supported form: little",
    ),
    "no graph": (
        archive(("byteorder", "little")),
        "is no archive of torch.export.save: it has no member 'models/model.json'",
    ),
    "compressed": (
        archive(graph=GRAPH, method=zipfile.ZIP_DEFLATED),
        "member 'm/models/model.json' is compressed",
    ),
    "no object": (archive(graph=[]), "is no exported program"),
    "no list": (
        archive((WEIGHTS, "{}"), graph=GRAPH),
        "member 'model_weights_config.json' lists no tensors",
    ),
    "no JSON": (
        archive((WEIGHTS, "{"), graph=GRAPH),
        "member 'model_weights_config.json': is no JSON: ",
    ),
    "pickled": (
        held(use_pickle=True),
        "a pickled tensor is not supported; nearest supported form: a plain tensor",
    ),
    "not described": (held(tensor_meta={}), "it is not described"),
    "no member": (
        held(path_name="weight_7"),
        "member 'data/weights/weight_7' is missing",
    ),
    "too few": (
        held(),
        "member 'data/weights/weight_0' holds 2 elements, too few for it",
    ),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_archive(name):
    data, message = ARCHIVES[name]
    assert message in said(data)


READER = support.ROOT / "lib/Frontend/Torch/Reader"
TESTS = [
    *support.ROOT.glob("python/tests/test_torch_ops.py"),
    *support.ROOT.glob("python/tests/test_torch_reader.py"),
    *support.ROOT.glob("test/lit/Frontend/Torch/*"),
]
# A million of them.
UNTESTED = (" nodes are not supported",)


def joined(source):
    """A source without comments, whose texts in several parts are one."""
    return re.sub(r'"\s*\n\s*f?"', "", re.sub(r"//.*", "", source.read_text()))


def fixed_parts(source):
    """Of the text of each refusal the longest part that is always the same."""
    said = r'(?:fail|refuse|unsupported|Objection|error =)\W*(?:formatv\()?"([^"]+)"'
    for text in re.findall(said, joined(source)):
        yield max(re.split(r"\{\d\}", text), key=len)


def test_every_refusal_is_in_a_test():
    rows = [*GRAPHS.values(), *ARCHIVES.values(), *MESSAGES.values()]
    tests = "\n".join([message for _, message in rows] + [*map(joined, TESTS)])
    parts = {x for each in READER.glob("*.cpp") for x in fixed_parts(each)}
    assert len(parts) > 30
    assert [x for x in sorted(parts) if x not in tests] == [*UNTESTED]
