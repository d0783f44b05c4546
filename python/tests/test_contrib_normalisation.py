"""Normalised sums of com.microsoft: of what is skipped, and of embeddings."""

from contrib_case import F16, F32, I32, Case, Input, below, cases_test, ints
from support import BF16

WIDTH = 24
BATCHED, VECTOR = Input("b", "s", WIDTH), Input(WIDTH)
TOKENS = [
    {"b": 2, "s": 5, "c": 1},
    {"b": 1, "s": 1, "c": 1},
    {"b": 3, "s": 9, "c": 3},
]


def statistics(x, skip, gamma, *rest, epsilon, center):
    """Of input + skip + bias; beta and bias are the last of `rest`."""
    beta, bias = rest if center else (0.0, *rest)
    total = x + skip + (0.0 if bias is None else bias)
    mean = total.mean(-1, keepdims=True)
    apart = total - mean if center else total
    factor = ((apart**2).mean(-1, keepdims=True) + epsilon) ** -0.5
    y = apart * factor * gamma + (0.0 if beta is None else beta)
    return [y, mean, factor, total]


def with_center(*inputs, epsilon):
    return statistics(*inputs, epsilon=epsilon, center=True)


def without_center(*inputs, epsilon):
    return statistics(*inputs, epsilon=epsilon, center=False)


def skip(op, *rest, x=BATCHED, other=BATCHED, **options):
    return Case(op, (x, other, VECTOR, *rest), TOKENS, **options)


LAYER = "SkipLayerNormalization"
RMS = "SkipSimplifiedLayerNormalization"
SUM = (None, "", "", None)
STATISTICS = (None, F32, F32, None)
SKIP = [
    skip(LAYER, label="bare"),
    skip(LAYER, VECTOR, VECTOR, outputs=SUM, epsilon=1e-5),
    skip(LAYER, VECTOR, VECTOR, outputs=SUM, dtype=F16, epsilon=1e-5),
    skip(LAYER, VECTOR, VECTOR, outputs=SUM, dtype=BF16, epsilon=1e-5),
    skip(LAYER, None, VECTOR, label="bias"),
    skip(RMS, label="bare"),
    skip(RMS, VECTOR, outputs=SUM, epsilon=1e-5),
    skip(RMS, VECTOR, outputs=SUM, dtype=F16, epsilon=1e-5),
    *(
        skip(op, other=other, outputs=SUM, label=label)
        for op in (LAYER, RMS)
        for label, other in (
            ("matrix", Input("s", WIDTH)),
            ("one", Input(1, "s", WIDTH)),
            ("open", Input("c", "s", WIDTH)),
        )
    ),
    skip(LAYER, x=Input("s", WIDTH), other=Input("s", WIDTH), label="flat"),
    skip(
        LAYER, VECTOR, VECTOR, outputs=STATISTICS, oracle=with_center,
        dtype=F16, epsilon=1e-5, label="statistics",
    ),
    skip(
        RMS, VECTOR, outputs=STATISTICS, oracle=without_center, epsilon=1e-5,
        label="statistics",
    ),
]  # fmt: skip
test_skip_normalization = cases_test(SKIP)

WORDS, PLACES, KINDS = Input(11, WIDTH), Input(12, WIDTH), Input(2, WIDTH)
WORD_IDS, KIND_IDS = ints(below(11), "b", "s"), ints(below(2), "b", "s")
PLACE_IDS = ints(below(12), "b", "s")
FLAGS = ints(below(3), "b", "s")
EMBEDDED = (None, I32, None)


def embedding(*rest, words=WORD_IDS, kinds=KIND_IDS, **options):
    tables = (WORDS, PLACES, KINDS if kinds else None)
    inputs = (words, kinds, *tables, VECTOR, VECTOR, *rest)
    options.setdefault("outputs", EMBEDDED)
    return Case("EmbedLayerNormalization", inputs, TOKENS, **options)


EMBEDDING = [
    embedding(FLAGS),
    embedding(FLAGS, dtype=F16),
    embedding(kinds=None, outputs=(None, I32), label="words"),
    embedding(None, PLACE_IDS, label="places", epsilon=1e-5),
    embedding(FLAGS, ints(below(12), 1, "s"), label="places-once"),
    embedding(FLAGS, mask_index_type=1),
]
test_embed_layer_normalization = cases_test(EMBEDDING)
