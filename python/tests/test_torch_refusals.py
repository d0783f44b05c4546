"""Each refusal of an operator's form, and that there is no other."""

import json
import re

import opc
import pytest
import support
from test_torch_messages import N, node, program, tensor, with_number
import torch_refusals
import torch_refusals_of_layers
from torch_values import Dtype, Open, Tensor

OPS = support.ROOT / "lib/Frontend/Torch/Ops"
REFUSALS = torch_refusals.REFUSALS | torch_refusals_of_layers.REFUSALS
CASES = [(file, *each) for file, rows in REFUSALS.items() for each in rows]


def encoded(value, inputs):
    """A value as the schema has it; tensors become inputs."""
    if isinstance(value, Tensor):
        name = f"x{len(inputs)}"
        inputs[name] = tensor(*value.shape, dtype=value.dtype)
        return {"as_tensor": {"name": name}}
    if isinstance(value, Open):
        return N
    if value is None:
        return {"as_none": True}
    if isinstance(value, Dtype):
        return {"as_scalar_type": value.code}
    if not isinstance(value, list):
        kinds = {bool: "bool", int: "int", float: "float", str: "string"}
        return {f"as_{kinds[type(value)]}": value}
    if any(isinstance(each, Tensor) for each in value) or None in value:
        found = [encoded(each, inputs) for each in value]
        kind = "as_optional_tensors" if None in value else "as_tensors"
        if kind == "as_tensors":
            found = [each["as_tensor"] for each in found]
        return {kind: found}
    kind = "bool" if any(isinstance(x, bool) for x in value) else "int"
    return {f"as_{kind}s": value}


def refused(op, arguments):
    """What is said of one call."""
    inputs = {}
    given = {name: encoded(x, inputs) for name, x in arguments.items()}
    for i, extent in enumerate(sorted(open_extents(inputs))):
        inputs[f"size{i}"] = tensor(extent)  # something has to give it
    call = node(f"aten.{op if '.' in op else op + '.default'}", **given)
    whole = program([call], inputs=tuple(inputs), **inputs)
    if N in given.values():
        with_number(whole)
    return [each["message"] for each in opc.survey(json.dumps(whole).encode())]


def open_extents(tensors):
    extents = [size for each in tensors.values() for size in each["sizes"]]
    return {x["as_expr"]["expr_str"] for x in extents if "as_expr" in x}


@pytest.mark.parametrize(
    ("file", "op", "arguments", "message"),
    CASES,
    ids=[f"{op}: {message}"[:60] for _, op, _, message in CASES],
)
def test_refusal(file, op, arguments, message):
    (said,) = refused(op, arguments)
    assert message in said and "\n" not in said


def literals(text):
    """The texts that refusals of a source start with, as patterns."""
    text = re.sub(r"//.*", "", text)
    calls = re.finditer(
        r'\b(?:fail|refuse)\(\s*(?:formatv\(\s*)?((?:"(?:[^"\\]|\\.)*"\s*)+)',
        text,
    )
    for call in calls:
        whole = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', call[1]))
        yield re.sub(r"\\\{\d+\\\}", ".+", re.escape(whole))


@pytest.mark.parametrize("source", sorted(OPS.iterdir()), ids=lambda p: p.name)
def test_every_refusal_has_a_row(source):
    messages = [message for _, _, message in REFUSALS.get(source.stem, [])]
    lacking = [
        pattern
        for pattern in literals(source.read_text())
        if not any(re.match(pattern, message) for message in messages)
    ]
    assert not lacking


def test_refusals_are_found():
    """What the one above looks for is there, and no row is of a file that is not."""
    sources = [each.read_text() for each in OPS.iterdir()]
    assert sum(len([*literals(text)]) for text in sources) > 100
    assert REFUSALS.keys() <= {each.stem for each in OPS.iterdir()}
