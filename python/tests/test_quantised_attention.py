"""QAttention of com.microsoft: attention behind a product of 8-bit numbers.

The product is exact, so whole numbers are its oracle; where weights are u8,
onnxruntime's product is exact on every machine, and its result is one, too.
"""

import numpy as np
import opc
import pytest
from contrib_case import F16, Case, Input, cases_test, ints
from onnx.numpy_helper import from_array
from support import TARGETS, assert_close
from test_contrib_attention import (
    BOTH_PAST,
    CACHED,
    HEADS,
    HIDDEN,
    MASKS,
    PLAIN,
    attend,
    ends_and_starts,
    flags,
    split,
)


def shown_keys(mask, queries, keys):
    """Which keys a mask of any form shows, as [b or 1, 1, n or 1, keys]."""
    if mask is None:
        return True
    if mask.ndim == 1:
        return (np.arange(keys) < mask[:, None])[:, None, None]
    if mask.ndim == 4:
        start = keys - queries
        return mask[:, :, start:keys, :keys] > 0
    return (mask if mask.ndim == 3 else mask[:, None])[:, None] > 0


def quantised(x, w, b, sx, sw, mask=None, zx=0, zw=0, past=None, **attributes):
    """QAttention: whole numbers up to the scales, which are float64."""
    zx, zw = (np.asarray(0 if z is None else z, np.int64) for z in (zx, zw))
    sums = (x.astype(np.int64) - zx) @ (w.astype(np.int64) - zw)
    qkv = np.split(sums * (sx * sw) + b, 3, -1)
    q, k, v = (split(part, attributes["num_heads"]) for part in qkv)
    if past is not None:
        k, v = np.concatenate([past[0], k], 2), np.concatenate([past[1], v], 2)
    present = np.stack([k, v])
    queries, keys = q.shape[2], k.shape[2]
    lost = attributes.get("mask_filter_value", -10000.0)
    bias = np.where(shown_keys(mask, queries, keys), 0.0, lost)
    allowed = True
    if attributes.get("unidirectional"):
        allowed = np.tri(queries, keys, keys - queries, dtype=bool)
    y, _ = attend(q, k, v, bias, allowed, attributes.get("scale"))
    return [y, present]


def whole(dtype, *dims):
    """All numbers of a type of 8 bits, its ends among them."""
    kind = np.iinfo(dtype)

    def make(rng, shape, _sizes):
        some = rng.integers(kind.min, kind.max + 1, shape)
        return np.where(rng.integers(0, 4, shape) == 0, kind.max, some)

    return Input(*dims, dtype=dtype, make=make)


def steps(*dims):
    return Input(
        *dims, make=lambda rng, shape, _: rng.uniform(2e-3, 8e-3, shape)
    )


I8, U8 = np.int8, np.uint8
COLUMNS = 3 * HIDDEN


def bytes_attention(weights, *rest, columns=(), x=U8, **options):
    """rest: zero point of the input, of weights, past; all may be left out."""
    mask, sizes = options.pop("mask", None), options.pop("sizes", PLAIN)
    inputs = (
        whole(x, "b", "s", 24), whole(weights, 24, COLUMNS), Input(COLUMNS),
        steps(), steps(*columns), mask, *rest,
    )  # fmt: skip
    outputs = options.pop("outputs", (None, None))
    return Case(
        "QAttention", inputs, sizes, outputs, num_heads=HEADS, **options
    )


BYTE = whole(U8)
# All that the schema has, of any type: u8 weights beside onnxruntime, too, whose
# u8 x s8 products saturate where the machine has no VNNI.
FULL = {
    "mask": MASKS["row"],
    "columns": [COLUMNS],
    "sizes": CACHED,
    "unidirectional": 1,
    "scale": 0.2,
    "mask_filter_value": -1.5,
}
Q_ATTENTION = [
    bytes_attention(U8, None, whole(U8, 1), label="plain"),
    bytes_attention(
        U8, BYTE, whole(U8, COLUMNS), BOTH_PAST, label="full", **FULL
    ),
    *(
        bytes_attention(U8, BYTE, BYTE, mask=mask, label=f"mask-{name}")
        for name, mask in MASKS.items()
    ),
    bytes_attention(
        U8, BYTE, BYTE, mask=ints(ends_and_starts, 4), sizes=PLAIN[:1],
        label="mask-starts",
    ),
    bytes_attention(
        U8, BYTE, BYTE, mask=ints(flags, "b", 1), label="mask-none"
    ),
    *(
        bytes_attention(
            w, whole(x), whole(w, COLUMNS), BOTH_PAST, x=x, oracle=quantised,
            label=f"full-{np.dtype(x)}-{np.dtype(w)}", **FULL,
        )
        for x, w in ((U8, U8), (U8, I8), (I8, I8), (I8, U8))
    ),
    bytes_attention(
        I8, whole(U8, 1), oracle=quantised, label="one-scale", columns=[1],
        mask=ints(flags, "b", 1, "m", "m"),
    ),
    bytes_attention(
        I8, BYTE, whole(I8), mask=MASKS["square"], oracle=quantised,
        label="half", dtype=F16,
    ),
]  # fmt: skip
test_quantised_attention = cases_test(Q_ATTENTION)


@pytest.mark.parametrize("target", TARGETS)
def test_quantised_attention_of_constants(target):
    """As a quantiser writes it: all but the activations is constant."""
    case = bytes_attention(
        I8, BYTE, whole(I8, COLUMNS), oracle=quantised, columns=[COLUMNS]
    )
    sizes = {"b": 2, "s": 5}
    model, feeds = case.model(), case.feeds(sizes)
    expected = case.expected(feeds)
    for value in list(model.graph.input)[1:]:
        model.graph.input.remove(value)
        array = feeds.pop(value.name)
        model.graph.initializer.append(from_array(array, value.name))
    compiled = opc.compile(model, target=target, cache=False)
    assert_close(compiled.run(feeds), expected, case.ulps)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name, extent", [("x4", 5), ("x7", 5), ("x2", 1)])
def test_columns_of_another_number(target, name, extent):
    """Scales, zero points and a bias whose number only the run shows."""
    case = bytes_attention(U8, BYTE, whole(U8, COLUMNS), columns=[COLUMNS])
    case.inputs[name].dims = ["c"]
    compiled = opc.compile(case.model(), target=target, cache=False)
    for right in {COLUMNS} if name == "x2" else {1, COLUMNS}:
        case.check(compiled, PLAIN[0] | {"c": right})
    with pytest.raises(opc.Error, match=f"{extent}"):
        compiled.run(case.feeds(PLAIN[0] | {"c": extent}))
