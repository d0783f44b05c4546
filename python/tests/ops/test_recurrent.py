"""LSTM, GRU, RNN: directions, biases, initial states, lengths."""

import numpy as np
import opc
import pytest
from onnx import helper
from support import TARGETS, Case, graph_model, normal, ops_test

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


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("op", GATES)
@pytest.mark.parametrize("empty", ["t", "b", "i"])
def test_empty_layers(op, empty, target):
    """No steps leave the state as it was, no features count as zeros."""
    sizes = {"t": LENGTH, "b": BATCH, "i": INPUT, empty: 0}
    full = normal(sizes["t"], sizes["b"], max(sizes["i"], 1))
    w, r = list(arguments(op, 1, False, False))[1:]
    w = w[:, :, : max(sizes["i"], 1)]
    state = normal(1, sizes["b"], HIDDEN, seed=4)

    def layer(x, w):
        node = helper.make_node(
            op, ["x", "w", "r", "", "", "h"], ["y", "yh"], hidden_size=HIDDEN
        )
        weights = {"w": w, "r": r}
        feeds = {"x": x, "h": state}
        model = graph_model([node], feeds, ["y", "yh"], weights=weights)
        return opc.compile(model, target=target, cache=False).run([x, state])

    y, last = layer(full[:, :, : sizes["i"]], w[:, :, : sizes["i"]])
    assert y.shape == (sizes["t"], 1, sizes["b"], HIDDEN)
    if empty == "t":
        np.testing.assert_array_equal(last, state)
    if empty == "i":
        wanted, _ = layer(np.zeros_like(full), w)
        np.testing.assert_allclose(y, wanted, rtol=1e-6, atol=1e-7)
