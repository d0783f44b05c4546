"""LSTM, GRU, RNN: directions, biases, initial states, lengths."""

import numpy as np
from support import Case, normal, ops_test

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
LENGTH, BATCH, INPUT, HIDDEN = 5, 3, 4, 6


def arguments(op, directions, bias, state):
    gates = GATES[op] * HIDDEN
    yield normal(LENGTH, BATCH, INPUT)
    yield 0.4 * normal(directions, gates, INPUT, seed=1)
    yield 0.4 * normal(directions, gates, HIDDEN, seed=2)
    if bias or state:
        yield 0.3 * normal(directions, 2 * gates, seed=3) if bias else None
    if state:
        yield None
        for seed in range(4, 6 if op == "LSTM" else 5):
            yield normal(directions, BATCH, HIDDEN, seed=seed)


def cells():
    for op in GATES:
        outputs = 3 if op == "LSTM" else 2
        for direction in ("forward", "reverse", "bidirectional"):
            count = 2 if direction == "bidirectional" else 1
            for extras in (False, True):
                inputs = list(arguments(op, count, extras, extras))
                weights = range(1, 4 if extras else 3)
                yield Case(
                    op,
                    *inputs,
                    fixed=list(weights),
                    outputs=outputs,
                    hidden_size=HIDDEN,
                    direction=direction,
                    scale=8,
                )
    after = list(arguments("GRU", 1, True, False))
    yield Case(
        "GRU",
        *after,
        fixed=(1, 2, 3),
        outputs=2,
        hidden_size=HIDDEN,
        linear_before_reset=1,
        scale=8,
    )
    lengths = np.array([5, 2, 3], np.int32)
    inputs = [*arguments("LSTM", 1, True, False), lengths]
    yield Case(
        "LSTM", *inputs, fixed=(1, 2, 3), outputs=3, hidden_size=HIDDEN, scale=8
    )


test_recurrent = ops_test(cells())
