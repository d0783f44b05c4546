"""Attention and rotation of com.microsoft.

Forms that onnxruntime has on other devices only are beside numpy.
"""

import numpy as np
import opc
import pytest
from contrib_case import (
    F16,
    F32,
    I32,
    I64,
    Case,
    Input,
    below,
    cases_test,
    ints,
)
from support import BF16, TARGETS, assert_close, onnxruntime_session

HEADS, SHARED, DEPTH = 4, 2, 16
HIDDEN = HEADS * DEPTH


# ------------------------------------------------------------------------------
# Numpy
# ------------------------------------------------------------------------------


def split(x, heads):
    b, n, width = x.shape
    return x.reshape(b, n, heads, width // heads).transpose(0, 2, 1, 3)


def attend(q, k, v, bias=0.0, allowed=True, scale=None, cap=0.0, sink=None):
    """Of heads [b, h, n, d]; the result [b, n, h * d] and the probabilities."""
    times = q.shape[1] // k.shape[1]
    k, v = np.repeat(k, times, 1), np.repeat(v, times, 1)
    scores = q @ k.swapaxes(2, 3) * (scale or q.shape[-1] ** -0.5)
    scores = cap * np.tanh(scores / cap) if cap else scores
    scores = np.where(allowed, scores + bias, -np.inf)
    most = scores.max(-1, keepdims=True)
    most = most if sink is None else np.maximum(most, sink)
    e = np.exp(scores - most)
    beside = 0.0 if sink is None else np.exp(sink - most)
    p = e / (e.sum(-1, keepdims=True) + beside)
    y = (p @ v).transpose(0, 2, 1, 3)
    return y.reshape(*y.shape[:2], -1), p


def packed(q, k=None, v=None, bias=None, num_heads=0, scale=None):
    """MultiHeadAttention of inputs packed as [b, n, heads, 2 or 3, d]."""
    if q.ndim == 5:
        q, k, v = (q[:, :, :, i].transpose(0, 2, 1, 3) for i in range(3))
    else:
        q = split(q, num_heads)
        k, v = (k[:, :, :, i].transpose(0, 2, 1, 3) for i in range(2))
    if bias is not None:
        parts = bias.reshape(3, num_heads, 1, -1)
        q, k, v = q + parts[0], k + parts[1], v + parts[2]
    return [attend(q, k, v, scale=scale)[0]]


def merged(x, w, b, mask, past=None, bias=None, length=None, **attributes):
    """Attention with what onnxruntime's CPU lacks: no bias of the projection, a
    square mask of all positions, a past that is a buffer."""
    heads = attributes["num_heads"]
    qkv = x @ w + (0.0 if b is None else b)
    q, k, v = (split(part, heads) for part in np.split(qkv, 3, -1))
    start = 0
    if length is not None:
        start, end = int(length[0]), int(length[0]) + x.shape[1]
        present = past.copy()
        present[0, :, :, start:end], present[1, :, :, start:end] = k, v
        k, v = present[:, :, :, :end]
    added = 0.0 if bias is None else bias
    if mask is not None:
        rows = mask[:, :, start : start + q.shape[2], : k.shape[2]]
        added = added + np.where(rows > 0, 0.0, -10000.0)
    y, _ = attend(q, k, v, bias=added)
    return [y] if length is None else [y, present]


# ------------------------------------------------------------------------------
# MultiHeadAttention
# ------------------------------------------------------------------------------

QUERY, KEY = Input("b", "s", HIDDEN), Input("b", "l", HIDDEN)
VALUE, SAME = Input("b", "l", HEADS * 8), Input("b", "s", HIDDEN)
PAST = Input("b", HEADS, "p", DEPTH)
HEAD_KEY = Input("b", HEADS, "l", DEPTH)
CROSS = [{"b": 2, "s": 3, "l": 5, "t": 5}, {"b": 1, "s": 1, "l": 9, "t": 9}]
# Chunks of 5 and single tokens behind pasts of 0, 1 and 7.
CACHED = [
    {"b": b, "s": s, "p": p, "t": s + p, "m": 9}
    for b, s, p in ((2, 1, 7), (2, 5, 0), (1, 1, 1), (1, 5, 7), (3, 1, 0))
]


def flags(rng, shape, _sizes):
    """A mask that leaves each row its first key."""
    mask = rng.integers(0, 2, shape)
    mask[..., 0] = 1
    return mask


def ends(_rng, shape, sizes):
    """Numbers of keys, of which the last batches have fewer."""
    return np.maximum(sizes["t"] - np.arange(shape[0]), 1)


def ends_and_starts(rng, _shape, sizes):
    some = ends(rng, [sizes["b"]], sizes)
    return np.concatenate([some, np.minimum(some - 1, 1)])


def ends_and_sums(rng, _shape, sizes):
    some = ends(rng, [sizes["b"]], sizes)
    return np.concatenate([some, np.arange(2 * sizes["b"] + 2)])


def room(_rng, _shape, sizes):
    """Rows of a buffer that are in use: all but those of this step."""
    return [sizes["p"] - sizes["s"]]


MASKS = {
    "ends": ints(ends, "b"),
    "row": ints(flags, "b", "t"),
    "square": ints(flags, "b", "s", "t"),
}
BIAS = Input("b", HEADS, "s", "t")
ONE_BIAS = Input(1, 1, "s", "t")
PROJECTION = Input(3 * HIDDEN)
PRESENT = (None, None, None)


def multi_head(*inputs, sizes=CROSS, **options):
    return Case("MultiHeadAttention", inputs, sizes, num_heads=HEADS, **options)


SIDE = (None, None, None)  # no bias, mask, bias of attention
BUFFER = [{"b": 2, "s": 1, "p": 7, "t": 7}, {"b": 1, "s": 3, "p": 9, "t": 9}]
MULTI_HEAD = [
    multi_head(QUERY, KEY, VALUE, outputs=(None,) * 4, label="cross"),
    multi_head(QUERY, KEY, VALUE, label="cross", scale=0.3),
    multi_head(QUERY, KEY, VALUE, label="cross", dtype=F16),
    multi_head(QUERY, KEY, VALUE, label="cross", dtype=BF16),
    multi_head(QUERY, KEY, KEY, PROJECTION, label="projection"),
    multi_head(QUERY, KEY, KEY, None, None, BIAS, label="bias"),
    multi_head(QUERY, KEY, KEY, None, MASKS["row"], ONE_BIAS, label="bias1"),
    *(
        multi_head(
            QUERY, KEY, KEY, None, mask, outputs=(None, "", "", None),
            label=f"mask-{name}", unidirectional=causal, **options,
        )
        for name, mask in MASKS.items()
        for causal, options in ((0, {}), (1, {"mask_filter_value": -1.5}))
    ),
    multi_head(
        QUERY, KEY, KEY, None, ints(ends_and_sums, 8),
        sizes=[{"b": 2, "s": 3, "l": 5, "t": 5}], label="mask-sums",
    ),
    multi_head(QUERY, HEAD_KEY, HEAD_KEY, outputs=PRESENT, label="heads"),
    multi_head(QUERY, HEAD_KEY, HEAD_KEY, PROJECTION, label="heads-projection"),
    multi_head(
        SAME, SAME, SAME, *SIDE, PAST, PAST, sizes=CACHED, outputs=(None,) * 4,
        label="past",
    ),
    multi_head(
        SAME, SAME, SAME, PROJECTION, MASKS["row"], BIAS, PAST, PAST,
        sizes=CACHED, outputs=PRESENT, label="past-all", unidirectional=1,
    ),
    multi_head(
        SAME, SAME, SAME, *SIDE, PAST, PAST, sizes=CACHED, outputs=PRESENT,
        label="past", dtype=F16, unidirectional=1,
    ),
    multi_head(
        SAME, SAME, SAME, *SIDE, PAST, PAST, ints(room, 1), sizes=BUFFER,
        outputs=PRESENT, label="buffer",
    ),
    multi_head(
        Input("b", "s", HEADS, 3, DEPTH), None, None, PROJECTION,
        oracle=packed, label="packed",
    ),
    multi_head(
        QUERY, Input("b", "l", HEADS, 2, DEPTH), None, oracle=packed,
        label="packed-keys", scale=0.3,
    ),
]  # fmt: skip
test_multi_head_attention = cases_test(MULTI_HEAD)


# ------------------------------------------------------------------------------
# Attention
# ------------------------------------------------------------------------------

X, WEIGHTS = Input("b", "s", 24), Input(24, 3 * HIDDEN)
BOTH_PAST = Input(2, "b", HEADS, "p", DEPTH)
PLAIN = [{"b": 2, "s": 5, "t": 5, "m": 9}, {"b": 1, "s": 1, "t": 1, "m": 9}]


def joint(*inputs, sizes=PLAIN, **options):
    inputs = (X, WEIGHTS, *inputs)
    return Case("Attention", inputs, sizes, num_heads=HEADS, **options)


ATTENTION = [
    joint(PROJECTION, outputs=(None, None)),
    joint(PROJECTION, dtype=F16),
    joint(PROJECTION, scale=0.3, unidirectional=1),
    joint(PROJECTION, None, None, BIAS, label="bias"),
    joint(PROJECTION, ints(flags, "b", 1), label="mask-none"),
    joint(
        PROJECTION, ints(ends_and_starts, 4), sizes=PLAIN[:1],
        label="mask-starts", unidirectional=1,
    ),
    *(
        joint(
            PROJECTION, mask, label=f"mask-{name}", unidirectional=causal,
            **options,
        )
        for name, mask in MASKS.items()
        for causal, options in ((0, {"mask_filter_value": -1.5}), (1, {}))
    ),
    joint(
        PROJECTION, MASKS["row"], BOTH_PAST, sizes=CACHED, outputs=(None, None),
        label="past", unidirectional=1,
    ),
    Case(
        "Attention",
        (X, Input(24, 5 * HIDDEN // 2), Input(5 * HIDDEN // 2)),
        PLAIN, num_heads=HEADS,
        qkv_hidden_sizes=[HIDDEN, HIDDEN, HIDDEN // 2],
    ),
    joint(None, ints(flags, "b", 1, "m", "m"), oracle=merged, label="megatron"),
    joint(
        PROJECTION, ints(flags, "b", 1, "p", "p"), BOTH_PAST, None,
        ints(room, 1), sizes=BUFFER, outputs=(None, None), oracle=merged,
        label="buffer", past_present_share_buffer=1,
    ),
]  # fmt: skip
test_attention = cases_test(ATTENTION)


# ------------------------------------------------------------------------------
# RotaryEmbedding
# ------------------------------------------------------------------------------

TABLE = Input(40, DEPTH // 2)
WIDE = Input("b", "s", HEADS * 24)


IDS = ints(below(40), "b", "s", dtype=I64)
START = ints(below(20), 1, dtype=I64)
HEAD_QUERY = Input("b", HEADS, "s", DEPTH)


def rotary(x, positions, **options):
    inputs = (x, positions, TABLE, TABLE)
    sizes = [{"b": 2, "s": 3}, {"b": 1, "s": 1}, {"b": 3, "s": 19}]
    return Case("RotaryEmbedding", inputs, sizes, **options)


ROTARY = [
    rotary(x, positions, label=label, interleaved=interleaved, **options)
    for label, x, positions, options in (
        ("ids", QUERY, IDS, {}),
        ("start", QUERY, START, {}),
        ("start", QUERY, ints(below(20), dtype=I64), {}),
        ("half", QUERY, IDS, {"dtype": F16}),
        ("packed", QUERY, IDS, {"is_packed_batching": 1}),
        ("heads", HEAD_QUERY, START, {}),
        (
            "part",
            WIDE,
            IDS,
            {"rotary_embedding_dim": DEPTH, "num_heads": HEADS},
        ),
        (
            "part-heads",
            Input("b", HEADS, "s", 24),
            IDS,
            {"rotary_embedding_dim": DEPTH, "num_heads": HEADS},
        ),
    )
    for interleaved in (0, 1)
]
test_rotary_embedding = cases_test(ROTARY)


# ------------------------------------------------------------------------------
# GroupQueryAttention
# ------------------------------------------------------------------------------

NEW = Input("b", "s", SHARED * DEPTH)
CACHE = Input("b", SHARED, "p", DEPTH)
ALL_NEW = Input("b", "s", (HEADS + 2 * SHARED) * DEPTH)
ROWS = {
    "decode": {"b": 2, "s": 1, "p": 7, "t": 8},
    "prompt": {"b": 2, "s": 5, "p": 0, "t": 5},
    "first": {"b": 1, "s": 1, "p": 0, "t": 1},
    "one": {"b": 3, "s": 1, "p": 1, "t": 2},
    "chunk": {"b": 1, "s": 5, "p": 7, "t": 12},
    # The cache is a buffer with room for more.
    "buffer": {"b": 2, "s": 1, "p": 9, "t": 6},
    "buffer-prompt": {"b": 2, "s": 5, "p": 9, "t": 5},
    "buffer-chunk": {"b": 1, "s": 2, "p": 9, "t": 6},
}
GROUPS = list(ROWS.values())


def last_keys(_rng, shape, sizes):
    """Of batches that end earlier, where onnxruntime defines their results."""
    ragged = sizes["s"] == 1
    return np.maximum(sizes["t"] - 1 - np.arange(shape[0]) * ragged, 0)


def all_keys(_rng, shape, sizes):
    return np.full(shape, sizes["t"] - 1)


LAST, TOTAL = ints(last_keys, "b"), ints(lambda *a: [a[2]["t"]], 1)
SINK = Input(HEADS)
KEYS = (NEW, NEW, CACHE, CACHE, LAST, TOTAL)


def group_query(*inputs, **options):
    sizes = options.pop("sizes", GROUPS)
    outputs = options.pop("outputs", PRESENT)
    heads = {"num_heads": HEADS, "kv_num_heads": SHARED}
    return Case(
        "GroupQueryAttention", inputs, sizes, outputs, **options, **heads
    )


NO_ROTARY = (None, None, None)
GROUP_QUERY = [
    group_query(QUERY, *KEYS),
    group_query(QUERY, *KEYS, dtype=F16),
    group_query(QUERY, *KEYS, dtype=BF16),
    group_query(ALL_NEW, None, None, *KEYS[2:], label="packed"),
    group_query(QUERY, *KEYS, scale=0.3, softcap=2.0),
    group_query(QUERY, *KEYS, local_window_size=3),
    group_query(QUERY, *KEYS, causal=0, do_rotary=0, rotary_interleaved=1),
    group_query(QUERY, *KEYS, smooth_softmax=1),
    group_query(QUERY, *KEYS, *NO_ROTARY, None, SINK, label="sink"),
    group_query(
        QUERY, *KEYS, *NO_ROTARY, BIAS, SINK, label="bias-sink", softcap=2.0,
        local_window_size=4,
    ),
    group_query(QUERY, *KEYS, *NO_ROTARY, ONE_BIAS, label="bias1"),
    group_query(
        QUERY, *KEYS, Input(40, 8), Input(40, 8), IDS, label="unused-tables",
        do_rotary=0, rotary_interleaved=0,
    ),
    group_query(
        # Extents of 1, and of tables, that only the run knows.
        QUERY, *KEYS[:5], ints(lambda *a: [a[2]["t"]], "one"),
        Input("rows", "half"), Input("rows", "half"), label="open",
        do_rotary=1, rotary_interleaved=0,
        sizes=[s | {"one": 1, "rows": 40, "half": DEPTH // 2} for s in GROUPS],
    ),
    *(
        group_query(
            # onnxruntime leaves scores behind the last key as they were.
            QUERY, *KEYS[:4], ints(all_keys, "b"), TOTAL, *NO_ROTARY, BIAS,
            label="scores",
            outputs=(None,) * 4, qk_output=mode, local_window_size=3,
            sizes=[s for s in GROUPS if s["t"] == s["s"] + s["p"]],
        )
        for mode in (1, 2)
    ),
    *(
        group_query(
            first, *keys, Input(40, half), Input(40, half), positions,
            label=label, do_rotary=1, rotary_interleaved=interleaved,
        )
        for label, first, keys, half, positions in (
            ("rotary", QUERY, KEYS, 8, None),
            ("rotary-packed", ALL_NEW, (None, None, *KEYS[2:]), 8, None),
            ("rotary-ids", QUERY, KEYS, 8, IDS),
        )
        for interleaved in (0, 1)
    ),
    group_query(
        QUERY, NEW, NEW, None, None, LAST, TOTAL, label="no-past",
        sizes=[ROWS["prompt"], ROWS["first"]],
    ),
]  # fmt: skip
test_group_query_attention = cases_test(GROUP_QUERY)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "last, message",
    [
        ([-3, 2], "'seqlens_k' holds -3, less than 0"),
        ([1, 8], "asks for 9 keys, but total_sequence_length is 8"),
    ],
)
def test_lengths_that_the_cache_does_not_have(last, message, target):
    case = group_query(QUERY, *KEYS)
    compiled = opc.compile(case.model(), target=target, cache=False)
    feeds = case.feeds(ROWS["decode"]) | {"x5": np.array(last, I32)}
    with pytest.raises(opc.InputError, match=message):
        compiled.run(feeds)


# ------------------------------------------------------------------------------
# What more than one call shows
# ------------------------------------------------------------------------------


def attend_group(feeds, lengths):
    """GroupQueryAttention without a past in numpy: rows of each batch."""
    q = split(feeds["x0"].astype(np.float64), HEADS)
    k, v = (split(feeds[x].astype(np.float64), SHARED) for x in ("x1", "x2"))
    n = np.arange(q.shape[2])
    y, _ = attend(q, k, v, allowed=n[:, None] >= n)
    return [row[:length] for row, length in zip(y, lengths, strict=True)]


@pytest.mark.parametrize("target", TARGETS)
def test_padded_prompt(target):
    """Tokens behind the end of a prompt change nothing before it."""
    case = group_query(QUERY, *KEYS)
    sizes = {"b": 3, "s": 6, "p": 0, "t": 6}
    feeds = case.feeds(sizes)
    lengths = [2, 6, 1]
    feeds["x5"] = np.array(lengths, I32) - 1
    y, *_ = opc.compile(case.model(), target=target, cache=False).run(feeds)
    for got, want in zip(y, attend_group(feeds, lengths), strict=True):
        np.testing.assert_allclose(got[: len(want)], want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("buffer", [0, 16], ids=["grows", "buffer"])
@pytest.mark.parametrize("target", TARGETS)
def test_tokens_one_by_one(target, buffer):
    """A prompt and tokens behind it, through the cache, are one sequence."""
    tables = (Input(40, 8), Input(40, 8))
    case = group_query(QUERY, *KEYS, *tables, do_rotary=1)
    feeds = case.feeds({"b": 1, "s": 12, "p": 0, "t": 12})
    whole = onnxruntime_session(case.model()).run(None, feeds)
    compiled = opc.compile(case.model(), target=target, cache=False)
    caches = [np.zeros((1, SHARED, buffer, DEPTH), F32)] * 2
    results = []
    for start, end in ((0, 5), (5, 6), (6, 7), (7, 11), (11, 12)):
        step = {name: feeds[name][:, start:end] for name in ("x0", "x1", "x2")}
        step |= {"x3": caches[0], "x4": caches[1]}
        step |= {"x5": np.array([end - 1], I32), "x6": np.array([end], I32)}
        y, *caches = compiled.run(step | {x: feeds[x] for x in ("x7", "x8")})
        results.append(y)
    got = [np.concatenate(results, 1), *(c[:, :, :12] for c in caches)]
    assert_close(got, whole, 8)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("last, total", [(7, 6), (-1, 6), (5, 9), (0, 0)])
def test_lengths_outside_of_the_cache(target, last, total):
    """onnxruntime refuses these, too; none reads beyond the cache."""
    case = group_query(QUERY, *KEYS)
    feeds = case.feeds({"b": 1, "s": 1, "p": 5, "t": 6})
    feeds |= {"x5": np.array([last], I32), "x6": np.array([total], I32)}
    with pytest.raises(Exception, match="INVALID_ARGUMENT"):
        onnxruntime_session(case.model()).run(None, feeds)
    compiled = opc.compile(case.model(), target=target, cache=False)
    with pytest.raises(opc.Error):
        compiled.run(feeds)


@pytest.mark.parametrize("target", TARGETS)
def test_positions_outside_of_the_tables(target):
    case = rotary(QUERY, IDS)
    compiled = opc.compile(case.model(), target=target, cache=False)
    for position in (-1, 40):
        feeds = case.feeds({"b": 1, "s": 1})
        feeds["x1"] = np.array([[position]])
        with pytest.raises(opc.Error, match="index"):
            compiled.run(feeds)


@pytest.mark.parametrize("target", TARGETS)
def test_norms_of_heads(target):
    """q_norm_weight and k_norm_weight, which onnxruntime has on GPUs only."""
    norm = Input(DEPTH)
    case = group_query(
        QUERY, *KEYS, *NO_ROTARY, *[None] * 4, norm, norm, qk_norm_epsilon=1e-3
    )
    feeds = case.feeds({"b": 2, "s": 5, "p": 0, "t": 5})

    def normed(x, heads, weight):
        x = x.reshape(*x.shape[:2], heads, -1).astype(np.float64)
        mean = (x**2).mean(-1, keepdims=True)
        return (x / np.sqrt(mean + 1e-3) * weight).reshape(*x.shape[:2], -1)

    plain = dict(feeds)
    plain["x0"] = normed(feeds["x0"], HEADS, feeds["x14"])
    plain["x1"] = normed(feeds["x1"], SHARED, feeds["x15"])
    want = np.stack(attend_group(plain, [5, 5]))
    y, k, _ = opc.compile(case.model(), target=target, cache=False).run(feeds)
    np.testing.assert_allclose(y, want, rtol=1e-5, atol=1e-6)
    keys = split(plain["x1"], SHARED)
    np.testing.assert_allclose(k, keys, rtol=1e-5, atol=1e-6)
