"""Nets that learn from public data: losses beside eager's.

All 200 steps, and times, are those of `python -m benchmark.training`.
"""

import fetch_data
import pytest
import torch

from benchmark import training, training_cases
from opc.torch import counters

STEPS = 8


@pytest.fixture(autouse=True)
def afresh(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch._dynamo.reset()
    counters.reset()
    yield
    torch.set_num_threads(threads)


def losses(name, engine, dtype, steps=STEPS):
    case = training_cases.CASES[name]
    wrap = training.ENGINES[engine]
    try:
        run = training_cases.Training(case, wrap, dtype)
        return run.losses(steps)
    except fetch_data.Unavailable as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("name", ["cnn", "characters"])
@pytest.mark.parametrize(
    "dtype, limit", [(torch.float32, 1e-4), (torch.float64, 1e-10)]
)
def test_losses(name, dtype, limit):
    """In float64 what is left of a difference is the order of sums."""
    ours = losses(name, "opc", dtype)
    theirs = losses(name, "eager", dtype)
    assert training_cases.apart(ours, theirs) <= limit
    assert counters.stats().graphs == 2


def gradients(engine, dtype):
    case = training_cases.CASES["cnn"]
    run = training_cases.Training(case, training.ENGINES[engine], dtype)
    torch.manual_seed(2)
    try:
        run.loss(*run.next()).backward()
    except fetch_data.Unavailable as error:
        pytest.skip(str(error))
    return [p.grad.double() for p in run.net.parameters()]


def test_gradients_are_as_exact_as_those_of_eager():
    """Statistics of a batch are sums of 50,176 terms."""
    found = [
        gradients(engine, dtype)
        for engine, dtype in (
            ("opc", torch.float32),
            ("eager", torch.float32),
            ("eager", torch.float64),
        )
    ]
    for ours, theirs, exact in zip(*found, strict=True):
        off = [(each - exact).abs().max() for each in (ours, theirs)]
        assert off[0] <= 4 * off[1] + 1e-7 * exact.abs().max()


def test_what_passes_a_limit_is_named():
    times = {"eager": 1.0, "inductor": 2.0, "opc": 1.3}
    drifts = {"opc-eager": 2e-3, "eager-f64": 1e-4, "both f64": 1e-12}
    assert training.ratio(times) == pytest.approx(1.3)
    drifted, slow = training.faults("cnn", drifts, times)
    assert "cnn: losses are 2.0e-03 apart (opc-eager)" in drifted
    assert "takes 1.30 times the better" in slow
    assert not training.faults(
        "cnn", {**drifts, "opc-eager": 1e-3}, {**times, "opc": 1.1}
    )
