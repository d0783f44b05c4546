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


def kept(function, *x, with_results=False):
    """Bytes of all memory that a backward pass is to read."""
    found = {}

    def note(tensor):
        storage = tensor.untyped_storage()
        found[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda t: t):
        results = function(*x)
    for each in results if with_results else ():
        note(each)
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


def gated(x, weight):
    """A third of the products is not read, another is no more when it is squashed."""
    gate, _, value = (x @ weight).chunk(3, -1)
    return gate.tanh() * value


def gated_seen(x, weight):
    """The caller has one of the slices, and with it the memory of all."""
    gate, _, value = (x @ weight).chunk(3, -1)
    return value, gate.tanh() * value


def gated_rows(x, weight):
    gate, value = (x @ weight).t()[:24].split(12)
    return (gate.tanh() * value).sum(0)


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("function", [gated, gated_seen, gated_rows])
def test_of_a_slice_no_more_is_kept(function, dynamic):
    def made():
        torch.manual_seed(1)
        x, weight = torch.randn(20, 5).double(), torch.randn(5, 36).double()
        if dynamic:
            torch._dynamo.mark_dynamic(x, 0)
        return x, weight.requires_grad_()

    compiled = torch.compile(function, backend="opc")
    is_seen = function is gated_seen
    theirs, ours = (
        kept(each, *made(), with_results=is_seen)
        for each in (function, compiled)
    )
    assert ours <= theirs if is_seen else ours <= theirs - 8 * 20 * 12
    gradients = []
    for each in (function, compiled):
        x, weight = made()
        results = each(x, weight)
        result = results[-1] if is_seen else results
        result.square().sum().backward(retain_graph=True)
        result.sum().backward()
        gradients.append((results, weight.grad))
    torch.testing.assert_close(gradients[1], gradients[0])


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


def peak(backend, name):
    """Bytes that training steps take, where memory goes back to the system."""
    code = (
        "from benchmark import torch_calls as t;"
        f"print(t.memory({backend!r}, {name!r}))"
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


@pytest.mark.parametrize("name", ["cnn", "perceptron", "gru"])
def test_a_step_takes_no_more_than_in_eager(name):
    """Of eager, what it needs at least: nothing that the C library keeps counts."""
    assert peak("opc", name) <= 0.97 * peak("eager", name)
