"""torch.compile(backend="opc") with opc's own programs, against eager."""

import nets
import numpy
import pytest
import torch

import opc
import opc.torch
from opc.torch import counters, probe


@pytest.fixture(autouse=True)
def afresh(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "torch"))
    monkeypatch.setenv("OPC_CACHE_DIR", str(tmp_path / "opc"))
    torch._dynamo.reset()
    counters.reset()
    torch.manual_seed(0)


def compiled(function, target="cpu", **options):
    chosen = {"target": target}
    return torch.compile(function, backend="opc", options=chosen, **options)


def close(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("target", ["cpu", "reference"])
@pytest.mark.parametrize("name", nets.NETS)
def test_training_is_as_eager(name, target):
    make, inputs = nets.NETS[name]
    theirs, x = make(), inputs(5)
    ours = make()
    ours.load_state_dict(theirs.state_dict())
    for module, function in ((theirs, theirs), (ours, compiled(ours, target))):
        result = function(x)
        result.square().mean().backward()
        module.result = result
    close(ours.result, theirs.result)
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        close(one.grad, other.grad)
    for one, other in zip(ours.buffers(), theirs.buffers(), strict=True):
        close(one, other)
    assert counters.stats().graphs == 2


@pytest.mark.parametrize(
    "make",
    [
        lambda p: torch.optim.SGD(p, 0.01, foreach=False),
        lambda p: torch.optim.AdamW(p, 0.001, foreach=True),
    ],
)
def test_losses_over_200_steps(make):
    """Of a convolutional net, whose optimiser's step is compiled, too.

    Steps are so small that a difference of an ulp does not grow. With ten times
    greater ones eager drifts by up to 0.02 from itself, if a weight changes in
    its last place.
    """
    losses = []
    for wrap in (lambda f, **_: f, compiled):
        torch.manual_seed(1)
        torch._dynamo.reset()
        net = nets.Convolutions(dropout=0.25)
        optimiser = make(net.parameters())
        forward, step = wrap(net), wrap(optimiser.step)
        x, wanted = torch.randn(16, 3, 14, 14), torch.randint(7, (16,))
        seen = []
        for _ in range(200):
            optimiser.zero_grad()
            loss = torch.nn.functional.cross_entropy(forward(x), wanted)
            loss.backward()
            step()
            seen.append(loss.item())
        losses.append(seen)
    theirs, ours = map(numpy.array, losses)
    assert theirs[-1] < 0.8 * theirs[0]
    assert abs(ours - theirs).max() <= 1e-3 * theirs.max()


def test_one_program_for_all_sizes():
    run = compiled(nets.Transformer(layers=1), dynamic=True)
    module = run._orig_mod
    with torch.no_grad():
        for size in (4, 9, 2):
            tokens = torch.randint(11, (size, size + 3))
            close(run(tokens), module(tokens))
    assert counters.stats().graphs == 1


@pytest.mark.filterwarnings("ignore::opc.torch.EagerWarning")
@pytest.mark.parametrize("spatial", [False, True])
def test_open_extents_in_training(spatial):
    """Of batches, and of images, where the gradient of the input is PyTorch's."""
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3, padding=1),
        torch.nn.BatchNorm2d(4),
        torch.nn.Conv2d(4, 5, 3, stride=2),
    )
    run = compiled(net, dynamic=True if spatial else None)
    for size in (3, 5):
        x = torch.randn(size, 3, size + 6 if spatial else 8, 13)
        torch._dynamo.mark_dynamic(x, 0)
        grads = []
        for function in (net, run):
            net.zero_grad()
            function(x).square().sum().backward()
            grads.append([p.grad.clone() for p in net.parameters()])
        torch.testing.assert_close(*grads, rtol=1e-3, atol=1e-3)
    assert counters.stats().graphs == 2


def test_exported_programs(tmp_path):
    module = nets.Convolutions().eval()
    x = torch.randn(3, 3, 14, 14)
    batch = torch.export.Dim("batch", min=2, max=64)
    program = torch.export.export(module, (x,), dynamic_shapes=({0: batch},))
    made = opc.compile(program, cache=False)
    made.save(tmp_path / "net.so")
    for model in (made, opc.load(tmp_path / "net.so")):
        (result,) = model.run([x[:2].numpy()])
        close(torch.from_numpy(result), module(x[:2]).detach())


def test_exported_calls_are_asked_one_by_one(monkeypatch):
    """To ask of a composite breaks none down; it stays whole."""
    asked, depths = [], []

    def ask(target, *given):
        asked.append(target)
        depths.append(len(asked))
        try:
            return is_taken(target, *given)
        finally:
            asked.pop()

    is_taken = probe._is_taken
    monkeypatch.setattr(probe, "_is_taken", ask)
    monkeypatch.setattr(probe, "_known", {})
    layer = torch.nn.TransformerEncoderLayer(8, 2, 16).eval()
    program = torch.export.export(layer, (torch.randn(3, 2, 8),))
    model = opc.compile(program, cache=False)
    assert set(depths) == {1}
    named = model.manifest["locations"]
    assert {"layer_norm", "scaled_dot_product_attention"} <= set(named)


def doubles_one_of_two(x, y):
    z = y + 1
    x.mul_(2)
    return z


@pytest.mark.parametrize("start", [0, 2])
def test_inputs_over_one_array(start):
    """PyTorch does not know that they share memory."""
    results = []
    for run in (doubles_one_of_two, compiled(doubles_one_of_two)):
        array = numpy.arange(8, dtype=numpy.float32)
        x, y = torch.from_numpy(array), torch.from_numpy(array[start:])
        results.append((run(x, y), x, y))
    close(*results)


def fills_a_diagonal(x):
    """Its gradient has a value with gaps, which PyTorch's own nodes read."""
    y = x.clone()
    y.diagonal().fill_(3)
    return y


def views_with_gaps(x):
    """Views of what a program computed, read by a node that opc lacks."""
    corner = (x * 2).as_strided((2, 2), (5, 3))
    first, second = (x + 1).split(2, 1)
    return torch.special.zeta(corner, first[:2, :, 0]), second.relu()


@pytest.mark.filterwarnings("ignore::opc.torch.EagerWarning")
@pytest.mark.parametrize("target", ["cpu", "reference"])
def test_gradient_with_gaps(target):
    theirs = torch.randn(3, 4, 2, requires_grad=True)
    ours = theirs.detach().clone().requires_grad_()
    weights = torch.randn(3, 4, 2)
    fills_a_diagonal(theirs).backward(weights)
    compiled(fills_a_diagonal, target)(ours).backward(weights)
    close(ours.grad, theirs.grad)


@pytest.mark.filterwarnings("ignore::opc.torch.EagerWarning")
@pytest.mark.parametrize("target", ["cpu", "reference"])
def test_views_with_gaps(target):
    x = torch.rand(4, 4, 3) + 2
    close(compiled(views_with_gaps, target)(x), views_with_gaps(x))


def through_eight_bits(x, y):
    """float8, which no program computes with, as an input and in between."""
    return x.to(torch.float32) * 2, (y * 2).to(torch.float8_e5m2).float() + 1


def test_eight_bits_are_left_to_torch():
    x = torch.randn(4, 3).to(torch.float8_e4m3fn)
    y = torch.randn(4, 3)
    reason = "dtype float8_e4m3fn is not supported"
    with pytest.warns(opc.torch.EagerWarning, match=reason):
        ours = compiled(through_eight_bits)(x, y)
    for one, other in zip(ours, through_eight_bits(x, y), strict=True):
        assert torch.equal(one, other)
