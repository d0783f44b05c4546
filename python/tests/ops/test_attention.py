"""Attention of ai.onnx against numpy in float64: masks of all kinds, windows,
shared heads, caches, the scores as a result."""

import itertools

import numpy as np
import opc
import pytest
from onnx import helper
from support import TARGETS, assert_close, graph_model, normal

HEADS, SHARED, DEPTH, WIDTH = 4, 2, 5, 7
SIZES = [(12, 37), (37, 12), (129, 129)]


def heads(x, count):
    """[b, n, count * d] -> [b, count, n, d]."""
    return x.reshape(*x.shape[:2], count, -1).transpose(0, 2, 1, 3)


def attended(feeds, options):
    """The outputs of the op: y, keys, values, and the scores of each mode."""
    wide = {
        name: x.astype(np.float64) if x.dtype.kind == "f" else x
        for name, x in feeds.items()
    }
    packed = wide["q"].ndim == 3
    q, k, v = (
        heads(wide[name], count) if packed else wide[name]
        for name, count in (("q", HEADS), ("k", SHARED), ("v", SHARED))
    )
    if "past_k" in wide:
        k = np.concatenate([wide["past_k"], k], 2)
        v = np.concatenate([wide["past_v"], v], 2)
    n, m = q.shape[2], k.shape[2]
    offset = np.zeros((1, 1, 1, 1), int)
    if "past_k" in wide:
        offset += wide["past_k"].shape[2]
    i, j = np.indices((n, m))
    allowed = np.ones((1, 1, n, m), bool)
    if "lengths" in wide:
        lengths = wide["lengths"].reshape(-1, 1, 1, 1)
        offset = lengths - n
        allowed = allowed & (j < lengths)
    distance = i + offset - j
    if options.get("is_causal"):
        allowed = allowed & (distance >= 0)
    if options.get("left_window_size", -1) >= 0:
        allowed = allowed & (distance <= options["left_window_size"])
    if options.get("right_window_size", -1) >= 0:
        allowed = allowed & (distance >= -options["right_window_size"])
    times = HEADS // SHARED
    many_k, many_v = (np.repeat(x, times, 1) for x in (k, v))
    scale = options.get("scale", DEPTH**-0.5)
    product = scale * q @ many_k.swapaxes(2, 3)
    cap = options.get("softcap", 0)
    capped = cap * np.tanh(product / cap) if cap else product
    biased = np.where(allowed, capped, -np.inf)
    if "mask" in wide:
        mask, short = wide["mask"], m - wide["mask"].shape[-1]
        if mask.dtype == bool:
            mask = np.where(mask, 0, -np.inf)
        pads = [(0, 0)] * (mask.ndim - 1) + [(0, short)]
        biased = biased + np.pad(mask, pads, constant_values=-np.inf)
    most = biased.max(-1, keepdims=True)
    powers = np.exp(biased - np.where(np.isinf(most), 0, most))
    sums = powers.sum(-1, keepdims=True)
    p = powers / np.where(sums == 0, 1, sums)
    y = p @ many_v
    if packed:
        y = y.transpose(0, 2, 1, 3).reshape(y.shape[0], n, -1)
    return y, k, v, [product, capped, biased, p]


def operands(n, m, packed=False, past=0):
    shapes = {
        "q": (2, HEADS, n, DEPTH),
        "k": (2, SHARED, m, DEPTH),
        "v": (2, SHARED, m, WIDTH),
    }
    feeds = {
        name: normal(*shape, seed=seed)
        for seed, (name, shape) in enumerate(shapes.items())
    }
    if packed:
        feeds = {
            name: x.transpose(0, 2, 1, 3).reshape(2, x.shape[2], -1)
            for name, x in feeds.items()
        }
    if past:
        feeds["past_k"] = normal(2, SHARED, past, DEPTH, seed=7)
        feeds["past_v"] = normal(2, SHARED, past, WIDTH, seed=8)
    return feeds


def mask(kind, *shape):
    """Of all rows one sees nothing."""
    there = np.random.default_rng(5).random(shape) < 0.7
    there[..., 1, :] = False
    if kind == "bool":
        return there
    return np.where(there, normal(*shape, seed=6), -np.inf).astype(np.float32)


INPUTS = ("q", "k", "v", "mask", "past_k", "past_v", "lengths")


