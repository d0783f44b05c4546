"""Nothing of com.microsoft is taken and not used: see test_attributes.py.

onnxruntime's own schemas say which attributes there are; nodes that opc takes
are those of the other tests of this domain.
"""

import collections
import re

import pytest
import test_contrib
import test_contrib_attention
import test_contrib_normalisation
import test_quantised_attention
from onnx import AttributeProto, parser
from onnx.helper import get_attribute_value, make_attribute
from onnxruntime.capi.onnxruntime_pybind11_state import get_all_operator_schema
from test_attributes import ROOT, verdict, with_attribute

SCHEMAS = {
    schema.name: schema
    for schema in get_all_operator_schema()
    if schema.domain == "com.microsoft"
}


def models():
    for case in test_contrib.CASES:
        yield test_contrib.model_of(*getattr(case, "values", case))[0]
    attention, normalisation = (
        test_contrib_attention,
        test_contrib_normalisation,
    )
    for cases in (
        normalisation.SKIP,
        normalisation.EMBEDDING,
        attention.MULTI_HEAD,
        attention.ATTENTION,
        attention.ROTARY,
        attention.GROUP_QUERY,
        test_quantised_attention.Q_ATTENTION,
    ):
        yield from (case.model() for case in cases)
    for inputs, node in NODES:
        yield parser.parse_model(
            '<ir_version: 10, opset_import: ["": 21, "com.microsoft": 1]>'
            f"g ({inputs}) => (y) {{ y = com.microsoft.{node} }}"
        )


# Of ops whose tests make their models as they run.
NODES = (
    ("float[3,8] x, float[8] b", "BiasGelu(x, b)"),
    ("float[3,8] x, float[8] b", "FastGelu(x, b)"),
    ("float[3,8] x", "Gelu(x)"),
    ("float[3,8] x", "QuickGelu(x)"),
    (
        "float[3,32] x, uint8[8,2,8] w, float[16] s",
        "MatMulNBits<K=32, N=8, block_size=16>(x, w, s)",
    ),
    (
        "uint4[8,32] w, int64[3] i, float[8,2] s",
        "GatherBlockQuantized<block_size=16>(w, i, s)",
    ),
    (
        "int32[1,3] i, uint8[9,8] w, uint8[3,8] p, uint8[8] g, float s, uint8 z",
        "QEmbedLayerNormalization(i, , w, p, , g, g, , s, s, , s, s, z, z, , z, z)",
    ),
    (
        "float[4,1,3] x, int8[1,3,32] w, int8[1,8,32] r, float[1] s, int8[1] z",
        "DynamicQuantizeLSTM<hidden_size=8>(x, w, r, , , , , , s, z, s, z)",
    ),
)

INSTANCES = collections.defaultdict(list)
for _model in models():
    INSTANCES[_model.graph.node[0].op_type].append(_model)


def others_of(schema, node):
    """Attributes that a node leaves out: at the schema's default; where it has
    none, 1 of its kind."""
    given = {attribute.name for attribute in node.attribute}
    values = {
        "INT": 1,
        "FLOAT": 0.5,
        "STRING": "x",
        "INTS": [1],
        "FLOATS": [1.0],
    }
    for name, attribute in schema.attributes.items():
        if name in given:
            continue
        default = AttributeProto.FromString(attribute._default_value)
        if default.type:
            yield default, True
        else:
            kind = str(attribute.type).split(".")[-1]
            yield make_attribute(name, values.get(kind, ["x"])), False


@pytest.mark.parametrize("op", sorted(INSTANCES))
def test_every_attribute_is_read(op):
    """A default is taken; what has none is taken or refused by name; what is no
    attribute is refused by name."""
    model = INSTANCES[op][0]
    assert verdict(model) is True
    unknown = make_attribute("no_such_attribute", 1)
    said = verdict(with_attribute(model, unknown))
    assert "'no_such_attribute' is not supported" in str(said)
    for attribute, is_default in others_of(SCHEMAS[op], model.graph.node[0]):
        said = verdict(with_attribute(model, attribute))
        value = get_attribute_value(attribute)
        named = not is_default and attribute.name in str(said)
        assert said is True or named, (attribute.name, value, said)


def test_all_ops_have_a_node():
    """No op of the domain that opc takes is left out above."""
    text = (ROOT / "docs/generated/OnnxOps.md").read_text()
    section = text.split("## com.microsoft", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"^- (\w+)", section, re.M)) == INSTANCES.keys()
