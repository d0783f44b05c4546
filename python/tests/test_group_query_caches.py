"""Caches of GroupQueryAttention as integers, and of the last tokens alone.

The cache must be onnxruntime's to the bit: rows that hold something, and the next
step starts from its own.
"""

import ml_dtypes
import numpy as np
import opc
import pytest
from onnx import helper
from support import TARGETS, onnx_type, onnxruntime_session

HEADS, SHARED, DEPTH = 4, 2, 16
F16, F32, I8, I32, U8 = np.float16, np.float32, np.int8, np.int32, np.uint8
INPUTS = ["q", "k", "v", "pk", "pv", "seen", "total"]
SCALES = ["", "", "", "bias", "", "ks", "vs"]
BITS = {I8: 8, U8: 4}


def model_of(feeds, **attributes):
    """Of one program for all batches, lengths and capacities."""
    open_axes = {"q": "bs", "k": "bs", "v": "bs", "pk": "b c", "pv": "b c"}
    open_axes["seen"] = "b"

    def dims(name, array):
        names = [*open_axes.get(name, ""), *" " * array.ndim]
        return [
            size if symbol == " " else symbol
            for symbol, size in zip(names, array.shape, strict=False)
        ]

    def info(name, array, shape):
        return helper.make_tensor_value_info(name, onnx_type(array), shape)

    rows = feeds.get("pk", feeds["q"])
    results = {"y": feeds["q"], "ok": rows, "ov": rows}
    inputs = INPUTS + SCALES
    while inputs[-1] not in feeds:
        inputs.pop()
    node = helper.make_node(
        "GroupQueryAttention",
        [name if name in feeds else "" for name in inputs],
        list(results),
        domain="com.microsoft",
        num_heads=HEADS,
        kv_num_heads=SHARED,
        **attributes,
    )
    opsets = [
        helper.make_opsetid("", 21),
        helper.make_opsetid("com.microsoft", 1),
    ]
    graph = helper.make_graph(
        [node],
        "graph",
        [info(name, array, dims(name, array)) for name, array in feeds.items()],
        [info(name, array, None) for name, array in results.items()],
    )
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def step(rng, batch, tokens, seen, dtype=F32):
    """Feeds but the caches; `seen`: tokens of each batch, the new ones, too."""
    seen = np.broadcast_to(seen, batch)
    heads = {"q": HEADS, "k": SHARED, "v": SHARED}
    return {
        name: rng.standard_normal((batch, tokens, n * DEPTH)).astype(dtype)
        for name, n in heads.items()
    } | {"seen": seen.astype(I32) - 1, "total": np.array([seen.max()], I32)}