def check(feeds, target, symbolic, scores=None, opset=25, **options):
    """`scores`: the mode of the fourth output, where that is asked for."""
    outputs = ["y", "present_k", "present_v"]
    if scores is not None:
        outputs.append("scores")
        options["qk_matmul_output_mode"] = scores
    if feeds["q"].ndim == 3:
        options |= {"q_num_heads": HEADS, "kv_num_heads": SHARED}
    if symbolic:  # nothing else says how many heads' worth of scale there is
        options.setdefault("scale", 0.4)
    names = [name if name in feeds else "" for name in INPUTS]
    while not names[-1]:
        names.pop()
    node = helper.make_node("Attention", names, outputs, **options)
    model = graph_model([node], feeds, outputs, opset=opset, symbolic=symbolic)
    got = opc.compile(model, target=target, cache=False).run(feeds)
    y, k, v, every = attended(feeds, options)
    assert np.isfinite(y).all()
    wanted = [y, k, v] + ([] if scores is None else [every[scores]])
    assert_close(got, [x.astype(np.float32) for x in wanted], 16, outputs)


EVERYWHERE = pytest.mark.parametrize("target", TARGETS)


@EVERYWHERE
@pytest.mark.parametrize("n, m", SIZES)
@pytest.mark.parametrize("form", ["fixed", "open", "packed"])
def test_no_mask(n, m, form, target):
    check(operands(n, m, form == "packed"), target, form == "open")


MASKS = [
    ("bool", 0, ()),
    ("float", 1, ()),
    ("bool", 1, (2, 1)),
    ("float", 0, (1, HEADS)),
    ("float", 1, (2, HEADS)),
]


@EVERYWHERE
@pytest.mark.parametrize("symbolic", [False, True], ids=["fixed", "open"])
@pytest.mark.parametrize("n, m", SIZES)
@pytest.mark.parametrize("kind, causal, lead", MASKS)
def test_mask(n, m, kind, causal, lead, symbolic, target):
    feeds = operands(n, m) | {"mask": mask(kind, *lead, n, m)}
    check(feeds, target, symbolic, is_causal=causal)


@EVERYWHERE
@pytest.mark.parametrize("kind", ["bool", "float"])
def test_short_mask(kind, target):
    """Keys beyond the mask are not seen."""
    check(operands(12, 37) | {"mask": mask(kind, 12, 30)}, target, False)


WINDOWS = [(3, -1), (-1, 2), (5, 1), (0, 0)]


@EVERYWHERE
@pytest.mark.parametrize("n, m", SIZES)
@pytest.mark.parametrize("left, right", WINDOWS)
@pytest.mark.parametrize("causal", [0, 1])
def test_window(n, m, left, right, causal, target):
    windows = {"left_window_size": left, "right_window_size": right}
    check(operands(n, m), target, False, is_causal=causal, **windows)


@EVERYWHERE
@pytest.mark.parametrize("past", [1, 12, 37])
@pytest.mark.parametrize("causal, left", [(0, -1), (1, -1), (1, 4)])
@pytest.mark.parametrize("packed", [False, True], ids=["heads", "packed"])
def test_past(past, causal, left, packed, target):
    feeds = operands(12, 12, packed, past)
    check(feeds, target, False, is_causal=causal, left_window_size=left)


@EVERYWHERE
@pytest.mark.parametrize("symbolic", [False, True], ids=["fixed", "open"])
@pytest.mark.parametrize("causal", [0, 1])
@pytest.mark.parametrize("lead", [None, (), (1, 1), (1, HEADS), (2, 1)])
def test_lengths(causal, lead, symbolic, target):
    """Of the second batch there are fewer keys than queries; a mask may be one for
    both."""
    feeds = operands(12, 37) | {"lengths": np.array([30, 9])}
    if lead is not None:
        feeds["mask"] = mask("float", *lead, 12, 37)
    check(feeds, target, symbolic, is_causal=causal)


@EVERYWHERE
@pytest.mark.parametrize(
    "mode, cap, masked",
    list(itertools.product(range(4), [0.0, 1.5], [False, True])),
)
def test_scores(mode, cap, masked, target):
    feeds = operands(12, 37)
    if masked:
        feeds["mask"] = mask("float", HEADS, 12, 37)
    check(feeds, target, False, mode, softcap=cap, scale=0.7)
