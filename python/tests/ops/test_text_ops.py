"""Ops and forms of them that no ONNX operator becomes, from IR text.

The values are numpy's in float64. Tests of one target against the other would
not see a wrong formula, which both have from the same expression.
"""

import itertools

import numpy as np
import opc
import pytest
from support import TARGETS, assert_close, normal

SIZES = (12, 37, 129)
NAMES = {np.dtype(np.float32): "f32", np.dtype(np.float16): "f16"}


def kind(shape, element="f32"):
    return f"tensor<{'x'.join([*map(str, shape), element])}>"


def argument(name, array, symbols=None):
    """`symbols`: the extents of the input that are open, by axis."""
    symbols = symbols or {}
    shape = ["?" if i in symbols else n for i, n in enumerate(array.shape)]
    names = ", ".join(f"s{i}" for i in range(2))
    dims = ", ".join(str(symbols.get(i, n)) for i, n in enumerate(array.shape))
    described = f'opc.name = "{name}"'
    if symbols:
        described += f", opc.dims = affine_map<()[{names}] -> ({dims})>"
    return shape, f"%{name}: {kind(shape, NAMES[array.dtype])} {{{described}}}"


def run(text, arrays, target, folder):
    file = folder / "program.mlir"
    file.write_text(text)
    compiled = opc.compile(file, target=target, cache=False)
    return compiled.run(arrays)


