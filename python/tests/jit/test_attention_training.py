"""Attention under training: its gradient is a program of opc's, as eager has it."""

import pytest
import torch
from torch import nn
from torch.nn import functional

import opc.torch
from opc.torch import counters, decompose

attend = functional.scaled_dot_product_attention


@pytest.fixture(autouse=True)
def afresh(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "torch"))
    torch._dynamo.reset()
    counters.reset()
    torch.manual_seed(0)


class Case:
    """Heads of queries, heads of keys, queries, keys, head size; and a call."""

    def __init__(self, call, heads=3, shared=3, n=17, m=17, d=8, *extra):
        self.call, self.shapes = (
            call,
            [(2, heads, n, d), *2 * [(2, shared, m, d)]],
        )
        self.extra = list(extra)

    def inputs(self, dtype):
        made = [torch.randn(shape, dtype=dtype) for shape in self.shapes]
        return [x.requires_grad_() for x in made] + self.extra


SEEN = torch.rand(5, 13, generator=torch.Generator().manual_seed(0)) > 0.3
UNSEEING = SEEN.index_fill(0, torch.tensor(2), False)
BIAS = torch.linspace(-3, 2, 2 * 5 * 13).view(2, 1, 5, 13)
CASES = {
    "plain": Case(attend),
    "causal": Case(lambda *x: attend(*x, is_causal=True)),
    "fewer queries": Case(lambda *x: attend(*x, is_causal=True), n=7, m=33),
    "one": Case(lambda *x: attend(*x, is_causal=True), n=1, m=1, d=1),
    "seen": Case(attend, 3, 3, 5, 13, 8, SEEN),
    "a query that sees nothing": Case(attend, 3, 3, 5, 13, 8, UNSEEING),
    "seen, one for all keys": Case(attend, 3, 3, 5, 13, 8, UNSEEING[:, :1]),
    "bias": Case(attend, 3, 3, 5, 13, 8, BIAS),
    "scale": Case(lambda *x: attend(*x, scale=0.2)),
    "negative scale": Case(lambda *x: attend(*x, scale=-0.2)),
    "shared": Case(lambda *x: attend(*x, enable_gqa=True), 6, 2),
    "shared, causal": Case(
        lambda *x: attend(*x, is_causal=True, enable_gqa=True), 6, 3, 31, 31, 5
    ),
    "one of keys, seen": Case(
        lambda *x: attend(*x, enable_gqa=True), 4, 1, 5, 13, 8, SEEN
    ),
}


def gradients(call, inputs):
    """The result, and the gradients of a sum with weights."""
    y = call(*inputs)
    weights = torch.linspace(-1, 1, y.numel(), dtype=torch.float64)
    wanted = [x for x in inputs if x.requires_grad]
    return [
        y.detach(),
        *torch.autograd.grad(y, wanted, weights.view(y.shape).to(y)),
    ]


def assert_whole(graphs=2):
    told = opc.torch.stats()
    assert (told.graphs, told.programs, told.eager_nodes) == (graphs, graphs, 0)


def assert_near(ours, exact, tolerance):
    """As far from float64 as a part of the greatest element."""
    for x, y in zip(ours, exact, strict=True):
        most = float(y.abs().max())
        torch.testing.assert_close(
            x.double(), y, rtol=0, atol=tolerance * max(most, 1e-2)
        )


@pytest.mark.parametrize(
    ("target", "dtype", "tolerance"),
    [
        ("cpu", torch.float32, 5e-6),
        ("cpu", torch.bfloat16, 2e-2),
        ("reference", torch.float64, 1e-13),
    ],
    ids=str,
)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_gradients(case, target, dtype, tolerance):
    inputs = case.inputs(dtype)
    inputs[3:] = [
        x.to(dtype) if x.is_floating_point() else x for x in inputs[3:]
    ]
    wide = [
        x.detach().double().requires_grad_(x.requires_grad)
        if x.is_floating_point()
        else x
        for x in inputs
    ]
    options = {"target": target, "cache": False}
    compiled = torch.compile(case.call, backend="opc", options=options)
    assert_near(
        gradients(compiled, inputs), gradients(case.call, wide), tolerance
    )
    assert_whole()


class Decoder(nn.Module):
    """A layer whose heads share keys, and that sees what came before."""

    def __init__(self, width=32, heads=4, shared=2):
        super().__init__()
        self.size = width // heads
        self.norm = nn.LayerNorm(width)
        self.queries = nn.Linear(width, width)
        self.keys = nn.Linear(width, 2 * shared * self.size)
        self.back = nn.Linear(width, width)

    def forward(self, x):
        y = self.norm(x)
        k, v = self.keys(y).chunk(2, -1)
        q, k, v = (
            each.unflatten(-1, (-1, self.size)).transpose(1, 2)
            for each in (self.queries(y), k, v)
        )
        mixed = attend(q, k, v, is_causal=True, enable_gqa=True)
        return x + self.back(mixed.transpose(1, 2).flatten(2))


def trained(net, step, lengths, autocast):
    """Losses and gradients over steps of plain descent."""
    torch.manual_seed(1)
    losses = []
    optimiser = torch.optim.SGD(net.parameters(), lr=0.05)
    for length in lengths:
        x = torch.randn(3, length, 32)
        optimiser.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            y = step(x)
        loss = (y.float() - x.roll(1, 1)).square().mean()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return torch.tensor([*losses]), [p.grad for p in net.parameters()]


@pytest.mark.parametrize(
    ("autocast", "of_losses", "of_gradients"),
    [(False, 1e-5, 1e-5), (True, 5e-3, 3e-2)],
)
def test_a_decoder_is_trained_whole_at_any_length(
    autocast, of_losses, of_gradients
):
    nets = [nn.Sequential(Decoder(), Decoder()) for _ in range(2)]
    nets[1].load_state_dict(nets[0].state_dict())
    options = {"cache": False}
    ours = torch.compile(nets[1], backend="opc", options=options, dynamic=True)
    lengths = (7, 33, 12, 65, 2)
    (theirs, grads), (losses, found) = (
        trained(net, step, lengths, autocast)
        for net, step in ((nets[0], nets[0]), (nets[1], ours))
    )
    torch.testing.assert_close(losses, theirs, rtol=of_losses, atol=0)
    for x, y in zip(found, grads, strict=True):
        size = float(y.abs().max())
        torch.testing.assert_close(x, y, rtol=0, atol=of_gradients * size)
    assert_whole()


def test_heads_of_unknown_size():
    def call(*x):
        return attend(*x, is_causal=True)

    options = {"cache": False}
    compiled = torch.compile(call, backend="opc", options=options, dynamic=True)
    for size in (6, 8, 11):
        inputs = Case(None, d=size).inputs(torch.float32)
        wide = [x.detach().double().requires_grad_() for x in inputs]
        assert_near(gradients(compiled, inputs), gradients(call, wide), 5e-6)
    assert_whole()


def test_attention_that_is_left_to_torch_keeps_its_logarithm():
    """torch's decomposition has another second result, which a gradient reads."""
    flash = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu.default
    inputs = Case(None).inputs(torch.float32)
    in_parts = torch._decomp.core_aten_decompositions()[flash]
    assert in_parts(*inputs)[1].shape != flash(*inputs)[1].shape
    assert flash not in decompose.decompositions()
