"""Kinds of elements that ONNX's schemas forbid are refused, by name; others are not.

A kind is bool, integer or real; what a later version of an operator allows counts.

What is expected here comes from the onnx package, for each operator and version that
some row of the importer takes, and from onnxruntime.
"""

import itertools
import re
import subprocess
import sys

import numpy as np
import onnx
import opc
import pytest
import schema_types
from onnx import TensorProto, helper
from support import ROOT, onnxruntime_session
from test_attributes import LATEST, schemas

TYPES = {
    name: getattr(TensorProto, name.upper())
    for name in ("bool", "float16", "bfloat16", "float", "double")
} | {
    f"{sign}int{bits}": getattr(TensorProto, f"{sign}int{bits}".upper())
    for sign, bits in itertools.product(("", "u"), (4, 8, 16, 32, 64))
}
VERSIONS = [("", opset) for opset in range(6, LATEST + 1)]
VERSIONS += [("ai.onnx.preview", 1)]


def test_table_is_that_of_the_schemas():
    script = ROOT / "scripts/schema_types.py"
    subprocess.run([sys.executable, script, "--check"], check=True)


def test_a_table_that_differs_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(schema_types, "ROOT", tmp_path)
    monkeypatch.setattr(schema_types, "TABLE", tmp_path / "types.inc")
    monkeypatch.setattr(sys, "argv", ["schema_types.py", "--check"])
    assert schema_types.main() == 1
    assert "types.inc: run scripts/schema_types.py" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["schema_types.py"])
    assert schema_types.main() == 0
    assert "kSchemaRows" in schema_types.TABLE.read_text()


def allowed(schema, formal):
    """Those of TYPES that an input may have."""
    names = {formal.type_str}
    for constraint in schema.type_constraints:
        if constraint.type_param_str == formal.type_str:
            names = set(constraint.allowed_type_strs)
    return {name for name in TYPES if f"tensor({name})" in names}


def kind(name):
    if name == "bool":
        return name
    return "integer" if "int" in name else "real"


def kinds(versions, index):
    """Those that an input may have in any of the versions."""
    return {
        kind(name)
        for schema in versions
        if schema.inputs
        for formal in [schema.inputs[min(index, len(schema.inputs) - 1)]]
        for name in allowed(schema, formal)
    }


def nodes_of(schema):
    """(node, name of an input, its type, whether that may be) for each input and type;
    the node's other inputs are as they should be."""
    ways = [allowed(schema, formal) for formal in schema.inputs]
    usual = [min(way, default="") for way in ways]
    versions = [
        each
        for each in schemas()[schema.domain, schema.name]
        if each.since_version >= schema.since_version
    ]
    if "" in usual:  # texts, sequences
        return
    for index, name in itertools.product(range(len(ways)), TYPES):
        inputs = [*usual[:index], name, *usual[index + 1 :]]
        label = f"{schema.name} {index} {name}"
        node = helper.make_node(
            schema.name, inputs, [label], label, domain=schema.domain
        )
        formal = schema.inputs[index].name
        yield node, formal, name, kind(name) in kinds(versions, index)


def schemas_at(domain, opset):
    """Those that an opset brought, and those that it is the last to have."""
    for (where, _), versions in schemas().items():
        first = [schema.since_version for schema in versions]
        last = [*(since - 1 for since in first[1:]), LATEST]
        for schema, ends in zip(
            versions, zip(first, last, strict=True), strict=True
        ):
            if where == domain and opset in ends:
                yield schema


def complaints(nodes, domain, opset):
    """{node: what is wrong with it}."""
    inputs = [
        helper.make_tensor_value_info(name, dtype, [2])
        for name, dtype in TYPES.items()
    ]
    outputs = [onnx.ValueInfoProto(name=node.output[0]) for node in nodes]
    imports = {domain: opset, "": opset if domain == "" else LATEST}
    model = helper.make_model(
        helper.make_graph(nodes, "graph", inputs, outputs),
        opset_imports=[helper.make_opsetid(*each) for each in imports.items()],
        ir_version=10,
    )
    with pytest.raises(opc.Error) as caught:
        opc.compile(model, target="reference", cache=False)
    return {each["name"]: each["reason"] for each in caught.value.diagnostics}


@pytest.mark.parametrize("domain, opset", VERSIONS)
def test_every_type_of_every_schema(domain, opset):
    cases = [c for s in schemas_at(domain, opset) for c in nodes_of(s)]
    found = complaints([node for node, *_ in cases], domain, opset)
    for node, formal, dtype, is_allowed in cases:
        said = found.get(node.name, "")
        if "this opset's form is not supported" in said:
            continue
        if is_allowed:
            complains = re.match(r"input '\w+' is \w+, not ", said)
            assert not complains, f"{node.name}: {said}"
        else:
            short = schema_types.DTYPES[dtype]
            start = f"input '{formal}' is {short}, not "
            assert said.startswith(start), f"{node.name}: {said}"


X = np.ones((1, 2, 2), np.float32)
#: Of nodes that were taken before there was a table: what is said.
REFUSED = {
    "a mean of bool": (
        "ReduceMean",
        18,
        [X > 0],
        {},
        "input 'data' is bool, not i32, i64, u32, u64, f16, bf16, f32 or f64",
    ),
    "a magnitude of bool": (
        "Abs",
        13,
        [X > 0],
        {},
        "input 'X' is bool, not i8, ",
    ),
    "a remainder of bool": (
        "Mod",
        13,
        [X > 0] * 2,
        {},
        "input 'A' is bool, not",
    ),
    "a pool of i64": (
        "GlobalAveragePool",
        1,
        [X.astype(np.int64)],
        {},
        "input 'X' is i64, not f16, f32 or f64",
    ),
    "Hardmax of i64": (
        "Hardmax",
        13,
        [X.astype(np.int64)],
        {},
        "input 'input' is i64",
    ),
    "a choice by reals": (
        "Compress",
        11,
        [X, X[0, 0]],
        {},
        "input 'condition' is f32, not bool",
    ),
    "a scale of u8": (
        "DequantizeLinear",
        13,
        [X.astype(np.uint8), np.uint8(1)],
        {},
        "input 'x_scale' is u8, not f32",
    ),
    "whole random numbers": (
        "RandomNormalLike",
        1,
        [X],
        {"dtype": TensorProto.INT64},
        "output 'output' is i64, not f16, f32 or f64",
    ),
    "random numbers of nothing": (
        "RandomUniform",
        1,
        [],
        {"dtype": TensorProto.INT32, "shape": [3]},
        "output 'output' is i32, not f16, f32 or f64",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_types_that_others_refuse(case):
    op, opset, feeds, attributes, text = REFUSED[case]
    inputs = [
        helper.make_tensor_value_info(
            f"x{i}",
            helper.np_dtype_to_tensor_dtype(np.asarray(feed).dtype),
            np.shape(feed),
        )
        for i, feed in enumerate(feeds)
    ]
    names = [each.name for each in inputs]
    model = helper.make_model(
        helper.make_graph(
            [helper.make_node(op, names, ["y"], "here", **attributes)],
            "graph",
            inputs,
            [onnx.ValueInfoProto(name="y")],
        ),
        opset_imports=[helper.make_opsetid("", opset)],
        ir_version=8,
    )
    with pytest.raises(opc.InputError, match=re.escape(text)):
        opc.compile(model, target="reference", cache=False)
    with pytest.raises(Exception, match="(?i)type|NOT_IMPLEMENTED"):
        onnxruntime_session(model)
