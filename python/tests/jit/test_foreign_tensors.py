"""Tensors that no program takes: PyTorch computes with them, and that is told."""

import re
import warnings

import pytest
import torch

import opc.torch
from opc.torch import counters

pytestmark = [
    pytest.mark.usefixtures("programs"),
    pytest.mark.filterwarnings("ignore:.*(deprecated|beta state|prototype)"),
]


def quantised(x):
    return torch.quantize_per_tensor(x, 0.5, 0, torch.qint8)


def by_channel(x):
    scales, zeros = torch.full((3,), 0.5), torch.zeros(3, dtype=torch.int64)
    return torch.quantize_per_channel(x, scales, zeros, 0, torch.qint8)


def nested(x):
    return torch.nested.nested_tensor([x[0], x[1, :2]])


# What is given, of a tensor of floats, and what is done with it.
INPUTS = {
    "sparse": (torch.Tensor.to_sparse, lambda x: (x * 2).to_dense()),
    "csr": (torch.Tensor.to_sparse_csr, lambda x: x @ torch.ones(3, 3) + 1),
    "csc": (torch.Tensor.to_sparse_csc, lambda x: x.to_dense() + 1),
    "quantised": (quantised, lambda x: x.dequantize() * 2),
    "nested": (nested, lambda x: (x * 2).to_padded_tensor(0.0) + 1),
    "mkldnn": (torch.Tensor.to_mkldnn, lambda x: (x + x).to_dense() * 2),
    "complex": (lambda x: x * 1j, lambda x: (x * x).real + 1),
    "float8": (
        lambda x: x.to(torch.float8_e4m3fn),
        lambda x: x.to(torch.float32) * 2,
    ),
}
REASONS = {
    "sparse": "torch.compile does not support sparse",
    "csr": "torch.compile does not support sparse",
    "csc": "torch.compile does not support sparse",
    "quantised": "quantized nyi",
    "nested": "NestedTensor",
    "mkldnn": "tensors of layout torch._mkldnn are not supported",
    "complex": "complex tensors .complex64. are not supported",
    "float8": "dtype float8_e4m3fn is not supported",
}


def tensor():
    return torch.arange(1.0, 10.0).reshape(3, 3)


@pytest.mark.parametrize("kind", INPUTS)
def test_inputs_are_left_to_torch(kind):
    make, function = INPUTS[kind]
    x = make(tensor())
    with pytest.warns(opc.torch.EagerWarning, match=REASONS[kind]):
        ours = torch.compile(function, backend="opc")(x)
    assert torch.equal(ours, function(x))
    told = opc.torch.explain(function, x)
    said = [each.reason for each in told.breaks]
    said += [str(each) for graph in told.graphs for each in graph.refused]
    assert any(re.search(REASONS[kind], each) for each in said)
    with warnings.catch_warnings():  # once is enough
        warnings.simplefilter("error", opc.torch.EagerWarning)
        torch._dynamo.reset()
        assert torch.equal(torch.compile(function, backend="opc")(x), ours)


# Of a tensor of floats, with other tensors in between.
BETWEEN = {
    "quantised": lambda x: quantised(x * 2).dequantize() + 1,
    "by channel": lambda x: by_channel(x * 2).dequantize() + 1,
    "quantised view": lambda x: quantised(x * 2).view(-1)[2:].dequantize() + 1,
    "complex": lambda x: torch.complex(x * 2, x).conj().imag + 1,
    "float8": lambda x: (x * 2).to(torch.float8_e5m2).float() + 1,
    "channels last": lambda x: (x[None, None] * 2).to(
        memory_format=torch.channels_last
    ),
}
WHOLE = {"channels last"}


@pytest.mark.parametrize("kind", BETWEEN)
def test_values_are_left_to_torch(kind):
    function = BETWEEN[kind]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", opc.torch.EagerWarning)
        ours = torch.compile(function, backend="opc")(tensor())
    torch.testing.assert_close(ours, function(tensor()))
    assert counters.stats().programs >= 1
    named = [
        str(w.message) for w in told if w.category is opc.torch.EagerWarning
    ]
    assert bool(named) == (kind not in WHOLE)
    if "quantised" in kind or kind == "by channel":
        assert any("quanti" in each for each in named)


def test_strict_names_what_is_left():
    with pytest.raises(opc.UnsupportedError, match="quantised"):
        torch.compile(
            BETWEEN["quantised"], backend="opc", options={"strict": True}
        )(tensor())
    torch._dynamo.reset()
    with pytest.raises(opc.UnsupportedError, match="_mkldnn"):
        torch.compile(
            INPUTS["mkldnn"][1], backend="opc", options={"strict": True}
        )(tensor().to_mkldnn())


def test_types_are_named_as_the_compiler_names_them():
    """Where it is asked, and where it is not."""

    def function(x):
        return torch.complex(x, x).abs() + torch.special.zeta(x + 2, x + 1)

    with pytest.warns(opc.torch.EagerWarning) as told:
        torch.compile(function, backend="opc")(tensor())
    said = " ".join(str(each.message) for each in told)
    assert "aten.complex.default of f32: complex tensors" in said
    assert "aten.special_zeta.default of f32[3, 3], f32[3, 3]: is" in said


class Recurrent(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.cells, self.last = torch.nn.GRU(3, 4), torch.nn.Linear(4, 2)

    def forward(self, x):
        return self.last(self.cells(x)[0])


@torch._dynamo.config.patch(allow_rnn=False)
def test_a_model_that_dynamo_skips_is_told():
    net, x = Recurrent(), torch.randn(5, 2, 3)
    with pytest.warns(
        opc.torch.EagerWarning, match="Set .*allow_rnn=True"
    ) as told:
        result = torch.compile(net, backend="opc")(x)
    torch.testing.assert_close(result, net(x))
    first = Recurrent.forward.__code__.co_firstlineno
    assert [(w.filename, w.lineno) for w in told] == [(__file__, first + 1)]
    explained = opc.torch.explain(net, x)
    assert not explained.graphs
    assert f"{__file__}:{first + 1}" in str(explained)
    torch._dynamo.reset()
    with pytest.raises(opc.torch.StrictError, match="Set .*allow_rnn=True"):
        torch.compile(net, backend="opc", options={"strict": True})(x)
    with torch._dynamo.config.patch(allow_rnn=True):
        torch._dynamo.reset()
        torch.testing.assert_close(torch.compile(net, backend="opc")(x), net(x))
    assert counters.stats().programs == counters.stats().graphs == 2
    assert counters.stats().eager_nodes == 0
