"""Public models with their real weights, against eager."""

import itertools

import efficientnet
import fetch_data
import minilm
import pytest
import torch

from opc.torch import counters

LENGTHS = (7, 128, 512)
CLASSES = {"flower.jpg": 985, "china.jpg": 698}  # a daisy, a palace


@pytest.fixture(autouse=True)
def afresh():
    torch._dynamo.reset()
    counters.reset()
    torch.manual_seed(0)


def fetched(name, file):
    try:
        return fetch_data.path(name, file)
    except fetch_data.Unavailable as error:
        pytest.skip(str(error))


def compiled(function, **options):
    chosen = {"cache": False}
    return torch.compile(function, backend="opc", options=chosen, **options)


@torch.no_grad()
def test_minilm():
    """Any number of texts of any length, compiled once.

    Dynamo makes a graph apart for an extent of 1, unless it is told otherwise.
    """
    encoder = minilm.load(fetched("minilm", "model.safetensors"))
    run = compiled(encoder, dynamic=True)
    with torch.fx.experimental._config.patch(backed_size_oblivious=True):
        for batch, length in itertools.product((5, 1), LENGTHS):
            tokens = torch.randint(999, 30000, (batch, length))
            counts = torch.ones_like(tokens)
            for i in range(1, batch):
                counts[i, length - i :] = 0
            found = zip(
                run(tokens, counts), encoder(tokens, counts), strict=True
            )
            assert max((a - b).abs().max() for a, b in found) <= 1e-4
    assert counters.stats().programs == counters.stats().graphs == 1
    assert counters.stats().eager_nodes == 0


@torch.no_grad()
def test_efficientnet():
    net = efficientnet.load(
        fetched("efficientnet_lite0", "efficientnet-lite0-57934424.pth")
    )
    run = compiled(net)
    for photo, wanted in CLASSES.items():
        x = efficientnet.picture(fetched("photos", photo))
        scores = run(x)
        assert scores.argmax() == wanted
        assert (scores - net(x)).abs().max() <= 1e-4
    assert counters.stats().programs == counters.stats().graphs == 1
    assert counters.stats().eager_nodes == 0
