"""What is said of PyTorch graphs that are damaged, or that opc does not do."""

import json

import opc
import pytest


def tensor(*sizes, dtype=7, **more):
    return {"dtype": dtype, "sizes": [size(s) for s in sizes], **more}


def size(extent):
    if isinstance(extent, int):
        return {"as_int": extent}
    return {"as_expr": {"expr_str": extent}}


def named(name):
    return {"as_tensor": {"name": name}}


def node(target, /, outputs=("y",), **arguments):
    return {
        "target": f"torch.ops.{target}",
        "name": outputs[0],
        "inputs": [
            {
                "name": name,
                "arg": named(value) if isinstance(value, str) else value,
            }
            for name, value in arguments.items()
        ],
        "outputs": [named(name) for name in outputs],
        "metadata": {},
    }


def program(nodes, outputs=("y",), inputs=("x",), **values):
    values = {"x": tensor(2, 3), "y": tensor(2, 3), **values}
    arguments = [named(name) for name in inputs]
    results = [named(name) for name in outputs]
    return {
        "schema_version": {"major": 8, "minor": 20},
        "graph_module": {
            "graph": {
                "inputs": arguments,
                "outputs": results,
                "nodes": nodes,
                "tensor_values": values,
            },
            "signature": {
                "input_specs": [{"user_input": {"arg": a}} for a in arguments],
                "output_specs": [{"user_output": {"arg": a}} for a in results],
            },
        },
    }


N = {"as_sym_int": {"as_name": "n"}}


def with_number(whole):
    """A graph that the number n is an input of, too."""
    module = whole["graph_module"]
    module["graph"]["inputs"].append(N)
    module["graph"]["sym_int_values"] = {"n": size("Symbol('n')")}
    module["signature"]["input_specs"].append({"user_input": {"arg": N}})
    return whole


def clamp(**arguments):
    return program([node("aten.clamp.default", self="x", **arguments)])


def without(key):
    whole = program([node("aten.relu.default", self="x")])
    del whole["graph_module"]["graph"][key]
    return whole


SUM = "Add(Symbol('a'), Symbol('b'))"
MESSAGES = {
    "wrong type": (
        clamp(min={"as_string": "x"}),
        "argument 'min' has the wrong type",
    ),
    "no such argument": (
        clamp(least={"as_int": 1}),
        "there is no argument 'least'",
    ),
    "missing argument": (
        program([node("aten.gather.default", self="x")]),
        "argument 'index' is missing",
    ),
    "not a tensor": (
        program([node("aten.relu.default", self={"as_none": True})]),
        "argument 'self' is no tensor",
    ),
    "undefined": (
        program([node("aten.relu.default", self="z")]),
        "tensor 'z' is defined nowhere before it",
    ),
    "undefined number": (
        program(
            [
                node(
                    "aten.view.default",
                    self="x",
                    size={"as_sym_ints": [{"as_name": "q"}, {"as_int": 1}]},
                )
            ]
        ),
        "number 'q' is defined nowhere",
    ),
    "defined twice": (
        program([node("aten.relu.default", self="x")] * 2),
        "result 'y' is defined twice",
    ),
    "other dtype": (
        program([node("aten.relu.default", self="x")], y=tensor(2, 3, dtype=5)),
        "computes f32[2, 3], where the graph declares i64 of rank 2",
    ),
    "other extent": (
        program([node("aten.relu.default", self="x")], y=tensor(2, 4)),
        "computes an extent of 3, where the graph declares 4",
    ),
    "no such op": (
        program([node("aten.rellu.default", self="x")]),
        "is not supported, did you mean 'aten.relu.default'",
    ),
    "sparse": (
        program([], outputs=("x",), x=tensor(2, layout=1)),
        "a sparse tensor is not supported; nearest supported form: a dense one",
    ),
    "fp8": (
        program([], outputs=("x",), x=tensor(2, dtype=29)),
        "dtype float8_e4m3fn is not supported",
    ),
    "unknown dtype": (
        program([], outputs=("x",), x=tensor(2, dtype=77)),
        "dtype 77 is not known",
    ),
    "undeclared": (
        program([], outputs=("z",), inputs=("z",)),
        "input 'z': it is not declared",
    ),
    "no expression": (
        program([], outputs=("x",), x=tensor("Add(")),
        "'Add(' is no expression of sizes",
    ),
    "two unknowns": (
        program([], outputs=("x",), x=tensor(SUM)),
        "nothing gives the size 'a'",
    ),
    "no graph": (without("nodes"), "the graph has no nodes"),
    "no outputs": (
        without("outputs"),
        "the graph has other outputs than its signature",
    ),
    "no inputs": (
        without("inputs"),
        "the graph has other inputs than its signature",
    ),
    "nothing to give": (program([], outputs=()), "the graph has no outputs"),
    "output nowhere": (
        program([], outputs=("w",)),
        "output 'w' is defined nowhere",
    ),
    "random": (
        program([node("aten.bernoulli.default", self="x")]),
        "is not supported; nearest supported form: random numbers as inputs",
    ),
    "training": (
        program(
            [
                node(
                    "aten.dropout.default",
                    input="x",
                    p={"as_float": 0.5},
                    train={"as_bool": True},
                )
            ]
        ),
        "random numbers are not supported; nearest supported form: train=False",
    ),
    "symbolic": (
        program(
            [
                node(
                    "aten.sum.dim_IntList",
                    self="x",
                    dim={"as_sym_ints": [{"as_name": "q"}]},
                )
            ]
        ),
        "number 'q' is defined nowhere",
    ),
    "bool": (
        program(
            [node("aten.neg.default", self="x")],
            x=tensor(2, 3, dtype=12),
            y=tensor(2, 3, dtype=12),
        ),
        "bool has no negative",
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_message(name):
    graph, message = MESSAGES[name]
    with pytest.raises(opc.InputError) as caught:
        opc.compile(json.dumps(graph).encode(), cache=False)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_outputs_are_not_chosen():
    graph, _ = MESSAGES["fp8"]
    with pytest.raises(opc.InputError, match="where it is exported"):
        opc.compile(json.dumps(graph).encode(), outputs=["x"])


def test_onnx_alone_is_inspected():
    graph, _ = MESSAGES["fp8"]
    with pytest.raises(opc.InputError, match="is a PyTorch graph"):
        opc.inspect(json.dumps(graph).encode())


def test_text_is_not_surveyed():
    with pytest.raises(opc.InputError, match="IR has no nodes to survey"):
        opc.survey(b"module {}")
