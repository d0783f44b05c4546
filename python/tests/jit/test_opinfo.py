"""A fixed slice of PyTorch's own test suite; scripts/torch_coverage.py runs all."""

import argparse
import functools

import pytest
import torch
import torch_cancelling
import torch_coverage
import torch_samples
import torch_ties
from torch.testing._internal.opinfo.core import SampleInput

from opc.torch import outcomes

NAMES = (
    "add",
    "atan2",
    "clamp",
    "cumsum",
    "cummax",
    "diagonal_scatter",
    "erfinv",
    "index_select",
    "index_put",
    "index_reduce.mean",
    "kthvalue",
    "lgamma",
    "logsumexp",
    "masked_scatter",
    "matmul",
    "median",
    "nn.functional.adaptive_max_pool2d",
    "nn.functional.avg_pool2d",
    "nn.functional.batch_norm",
    "nn.functional.conv2d",
    "nn.functional.conv_transpose2d",
    "nn.functional.cross_entropy",
    "nn.functional.embedding",
    "nn.functional.gelu",
    "nn.functional.group_norm",
    "nn.functional.layer_norm",
    "nn.functional.scaled_dot_product_attention",
    "scatter_reduce.mean",
    "slice_scatter",
    "softmax",
    "take",
    "where",
)
#: Forward alone.
OTHERS = {
    "bfloat16": (
        "argsort",
        "logsumexp",
        "matmul",
        "native_batch_norm",
        "nn.functional.conv2d",
        "nn.functional.layer_norm",
        "nn.functional.scaled_dot_product_attention",
        "pow",
        "softmax",
        "topk",
    ),
    "int64": (
        "bitwise_and",
        "cumprod",
        "div.floor_rounding",
        "fmod",
        "kthvalue",
        "matmul",
        "prod",
        "sum",
        "scatter_reduce.prod",
        "topk",
    ),
}
#: Of each operator.
SAMPLES = 2


@functools.cache
def known(dtype="float32"):
    return torch_coverage.known_ops(dtype)


def verdict_on(name, dtype="float32"):
    op = known(dtype)[name]
    samples, _ = torch_samples.samples_of(op, getattr(torch, dtype), SAMPLES)
    verdict = torch_samples.Verdict()
    for sample in samples:
        verdict.join(torch_samples.judge(op, sample))
    return verdict


@pytest.mark.parametrize("name", NAMES)
def test_operator(name):
    verdict = verdict_on(name)
    assert verdict.forward == "pass", verdict
    assert verdict.backward in ("pass", "none"), verdict


@pytest.mark.parametrize(
    ("dtype", "name"),
    [(dtype, name) for dtype, names in OTHERS.items() for name in names],
)
def test_operator_in_another_type(dtype, name):
    verdict = verdict_on(name, dtype)
    assert verdict.forward == "pass", verdict


def test_a_wrong_result_is_seen(monkeypatch):
    """Of an operator that another one's name stands for."""
    from opc.torch import writer

    write = writer.write

    def wrong(*args, **kwargs):
        text = write(*args, **kwargs).decode()
        return text.replace("aten.atan2.default", "aten.hypot.default").encode()

    monkeypatch.setattr(writer, "write", wrong)
    op = known()["atan2"]
    (sample, *_), _ = torch_samples.samples_of(op, torch.float32, 1)
    assert torch_samples.judge(op, sample).forward == "wrong"


@pytest.mark.parametrize("stable", [False, True])
@pytest.mark.parametrize(
    ("places", "same"),
    {
        "of equal values": ([1, 0, 2], True),
        "of others": ([0, 2, 1], False),
        "one twice": ([0, 0, 2], False),
    }.values(),
)
def test_ties(places, same, stable):
    """Any of equal values may come first, where nobody asked for an order."""

    def left(places):
        values = torch.tensor([1, 1, 2])
        return outcomes.Outcome([values, torch.tensor(places)], [], [])

    sample = SampleInput(
        torch.tensor([1, 1, 2]), kwargs={"dim": 0, "stable": stable}
    )
    theirs = left([0, 1, 2])
    ours = torch_ties.settled(known()["sort"], sample, left(places), theirs)
    assert (outcomes.difference(ours, theirs) == "") == (same and not stable)


def test_values_are_no_places():
    """Of whole numbers that could be places as well."""
    x = torch.tensor([1, 1, 1])
    sample = SampleInput(x, kwargs={"dim": 0})
    places = torch.tensor([0, 1, 2])
    theirs = outcomes.Outcome([x, places], [], [])
    ours = outcomes.Outcome([torch.tensor([2, 0, 1]), places], [], [])
    settled = torch_ties.settled(known()["sort"], sample, ours, theirs)
    assert outcomes.difference(settled, theirs)


def test_an_operator_goes_on_where_it_stopped(monkeypatch):
    """Sample by sample, until all are judged, and the worst verdict is kept."""
    verdicts = iter(["pass", "refused", "pass"])
    monkeypatch.setattr(
        torch_samples,
        "judge",
        lambda *_: torch_samples.Verdict(next(verdicts)),
    )
    job = torch_coverage.Job("atan2", "float32")
    args = argparse.Namespace(samples=3, seconds=0, target="cpu")
    entry, found = None, []
    while not (entry and entry["complete"]):
        before = torch_coverage.begun(entry)
        value = torch_coverage.examined(known()["atan2"], job, args, before)
        entry = torch_coverage.entry_of(job, args, "done", value)
        found.append((entry["samples"], entry["forward"]))
    assert found == [(1, "pass"), (2, "refused"), (3, "refused")]


@pytest.mark.parametrize(("off", "same"), [(1.2e-5, True), (1e-3, False)])
def test_gradients_that_cancel(off, same):
    """Of the attention to one of two keys nothing comes back but roundings."""
    op = known()[torch_cancelling.ATTENTION]
    query, key = torch.full((1, 1, 1, 4), 9.0), torch.ones(1, 1, 2, 4)
    key[..., 1, :] = -9
    sample = SampleInput(query, args=(key * 9, key * 9))
    call, inputs = torch_samples.call_of(op, sample)
    theirs = outcomes.run(
        lambda *given: [call(*given)], [x.requires_grad_() for x in inputs]
    )
    moved = [theirs.gradients[0] + off, *theirs.gradients[1:]]
    ours = theirs._replace(gradients=moved)
    assert outcomes.difference(ours, theirs)
    ours = torch_cancelling.settled(op, sample, ours, theirs)
    assert (outcomes.difference(ours, theirs) == "") == same
