"""Training under autocast: gradients and steps, as exact as those of eager."""

import pytest
import torch
from torch import nn
from torch.nn import functional


class Net(nn.Module):
    """What autocast computes in few bits, and what it does not."""

    def __init__(self):
        super().__init__()
        self.convolve = nn.Conv2d(1, 8, 3, bias=False)
        self.batch = nn.BatchNorm2d(8)
        self.project = nn.Linear(8 * 6 * 6, 32)
        self.norm = nn.LayerNorm(32)
        self.classify = nn.Linear(32, 5)

    def forward(self, x):
        x = functional.gelu(self.batch(self.convolve(x))).flatten(1)
        return self.classify(self.norm(torch.tanh(self.project(x))))


OPTIMISERS = {
    "sgd": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9),
    "adamw": lambda p: torch.optim.AdamW(p, 0.01),
}


def trained(optimiser, wrap, dtype=None):
    """Losses, first gradients and the parameters after three steps, in float64."""
    torch.manual_seed(5)
    net = Net()
    x, wanted = torch.randn(6, 1, 8, 8), torch.randint(5, (6,))
    if dtype is torch.float64:
        net, x = net.double(), x.double()
    chosen = OPTIMISERS[optimiser](net.parameters())
    lowered = dtype is None

    def loss(x, wanted):
        with torch.autocast("cpu", torch.bfloat16, enabled=lowered):
            return functional.cross_entropy(net(x), wanted)

    loss, step, found = wrap(loss), wrap(chosen.step), []
    for turn in range(3):
        chosen.zero_grad()
        found.append(loss(x, wanted))
        found[-1].backward()
        if turn == 0:
            found += [each.grad.clone() for each in net.parameters()]
        step()
    found += net.parameters()
    return [each.detach().double() for each in found]


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_a_step(optimiser, monkeypatch, tmp_path):
    """Every parameter has a gradient, of its own type, at most twice as far from
    that in float64 as eager's is."""
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    torch._dynamo.reset()
    exact = trained(optimiser, lambda f: f, torch.float64)
    theirs = trained(optimiser, lambda f: f)
    ours = trained(optimiser, lambda f: torch.compile(f, backend="opc"))
    for a, b, c in zip(ours, theirs, exact, strict=True):
        least = 1e-3 * c.abs().max() + 1e-6
        assert (a - c).norm() <= 2 * (b - c).norm() + least
        assert (a - b).norm() <= 0.1 * c.norm() + least
