"""What training keeps in memory, beside eager; gradients that are made of less."""

import os
import subprocess
import sys

import pytest
import torch
from torch import nn

from benchmark import torch_calls


def net(norm, activation, dtype=torch.float32):
    """Two blocks of a convolution, a norm and an activation, and one more."""
    torch.manual_seed(3)
    layers = []
    for given, channels in ((1, 8), (8, 8)):
        layers += [
            nn.Conv2d(given, channels, 3, padding=1, bias=False),
            norm(channels),
            activation(),
        ]
    made = nn.Sequential(*layers, nn.Conv2d(8, 2, 3)).to(dtype)
    for each in made.parameters():
        nn.init.normal_(each)
    return made


def kept(function, x):
    """Bytes of all tensors that a backward pass is to read."""
    found = {}

    def note(tensor):
        found[tensor.data_ptr()] = tensor.nbytes
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda t: t):
        function(x)
    return sum(found.values())


@pytest.fixture(autouse=True)
def afresh(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    torch._dynamo.reset()


@pytest.mark.parametrize("activation", [nn.GELU, nn.ReLU, nn.SiLU])
def test_of_a_batch_norm_and_its_activation_the_input_is_kept(activation):
    """Eager keeps three tensors of a block, or two."""
    x = torch.randn(4, 1, 24, 24)
    model = net(nn.BatchNorm2d, activation)
    theirs = kept(model, x)
    ours = kept(torch.compile(model, backend="opc"), x)
    assert ours < (0.4 if activation is not nn.ReLU else 0.6) * theirs


NORMS = {
    "weights": nn.BatchNorm2d,
    "no weights": lambda n: nn.BatchNorm2d(n, affine=False),
    "no averages": lambda n: nn.BatchNorm2d(n, track_running_stats=False),
    "constant": lambda n: nn.BatchNorm2d(n).eval(),
    "groups": lambda n: nn.GroupNorm(2, n),
}


def trained(model, x):
    """Losses, gradients and buffers of two steps, the first of which is run back
    twice."""
    model.zero_grad()
    losses = []
    for again in (True, False):
        loss = model(x).square().mean()
        if again:
            loss.backward(retain_graph=True)
        loss.backward()
        losses.append(loss.detach())
    parameters = dict(model.named_parameters())
    return [
        *losses,
        *(each.grad for each in parameters.values()),
        *(each.clone() for each in model.buffers()),
    ]


@pytest.mark.parametrize(
    "norm, activation",
    [*((norm, nn.ReLU) for norm in NORMS), ("weights", nn.Hardtanh)],
)
def test_gradients(norm, activation):
    x = torch.randn(3, 1, 9, 9, dtype=torch.float64) * 3 + 5

    def make():
        return net(NORMS[norm], activation, torch.float64)

    theirs = trained(make(), x)
    for dynamic in (False, True):
        torch._dynamo.reset()
        ours = trained(torch.compile(make(), backend="opc", dynamic=dynamic), x)
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-11)


def test_gradients_of_few_bits():
    """Against float64: as exact as eager's, or half as exact."""
    x = torch.randn(4, 1, 9, 9)

    def steps(dtype, wrap):
        model = net(nn.BatchNorm2d, nn.GELU, dtype)
        return trained(wrap(model), x.to(dtype))

    exact = steps(torch.float64, lambda m: m)
    theirs = steps(torch.bfloat16, lambda m: m)
    ours = steps(torch.bfloat16, lambda m: torch.compile(m, backend="opc"))
    for a, b, c in zip(ours, theirs, exact, strict=True):
        least = 2**-7 * c.double().abs().max()
        error = (b.double() - c.double()).abs().max()
        assert (a.double() - c.double()).abs().max() <= 2 * error + least


def peak(backend):
    """Bytes that training steps take, where memory goes back to the system."""
    code = (
        f"from benchmark import torch_calls as t; print(t.memory({backend!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=torch_calls.ROOT,
        env={**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536"},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.splitlines()[-1])


def test_a_step_takes_no_more_than_in_eager():
    """Of eager, what it needs at least: nothing that the C library keeps counts."""
    assert peak("opc") <= 0.95 * peak("eager")