def attended(q, k, v, mask, scale, causal):
    q, k, v = (x.astype(np.float64) for x in (q, k, v))
    k, v = (np.repeat(x, q.shape[1] // k.shape[1], 1) for x in (k, v))
    scores = scale * q @ k.swapaxes(2, 3)
    if mask is not None:
        scores = scores + mask.astype(np.float64)
    if causal:
        i, j = np.indices(scores.shape[2:])
        scores = np.where(j <= i, scores, -np.inf)
    most = scores.max(-1, keepdims=True)
    powers = np.exp(scores - np.where(np.isinf(most), 0, most))
    sums = powers.sum(-1, keepdims=True)
    return powers / np.where(sums == 0, 1, sums) @ v


def masks(shape, n, m):
    """Numbers and -inf; the second query sees no key at all."""
    mask = normal(*shape, n, m, seed=3)
    mask[np.random.default_rng(4).random(mask.shape) < 0.3] = -np.inf
    mask[..., 1, :] = -np.inf
    return mask


def attention_segments(masked):
    """Which operands of opc.attention there are: q, k, v and perhaps a mask."""
    return (
        f"operandSegmentSizes = array<i32: 1, 1, 1, {int(masked)}, 0, 0, 0, 0>"
    )


MASKS = {"none": None, "each": (2, 4), "row": (1, 1), "heads": (1, 4)}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("form", ["fixed", "open"])
@pytest.mark.parametrize("masked", MASKS)
@pytest.mark.parametrize("n, m", [(12, 37), (37, 12), (129, 129)])
def test_attention(n, m, masked, form, target, tmp_path):
    """Heads that share keys; masks that take out keys, and whole rows."""
    q = normal(2, 4, n, 5)
    k, v = normal(2, 2, m, 5, seed=1), normal(2, 2, m, 7, seed=2)
    arrays = {"q": q, "k": k, "v": v}
    opened = {"q": {2: "s0"}, "k": {2: "s1"}, "v": {2: "s1"}}
    if MASKS[masked]:
        arrays["mask"] = masks(MASKS[masked], n, m)
        opened["mask"] = {2: "s0", 3: "s1"}
    if form == "fixed":
        opened = {}
    described = [argument(x, a, opened.get(x)) for x, a in arrays.items()]
    kinds = ", ".join(kind(shape) for shape, _ in described)
    y = kind((2, 4, "?" if opened else n, 7))
    symbols = '"n", "m"' if opened else ""
    operands = ", ".join(f"%{x}" for x in arrays)
    segments = attention_segments("mask" in arrays)
    lines = [
        f"  %{name} = opc.attention {operands} {{scale = 0.3 : f64,"
        f" causal = {causal}, {segments}}} : ({kinds}) -> {y}\n"
        for name, causal in (("all", "false"), ("before", "true"))
    ]
    text = (
        f"func.func @main({', '.join(text for _, text in described)})"
        f' -> ({y} {{opc.name = "all"}}, {y} {{opc.name = "before"}})'
        f" attributes {{opc.symbols = [{symbols}]}} {{\n{''.join(lines)}"
        f"  return %all, %before : {y}, {y}\n}}\n"
    )
    got = run(text, list(arrays.values()), target, tmp_path)
    wanted = [
        attended(q, k, v, arrays.get("mask"), 0.3, causal)
        for causal in (False, True)
    ]
    assert all(np.isfinite(want).all() for want in wanted)
    assert_close(got, [want.astype(np.float32) for want in wanted], 8)


@pytest.mark.parametrize("target", TARGETS)
def test_attention_of_halves(target, tmp_path):
    q = normal(1, 2, 12, 37, dtype=np.float16)
    k = normal(1, 1, 37, 37, dtype=np.float16, seed=1)
    x, y = kind(q.shape, "f16"), kind(k.shape, "f16")
    text = (
        f'func.func @main(%q: {x} {{opc.name = "q"}},'
        f' %k: {y} {{opc.name = "k"}}) -> ({x} {{opc.name = "y"}}) {{\n'
        "  %y = opc.attention %q, %k, %k {scale = 0.2 : f64, causal = true,"
        f" {attention_segments(masked=False)}}}"
        f" : ({x}, {y}, {y}) -> {x}\n  return %y : {x}\n}}\n"
    )
    want = attended(q, k, k, None, 0.2, True).astype(np.float16)
    assert_close(run(text, [q, k], target, tmp_path), [want])


KINDS = ("max", "sum", "mean", "counted")


def combined(part, real, axes):
    """What each of KINDS makes of a window, of which some is no padding."""
    total = part.sum(axes)
    most = np.where(real, part, -np.inf).max(axes)
    return [most, total, total / real.sum(axes), part.mean(axes)]


def pooled(x, window):
    """Over [N, spatial..., C], all KINDS."""
    kernel, strides, dilations, low, high = window
    full = [(0, 0), *zip(low, high, strict=True), (0, 0)]
    there = np.pad(np.ones_like(x, bool), full)
    padded = np.pad(x.astype(np.float64), full)
    extents = [
        (e - (k - 1) * d - 1) // s + 1
        for e, k, s, d in zip(
            padded.shape[1:-1], kernel, strides, dilations, strict=True
        )
    ]
    axes = tuple(range(1, len(kernel) + 1))
    y = np.empty([len(KINDS), x.shape[0], *extents, x.shape[-1]], np.float32)
    for at in itertools.product(*map(range, extents)):
        taps = tuple(
            slice(i * s, i * s + (k - 1) * d + 1, d)
            for i, k, s, d in zip(at, kernel, strides, dilations, strict=True)
        )
        y[:, :, *at] = combined(padded[:, *taps], there[:, *taps], axes)
    return list(y)


# Kernel, strides, dilations, pads before and after.
WINDOWS = [
    ((3, 2), (2, 1), (1, 2), (1, 0), (0, 1)),
    ((2, 2), (2, 2), (1, 1), (0, 0), (0, 0)),
    ((4,), (3,), (2,), (2,), (3,)),
    ((2, 3, 2), (1, 2, 2), (1, 1, 1), (1, 1, 0), (0, 1, 1)),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("channels", [1, *SIZES])
def test_pool(channels, window, layout, target, tmp_path):
    extents = {1: (37,), 2: (9, 13), 3: (5, 6, 7)}[len(window[0])]
    x = normal(2, *extents, channels)
    wanted = pooled(x, window)
    if layout == "NCHW":
        x, *wanted = (np.moveaxis(a, -1, 1).copy() for a in (x, *wanted))
    names = ("kernel", "strides", "dilations", "pad_low", "pad_high")
    lists = ", ".join(
        f"{name} = array<i64: {', '.join(map(str, values))}>"
        for name, values in zip(names, window, strict=True)
    )
    y = kind(wanted[0].shape)
    shape = ", ".join(map(str, wanted[0].shape))
    lines = [
        f'  %{how} = opc.pool %x {{kind = "{how.replace("counted", "mean")}",'
        f" {lists}, count_padding = {str(how == 'counted').lower()},"
        f' dims = affine_map<() -> ({shape})>, layout = "{layout}"}}'
        f" : ({kind(x.shape)}) -> {y}\n"
        for how in KINDS
    ]
    outputs = ", ".join(f'{y} {{opc.name = "{how}"}}' for how in KINDS)
    text = (
        f'func.func @main(%x: {kind(x.shape)} {{opc.name = "x"}})'
        f" -> ({outputs}) {{\n{''.join(lines)}"
        f"  return {', '.join(f'%{how}' for how in KINDS)}"
        f" : {', '.join([y] * len(KINDS))}\n}}\n"
    )
    assert_close(run(text, [x], target, tmp_path), wanted, 4, KINDS)


def philox(seed, stream, count):
    """Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (SC 2011)."""
    words = []
    for counter in range(-(-count // 4)):
        x = [counter, counter >> 32, stream, stream >> 32]
        x = [word & 0xFFFFFFFF for word in x]
        key = [seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF]
        for _ in range(10):
            a, b = 0xD2511F53 * x[0], 0xCD9E8D57 * x[2]
            x = [b >> 32 ^ x[1] ^ key[0], b, a >> 32 ^ x[3] ^ key[1], a]
            x = [word & 0xFFFFFFFF for word in x]
            key = [
                (word + step) & 0xFFFFFFFF
                for word, step in zip(
                    key, (0x9E3779B9, 0xBB67AE85), strict=True
                )
            ]
        words += x
    return np.array(words[:count], np.uint32)


def test_philox_is_that_of_its_authors():
    """The known answer of Random123 for zeros."""
    zeros = [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    assert philox(0, 0, 4).tolist() == zeros


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("seed, stream", [(0, 0), (2**63 - 1, 5), (-7, 2**40)])
@pytest.mark.parametrize("count", SIZES)
def test_random_bits(count, seed, stream, target, tmp_path):
    text = (
        f'func.func @main() -> (tensor<{count}xui32> {{opc.name = "y"}}) {{\n'
        f"  %y = opc.random_bits {{seed = {seed} : i64, stream = {stream} : i64,"
        f" dims = affine_map<() -> ({count})>}} : () -> tensor<{count}xui32>\n"
        f"  return %y : tensor<{count}xui32>\n}}\n"
    )
    (got,) = run(text, [], target, tmp_path)
    assert got.tolist() == philox(seed, stream, count).tolist()
