"""LSTM, GRU, RNN: directions, biases, initial states, lengths."""

import itertools

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


def forms():
    """What an attribute or an optional input changes."""
    functions = {
        "LSTM": [
            ["Sigmoid", "Tanh", "Relu"],
            ["HardSigmoid", "Softsign", "Tanh"],
        ],
        "GRU": [["Sigmoid", "Relu"], ["HardSigmoid", "Softsign"]],
        "RNN": [["Relu"], ["Affine"], ["ThresholdedRelu"], ["Elu"]],
    }
    for op in GATES:
        outputs = 3 if op == "LSTM" else 2
        common = {"outputs": outputs, "hidden_size": HIDDEN, "scale": 8}
        plain = list(arguments(op, 1, True, True))
        both = list(arguments(op, 2, True, True))
        both[4] = np.array([5, 2, 3], np.int32)
        for names in functions[op]:
            options = {"activations": names, "fixed": (1, 2, 3)} | common
            if names[0] in ("HardSigmoid", "Affine"):
                options |= {"activation_alpha": [0.3], "activation_beta": [0.4]}
            if names[0] == "ThresholdedRelu":
                options |= {"activation_alpha": [0.5]}
            yield Case(op, *plain, **options)
        yield Case(op, *plain, fixed=(1, 2, 3), clip=0.3, **common)
        # Two directions over batches of several lengths, both as weights and not.
        for fixed in ((), (1, 2, 3)):
            options = {"direction": "bidirectional", "fixed": fixed} | common
            options["dynamic"] = bool(fixed)
            yield Case(op, *both, **options)
            if op == "GRU":
                yield Case(op, *both, linear_before_reset=1, **options)
    plain = list(arguments("LSTM", 1, True, True))
    both = list(arguments("LSTM", 2, True, True))
    common = {"outputs": 3, "hidden_size": HIDDEN, "scale": 8}
    for inputs, direction in ((plain, "reverse"), (both, "bidirectional")):
        views = 0.5 * normal(len(inputs[1]), 3 * HIDDEN, seed=9)
        options = {"direction": direction, "fixed": (1, 2, 3, 7)} | common
        yield Case("LSTM", *inputs, views, label="peepholes", **options)
    yield Case("LSTM", *plain, input_forget=1, fixed=(1, 2, 3), **common)


def widths():
    """Hidden units that fill no vector, some and a rest, and many."""
    for op, hidden in itertools.product(GATES, (12, 37, 129)):
        gates = GATES[op] * hidden
        inputs = [
            normal(3, 7, 5),
            0.3 * normal(1, gates, 5, seed=1),
            0.1 * normal(1, gates, hidden, seed=2),
            0.3 * normal(1, 2 * gates, seed=3),
        ]
        options = {"outputs": 3 if op == "LSTM" else 2, "hidden_size": hidden}
        yield Case(op, *inputs, fixed=(1, 2, 3), scale=16, **options)


test_recurrent = ops_test(cells())
test_form = ops_test(forms())
test_width = ops_test(widths())


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
