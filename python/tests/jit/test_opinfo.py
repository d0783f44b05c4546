"""A fixed slice of PyTorch's own test suite; scripts/torch_coverage.py runs all."""

import functools

import pytest
import torch
import torch_coverage
import torch_samples

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
#: Of each operator.
SAMPLES = 2


@functools.cache
def known():
    return torch_coverage.known_ops("float32")


@pytest.mark.parametrize("name", NAMES)
def test_operator(name):
    op = known()[name]
    samples, _ = torch_samples.samples_of(op, torch.float32, SAMPLES)
    verdict = torch_samples.Verdict()
    for sample in samples:
        verdict.join(torch_samples.judge(op, sample))
    assert verdict.forward == "pass", verdict
    assert verdict.backward in ("pass", "none"), verdict


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
