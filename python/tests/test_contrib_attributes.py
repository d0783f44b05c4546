"""Nothing is taken and not used, and nothing valid is refused: com.microsoft.

onnxruntime's own schemas say which attributes there are. Those without a
default in their schema have one in its text (UNSAID).
"""

import functools
import re

import numpy as np
import pytest
from onnx import AttributeProto, TensorProto, helper
from onnxruntime.capi.onnxruntime_pybind11_state import get_all_operator_schema
from test_attributes import (
    ROOT,
    verdict,
    with_attribute,
    without_attribute,
)
from test_contrib import CASES, bytes_of, model_of, reals
from test_contrib_attention import ATTENTION, GROUP_QUERY, MULTI_HEAD, ROTARY
from test_contrib_normalisation import EMBEDDING, SKIP

DOMAIN = "com.microsoft"
I32 = np.int32
KINDS = ("INT", "FLOAT", "STRING")
UNSAID = {
    "activation": "",
    "activation_alpha": 0.25,
    "activation_beta": 0.5,
    "activation_gamma": 0.5,
    "axis": 1,
    "clip": 1000.0,
    "do_rotary": 0,
    "interleaved": 0,
    "is_packed_batching": 0,
    "kv_cache_bit_width": 0,
    "mask_filter_value": -10000.0,
    "mask_index_type": 0,
    "num_heads": 0,
    "past_present_share_buffer": 0,
    "rotary_embedding_dim": 0,
    "rotary_interleaved": 0,
    "scale": 1.0,
    "softcap": 0.0,
}
BYTE, SCALE = np.uint8(3), np.float32(0.5)
# Operators without a case in the tables of the other files.
OTHERS = {
    "BiasGelu": (reals(3, 5), reals(5)),
    "DynamicQuantizeLSTM": (
        *(reals(4, 2, 3), bytes_of(1, 3, 20), bytes_of(1, 5, 20)),
        *(reals(1, 40), None, None, None, None),
        *(np.full(1, SCALE), np.full(1, BYTE), np.full(1, SCALE)),
        np.full(1, BYTE),
    ),
    "DynamicQuantizeMatMul": (reals(3, 5), bytes_of(5, 4), SCALE, BYTE),
    "FastGelu": (reals(3, 5), reals(5)),
    "GatherBlockQuantized": (
        *(bytes_of(6, 16), np.array([1, 5]), reals(6, 2), bytes_of(6, 1)),
    ),
    "Gelu": (reals(3, 5),),
    "MatMulIntegerToFloat": (
        *(bytes_of(3, 5), bytes_of(5, 4), SCALE, SCALE, BYTE, BYTE, reals(4)),
    ),
    "MatMulNBits": (reals(3, 32), bytes_of(8, 2, 8), reals(16)),
    "QAttention": (
        *(bytes_of(2, 3, 24), bytes_of(24, 48), reals(48), SCALE, SCALE),
        *(np.ones((2, 3), I32), BYTE, BYTE),
    ),
    "QEmbedLayerNormalization": (
        *(np.ones((2, 5), I32), None, bytes_of(11, 8), bytes_of(7, 8), None),
        *(bytes_of(8), bytes_of(8), None, SCALE, SCALE, None, SCALE, SCALE),
        *(BYTE, BYTE, None, BYTE, BYTE),
    ),
    "QuickGelu": (reals(3, 5),),
}
NEEDED = {
    "DynamicQuantizeLSTM": {"hidden_size": 5},
    "GatherBlockQuantized": {"block_size": 16},
    "MatMulNBits": {"K": 32, "N": 8, "bits": 4, "block_size": 16},
    "QAttention": {"num_heads": 2},
}


@functools.cache
def models():
    """Of one node each, by operator, in as many forms as the tests know."""
    found = {}
    for parameters in CASES:
        op, *rest = parameters.values
        found.setdefault(op, []).append(model_of(op, *rest)[0])
    for some in (ATTENTION, GROUP_QUERY, MULTI_HEAD, ROTARY, EMBEDDING, SKIP):
        for case in some:
            found.setdefault(case.op, []).append(case.model(case.sizes[0]))
    for op, inputs in OTHERS.items():
        kind = TensorProto.FLOAT
        model, _ = model_of(op, inputs, kind, (), NEEDED.get(op, {}))
        found.setdefault(op, []).append(model)
    return found


@functools.cache
def schemas():
    """Of the operators that the documentation lists: the rows of the tables."""
    text = (ROOT / "docs/generated/OnnxOps.md").read_text()
    listed = text.split(f"## {DOMAIN} (")[1].split("## ")[0]
    rows = set(re.findall(r"^- (\w+)$", listed, re.MULTILINE))
    return {
        schema.name: schema
        for schema in get_all_operator_schema()
        if schema.domain == DOMAIN and schema.name in rows
    }


def neutral(schema, node):
    """The attributes that a node leaves out, as it means them."""
    given = {attribute.name for attribute in node.attribute}
    for name, attribute in schema.attributes.items():
        if name in given or attribute.type.name not in KINDS:
            continue
        default = AttributeProto.FromString(attribute._default_value)
        if default.type:
            yield default
        elif not attribute.required:
            yield helper.make_attribute(name, UNSAID[name])


def forms(op):
    """Of the models those that differ in what they leave out."""
    found = {}
    for model in models()[op]:
        node = model.graph.node[0]
        given = tuple(map(bool, node.input))
        names = frozenset(attribute.name for attribute in node.attribute)
        found.setdefault((given, names), model)
    return found.values()


@pytest.mark.parametrize("op", sorted(schemas()))
def test_a_missing_attribute_is_named(op):
    needed = [n for n, a in schemas()[op].attributes.items() if a.required]
    for model in forms(op):
        for name in needed:
            said = verdict(without_attribute(model, name))
            assert f"attribute '{name}' is missing" in str(said), said


@pytest.mark.parametrize("op", sorted(schemas()))
def test_every_attribute_is_read(op):
    for model in forms(op):
        said = verdict(model)
        assert said is True, said
        for attribute in neutral(schemas()[op], model.graph.node[0]):
            model = with_attribute(model, attribute)
        said = verdict(model)
        assert said is True, said
        unknown = helper.make_attribute("no_such_attribute", 1)
        said = verdict(with_attribute(model, unknown))
        assert "'no_such_attribute' is not supported" in str(said), said