def random_cache(rng, batch, rows, dtype):
    shape = (batch, SHARED, rows, DEPTH // (2 if dtype == U8 else 1))
    if dtype in BITS:
        return rng.integers(0, 256, shape).astype(U8).view(dtype)
    return rng.standard_normal(shape).astype(dtype)


def scales(rng, kind, bits):
    shape = (1,) if kind == "PER_TENSOR" else (1, SHARED, 1, DEPTH)
    least = 0.3 if bits == 4 else 0.02
    pair = [(least * (1 + rng.random(shape))).astype(F32) for _ in "kv"]
    return dict(zip(("ks", "vs"), pair, strict=True))


def quantised(kind, dtype):
    return {
        "k_quant_type": kind,
        "v_quant_type": kind,
        "kv_cache_bit_width": BITS[dtype],
    }


def assert_step(got, wanted, held, dtype=F32):
    """`held`: how many rows of each batch hold something."""
    bound = 1e-3 if dtype == F16 else 2e-6
    np.testing.assert_allclose(
        got[0].astype(F32), wanted[0].astype(F32), rtol=bound, atol=bound
    )
    for mine, theirs in zip(got[1:], wanted[1:], strict=True):
        assert mine.shape == theirs.shape
        for i, rows in enumerate(held):
            np.testing.assert_array_equal(
                mine[i, :, :rows], theirs[i, :, :rows]
            )


#: Batch, new tokens, rows of the cache, tokens with the new ones.
STEPS = [
    (1, 3, 4, 7),
    (2, 1, 6, 7),
    (2, 5, 0, 5),
    (2, 1, 9, [5, 2]),
    (1, 1, 0, 1),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", [F32, F16])
@pytest.mark.parametrize("kind", ["PER_TENSOR", "PER_CHANNEL"])
@pytest.mark.parametrize("cache", [I8, U8])
def test_quantised_caches(cache, kind, dtype, target):
    rng = np.random.default_rng(7)
    compiled = None
    for batch, tokens, rows, seen in STEPS:
        feeds = step(rng, batch, tokens, seen, dtype)
        feeds["pk"] = random_cache(rng, batch, rows, cache)
        feeds["pv"] = random_cache(rng, batch, rows, cache)
        feeds |= scales(rng, kind, BITS[cache])
        if compiled is None:
            model = model_of(feeds, **quantised(kind, cache))
            session = onnxruntime_session(model)
            compiled = opc.compile(model, target=target, cache=False)
        held = np.broadcast_to(seen, batch)
        wanted = session.run(None, feeds)
        assert_step(compiled.run(feeds), wanted, held, dtype)


@pytest.mark.parametrize("target", TARGETS)
def test_rows_that_saturate_or_lie_between(target):
    """Halves go to the even number, and what is too great to the last one."""
    rng = np.random.default_rng(7)
    rows = np.array([0.5, 1.5, 2.5, -0.5, -1.5, 6.5, 7.5, -7.5, -8.5, 126.5])
    rows = np.append(rows, [127.5, -128.5, 1e30, -1e30, np.inf, -0.0])
    for cache in BITS:
        feeds = step(rng, 1, 1, 1)
        feeds["k"] = feeds["v"] = np.tile(rows.astype(F32), SHARED)[None, None]
        feeds["pk"] = feeds["pv"] = random_cache(rng, 1, 0, cache)
        feeds["ks"] = feeds["vs"] = np.ones(1, F32)
        model = model_of(feeds, **quantised("PER_TENSOR", cache))
        _, *wanted = onnxruntime_session(model).run(None, feeds)
        _, *got = opc.compile(model, target=target, cache=False).run(feeds)
        np.testing.assert_array_equal(got, wanted)


def rows_held(tokens, window, capacity):
    """Of the contract of the operator."""
    if tokens <= capacity:
        return tokens
    group = capacity - window + 1
    return tokens - group * -(-(tokens - capacity) // group)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("cache", [F32, I8])
@pytest.mark.parametrize(
    "window, capacity", [(4, 4), (3, 6), (1, 1), (5, 7), (2, 9)]
)
def test_caches_of_a_window(window, capacity, cache, target):
    rng = np.random.default_rng(7)
    more = scales(rng, "PER_TENSOR", 8) if cache == I8 else {}
    options = quantised("PER_TENSOR", I8) if cache == I8 else {}
    empty = np.zeros((1, SHARED, capacity, DEPTH), cache)
    model = model_of(
        step(rng, 1, 1, 1) | {"pk": empty, "pv": empty} | more,
        sliding_window_cache=1,
        local_window_size=window,
        **options,
    )
    session = onnxruntime_session(model)
    compiled = opc.compile(model, target=target, cache=False)
    for steps in ([1] * 20, [5] + [1] * 10, [3, 4, 2, 1, 12, 1], [15, 1, 30]):
        seen, wanted, got = 0, [None, empty, empty], [None, empty, empty]
        for tokens in steps:
            seen += tokens
            feeds = step(rng, 1, tokens, seen) | more
            wanted = session.run(
                None, feeds | {"pk": wanted[1], "pv": wanted[2]}
            )
            got = compiled.run(feeds | {"pk": got[1], "pv": got[2]})
            held = rows_held(seen, window, capacity)
            assert_step(got, wanted, [held])


@pytest.mark.parametrize("target", TARGETS)
def test_batches_of_a_window_end_apart(target):
    rng = np.random.default_rng(7)
    seen, window, capacity = np.array([2, 9, 5, 4]), 3, 5
    feeds = step(rng, 4, 1, seen)
    feeds["pk"] = random_cache(rng, 4, capacity, F32)
    feeds["pv"] = random_cache(rng, 4, capacity, F32)
    model = model_of(feeds, sliding_window_cache=1, local_window_size=window)
    wanted = onnxruntime_session(model).run(None, feeds)
    got = opc.compile(model, target=target, cache=False).run(feeds)
    held = [rows_held(each, window, capacity) for each in seen]
    assert_step(got, wanted, held)


REFUSED = [
    ({"k_quant_type": "NONE", "scales": True}, "input 12 is a scale, but"),
    (
        {"sliding_window_cache": 1, "local_window_size": 2, "cache": False},
        "sliding_window_cache=1 without past_key",
    ),
    (
        {"sliding_window_cache": 1, "local_window_size": 2, "bias": True},
        "attention_bias beside sliding_window_cache=1",
    ),
    ({"k_quant_type": "PER_TOKEN"}, "k_quant_type 'PER_TOKEN'"),
    ({"k_quant_type": "PER_TENSOR"}, "kv_cache_bit_width=0 is not supported"),
    ({"kv_cache_bit_width": 8}, "but nothing is quantised"),
    ({"sliding_window_cache": 1}, "local_window_size=-1"),
    (
        {"sliding_window_cache": 1, "local_window_size": 2, "qk_output": 1},
        "qk_output beside sliding_window_cache=1",
    ),
    (
        quantised("PER_TENSOR", I8) | {"scales": True},
        "input 3 is f32, not i8",
    ),
]


@pytest.mark.parametrize("attributes, message", REFUSED)
def test_other_caches_are_refused_by_name(attributes, message):
    rng = np.random.default_rng(7)
    feeds = step(rng, 1, 1, 3)
    attributes = dict(attributes)
    if attributes.pop("cache", True):
        feeds["pk"] = feeds["pv"] = random_cache(rng, 1, 4, F32)
    if attributes.pop("scales", False):
        feeds |= scales(rng, "PER_TENSOR", 8)
    if attributes.pop("bias", False):
        feeds["bias"] = np.zeros((1, 1, 1, 3), F32)
    with pytest.raises(opc.Error, match=message):
        opc.compile(model_of(feeds, **attributes), cache=False)


@pytest.mark.parametrize("target", TARGETS)
def test_a_cache_below_its_window_is_refused(target):
    rng = np.random.default_rng(7)
    feeds = step(rng, 1, 1, 3)
    feeds["pk"] = feeds["pv"] = random_cache(rng, 1, 4, F32)
    model = model_of(feeds, sliding_window_cache=1, local_window_size=5)
    with pytest.raises(
        opc.InputError, match="local_window_size is 5, but the cache has 4 rows"
    ):
        opc.compile(model, target=target, cache=False).run(feeds)


def test_float8_caches_are_refused_by_name():
    rng = np.random.default_rng(7)
    feeds = step(rng, 1, 1, 3) | scales(rng, "PER_TENSOR", 8)
    rows = random_cache(rng, 1, 4, F32).astype(ml_dtypes.float8_e4m3fn)
    feeds["pk"] = feeds["pv"] = rows
    with pytest.raises(opc.Error, match="f8|float8|FLOAT8"):
        opc.compile(model_of(feeds, **quantised("PER_TENSOR", I8)), cache=False)
