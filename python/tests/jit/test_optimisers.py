"""Steps of optimisers, compiled as they are: one program, in place, as eager."""

import pytest
import torch

from opc.torch import counters

pytestmark = pytest.mark.usefixtures("programs")

OPTIMISERS = {
    "SGD": (torch.optim.SGD, {}),
    "SGD, momentum": (torch.optim.SGD, {"momentum": 0.9}),
    "SGD, Nesterov": (
        torch.optim.SGD,
        {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    ),
    "Adam": (torch.optim.Adam, {}),
    "Adam, AMSGrad": (torch.optim.Adam, {"amsgrad": True}),
    "AdamW": (torch.optim.AdamW, {}),
}
WAYS = {"default": {}, "foreach": {"foreach": True}, "each": {"foreach": False}}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_step_is_one_program(name, way):
    make, options = OPTIMISERS[name]
    start = [torch.randn(3, 2), torch.randn(5)]
    grads = [[torch.randn_like(x) for x in start] for _ in range(4)]
    results = []
    for is_ours in (False, True):
        given = [torch.nn.Parameter(x.clone()) for x in start]
        places = [x.data_ptr() for x in given]
        optimiser = make(given, lr=0.01, **options, **WAYS[way])
        step = optimiser.step
        if is_ours:
            step = torch.compile(step, backend="opc", options={"strict": True})
        for each in grads:
            for x, grad in zip(given, each, strict=True):
                x.grad = grad.clone()
            step()
        assert places == [x.data_ptr() for x in given]
        results.append([x.detach() for x in given])
    torch.testing.assert_close(*results, rtol=1e-5, atol=1e-6)
    stats = counters.stats()
    # The first step of some makes what the others change.
    assert 1 <= stats.graphs == stats.programs <= 2
    assert stats.eager_nodes == 0
