"""Random numbers of opc's programs are those of eager, however tensors lie.

Not those that a graph draws in place into what is transposed or has gaps: PyTorch's own
functionalisation draws them apart, before opc is asked (docs/PyTorch.md).
"""

import pytest
import torch
from torch.nn import functional

from opc.torch import counters

pytestmark = pytest.mark.usefixtures("programs")


def probabilities(*shape):
    return torch.rand(shape) / 2 + 0.25


LAYOUTS = {
    "rows": lambda: probabilities(4, 3, 5),
    "transposed": lambda: probabilities(3, 4, 5).transpose(0, 1),
    "gaps": lambda: probabilities(8, 3, 10)[::2, :, ::2],
    "expanded": lambda: probabilities(3, 1).expand(4, 3, 5),
    "channels last": lambda: probabilities(2, 3, 4, 5).to(
        memory_format=torch.channels_last
    ),
    "empty": lambda: probabilities(4, 0, 5),
}

DRAWS = {
    "dropout": lambda x: functional.dropout(x, 0.4),
    "dropout of all": lambda x: functional.dropout(x, 1.0),
    "dropout of a view": lambda x: functional.dropout(x * 2, 0.4).transpose(
        0, 1
    ),
    "alpha_dropout": lambda x: functional.alpha_dropout(x, 0.4),
    "feature_dropout": lambda x: torch.feature_dropout(x, 0.4, True),
    "rand_like": torch.rand_like,
    "randn_like": torch.randn_like,
    "randint_like": lambda x: torch.randint_like(x, 3, 9),
    "bernoulli": torch.bernoulli,
    "bernoulli of one": lambda x: torch.bernoulli(x, 0.3),
    "poisson": torch.poisson,
    "normal": lambda x: torch.normal(x, x),
    "rrelu": lambda x: functional.rrelu(x - 0.5, training=True),
    "uniform_": lambda x: x.clone().uniform_(),
    "normal_": lambda x: x.clone().normal_(),
    "exponential_": lambda x: x.clone().exponential_(),
    "log_normal_": lambda x: x.clone().log_normal_(),
    "cauchy_": lambda x: x.clone().cauchy_(),
    "geometric_": lambda x: x.clone().geometric_(0.3),
    "random_": lambda x: x.clone().random_(9),
    "uniform_ of a view": lambda x: x.clone().transpose(0, 1).uniform_(),
}


def draw_all(x):
    return [draw(x) for draw in DRAWS.values()]


@pytest.mark.filterwarnings("ignore::opc.torch.EagerWarning")
@pytest.mark.parametrize(
    ("layout", "dynamic"),
    [*((each, False) for each in LAYOUTS), ("transposed", True)],
)
def test_draws_are_those_of_eager(layout, dynamic):
    x = LAYOUTS[layout]()
    found = []
    compiled = torch.compile(draw_all, backend="opc", dynamic=dynamic)
    for run in (draw_all, compiled):
        torch.manual_seed(7)
        found.append((run(x), torch.get_rng_state()))
    (theirs, their_state), (ours, our_state) = found
    for name, one, other in zip(DRAWS, ours, theirs, strict=True):
        torch.testing.assert_close(
            one, other, msg=lambda m, n=name: f"{n}: {m}"
        )
    assert torch.equal(our_state, their_state)
    assert counters.stats().programs >= 1


def test_gradients_of_dropout_where_the_input_is_transposed():
    layer = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    x = torch.randn(3, 5, 8)
    results = []
    for run in (layer, torch.compile(layer, backend="opc")):
        layer.zero_grad()
        torch.manual_seed(5)
        result = run(x)
        result.square().sum().backward()
        results.append([result, *(p.grad.clone() for p in layer.parameters())])
    torch.testing.assert_close(*results, rtol=1e-4, atol=1e-4)
