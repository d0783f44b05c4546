"""Where PyTorch has a meaning that is easily missed: beside eager."""

import opc
import pytest
import torch
import torch.nn.functional as F
from opc.torch import trials

MASK = torch.tensor([False, False, True, True])
SMALL = torch.tensor([-1e-20, -1e-12, -3e-7, -0.5, -1.25, -7.75, -0.0, 0.0])
ZERO_WINDOW = torch.tensor(
    [[[[0.0, 0, 1, 2], [0, 0, 3, 4], [5, 6, 7, 8], [9, 1, 2, 3]]]]
)


def put_behind(x):
    x = x.clone()
    x[:, MASK] = 9
    return x


def put_column(x):
    x = x.clone()
    x[:, MASK] = torch.tensor([[5.0], [6.0]])
    return x


def resized(x):
    return torch.ops.aten.upsample_linear1d_backward(
        x, [10], [1, 1, 10], False, 1.05
    )


FORWARD = {
    "a mask behind the first axis": (put_behind, torch.zeros(2, 4)),
    "a column where a mask is": (put_column, torch.zeros(2, 4)),
    "lgamma": (torch.lgamma, SMALL),
    "digamma": (torch.digamma, SMALL),
    "trigamma": (lambda x: torch.polygamma(1, x), SMALL),
    "a scale that changes no extent": (resized, torch.arange(10.0)[None, None]),
    "how many differ": (
        lambda x: torch.cdist(x, torch.ones(1, 2), p=0.0),
        torch.tensor([[torch.nan, 1], [1, 1], [2, 0.25]]),
    ),
}


@pytest.mark.parametrize("name", FORWARD)
def test_values(name):
    function, x = FORWARD[name]
    wanted = function(x)
    got = torch.compile(function, backend="opc", fullgraph=True)(x)
    torch.testing.assert_close(
        got, wanted, rtol=1e-5, atol=1e-30, equal_nan=True
    )


QUOTIENTS = {
    "floor": lambda a, b: a // b,
    "remainder": lambda a, b: a % b,
    "fmod": torch.fmod,
    "trunc": lambda a, b: torch.div(a, b, rounding_mode="trunc"),
}


@pytest.mark.parametrize("name", QUOTIENTS)
def test_integers_are_not_divided_by_0(name):
    function = QUOTIENTS[name]
    compiled = torch.compile(function, backend="opc", fullgraph=True)
    a, b = torch.tensor([7, -8, 9]), torch.tensor([3, 5, -2])
    assert torch.equal(compiled(a, b), function(a, b))
    b[1] = 0
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        function(a, b)
    with pytest.raises(opc.InputError, match="divided by 0"):
        compiled(a, b)


POOLS = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}


@pytest.mark.parametrize("rank", POOLS)
@pytest.mark.parametrize("count", [1, 2])
def test_a_maximum_is_at_the_last_nan(rank, count):
    x = torch.arange(2.0 * 4**rank).reshape(1, 2, *[4] * rank)
    x[0, 0].view(-1)[[0, 1][:count]] = torch.nan
    x[0, 1].view(-1)[-2] = torch.nan

    def pooled(x):
        y, index = POOLS[rank](x, 2, return_indices=True)
        return y.sum(), index

    def run(function):
        leaf = x.clone().requires_grad_()
        y, index = function(leaf)
        y.backward()
        return index, leaf.grad

    compiled = torch.compile(pooled, backend="opc", fullgraph=True)
    for got, wanted in zip(run(compiled), run(pooled), strict=True):
        torch.testing.assert_close(got, wanted, rtol=0, atol=0)


ROOTS = {
    "mirrored": lambda x: F.pad(x, (1, 1, 2, 0), mode="reflect"),
    "repeated": lambda x: F.pad(x, (2, 1, 1, 1), mode="replicate"),
    "means": lambda x: F.avg_pool2d(x, 2),
    "adaptive means": lambda x: F.adaptive_avg_pool2d(x, (2, 2)),
    "nearest": lambda x: F.interpolate(x, scale_factor=2, mode="nearest"),
}


@pytest.mark.parametrize("name", ROOTS)
def test_an_infinite_gradient_stays_where_it_is(name):
    """That of a root at 0 reaches the elements that were in it alone."""

    def gradient(wrap):
        x = ZERO_WINDOW.clone().requires_grad_()
        wrap(lambda x: ROOTS[name](x).sqrt().sum())(x).backward()
        return x.grad

    def compiled(function):
        return torch.compile(function, backend="opc", fullgraph=True)

    wanted = gradient(lambda function: function)
    assert wanted.isinf().any()
    torch.testing.assert_close(gradient(compiled), wanted, equal_nan=True)


def by_bits(x):
    return x.add_((x.view(torch.int32) > 0).float())


def by_strides(x):
    return x.add_(x.as_strided((4,), (1,), 4).sum())


def by_halves(x):
    a, b = x.chunk(2)
    return x.add_(torch.cat([b, a]))


@pytest.mark.parametrize("function", [by_bits, by_strides, by_halves])
@pytest.mark.parametrize("dynamic", [False, True])
def test_a_tensor_that_is_changed_after_a_view_of_it_was_read(
    function, dynamic
):
    torch._dynamo.reset()
    x = torch.arange(-3.0, 5.0)
    wanted = x.clone()
    function(wanted)
    torch.compile(function, backend="opc", dynamic=dynamic)(x)
    torch.testing.assert_close(x, wanted)


def test_what_a_process_raises_is_raised():
    with pytest.raises(ValueError, match="of its own"):
        trials.apart(lambda: int("of its own"), 20)
    found = trials.apart(lambda: 1 + 1, 20)
    assert found == 2


@pytest.mark.parametrize("parameters", [torch.bfloat16, torch.float32])
@pytest.mark.parametrize("statistics", [False, True])
def test_batch_norm_trains_in_bf16(parameters, statistics):
    """Statistics are of the input's type where a gradient reads them; those of all
    batches keep theirs."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(3, 5, 4, generator=generator).bfloat16()
    inputs = [x.requires_grad_()]
    inputs += [torch.rand(5).to(parameters).requires_grad_() for _ in "wb"]
    inputs += [torch.rand(5).to(parameters) for _ in "mv" if statistics]

    def function(x, weight, bias, mean=None, variance=None):
        return F.batch_norm(x, mean, variance, weight, bias, True, 0.3)

    assert trials.failure(function, inputs) is None


def test_spaced_whole_numbers_are_those_of_eager():
    """PyTorch's decomposition gives others: it does not cut 4.3 to 4 first."""

    def function(x):
        return x + torch.linspace(4.3, -3, 50, dtype=x.dtype)

    found = trials.failure(function, [torch.zeros(50, dtype=torch.int64)])
    assert found.kind == "refused"
    assert found.why.startswith("aten.linspace.default")
    assert trials.failure(function, [torch.zeros(50)]) is None


LINE = torch.arange(5.0)
OUTSIDE = {
    "gather": (lambda i: LINE.gather(0, i), "aten.gather.default"),
    "select": (
        lambda i: LINE.index_select(0, i),
        "aten.index_select.default",
    ),
    "index": (lambda i: LINE[i], "aten.index.Tensor"),
    "scatter": (lambda i: LINE.scatter(0, i, 1.0), "aten.scatter.value"),
    "embedding": (
        lambda i: F.embedding(i, LINE[:, None]),
        "aten.embedding.default",
    ),
}


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("index", [5, -1, -6])
@pytest.mark.parametrize("dtype", [torch.int64, torch.int32])
def test_an_index_out_of_range_is_told_as_it_was_given(name, index, dtype):
    function, op = OUTSIDE[name]
    given = torch.tensor([1, index], dtype=dtype)
    compiled = torch.compile(function, backend="opc", fullgraph=True)
    try:
        wanted = function(given)
    except (IndexError, RuntimeError):
        line = f"{__file__}:{function.__code__.co_firstlineno}"
        with pytest.raises(opc.InputError) as raised:
            compiled(given)
        assert str(raised.value).startswith(line)
        assert f"index {index} lies outside of a dimension of 5" in str(
            raised.value
        )
        assert op in str(raised.value)
    else:
        torch.testing.assert_close(compiled(given), wanted)


CHECKED = {
    "a class that is too high": (
        lambda i: F.one_hot(i, 3),
        torch.tensor([1, 4]),
        torch.tensor([1, 2]),
    ),
    "a class below 0": (
        lambda i: F.one_hot(i, 3),
        torch.tensor([1, -4]),
        torch.tensor([1, 0]),
    ),
    "no probability": (torch.bernoulli, LINE, LINE / 4),
    "no probability, computed": (
        lambda x: torch.bernoulli(x * 2),
        LINE,
        LINE / 8,
    ),
}


@pytest.mark.parametrize("name", CHECKED)
def test_what_eager_does_not_take_is_an_error(name):
    function, refused, taken = CHECKED[name]
    compiled = torch.compile(function, backend="opc", fullgraph=True)
    results = []
    for each in (function, compiled):
        with pytest.raises(RuntimeError):
            each(refused)
        torch.manual_seed(1)
        results += [each(taken), torch.rand(1)]
    assert all(map(torch.equal, results[:2], results[2:]))


MODES = ["nearest", "nearest-exact", "bilinear", "bicubic", "area"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("scale", [1.05, (1.05, 1.0), (1.05, 2.1), None])
def test_scales_that_change_no_extent(mode, dynamic, scale):
    """A scale counts or does not, by the mode, and for gradients by another rule."""
    torch._dynamo.reset()
    size = (6, 7) if scale is None else None

    def function(x):
        return F.interpolate(x, size=size, scale_factor=scale, mode=mode)

    torch.manual_seed(1)
    x, found = torch.randn(1, 2, 6, 7), []
    for each in (
        function,
        torch.compile(function, backend="opc", dynamic=dynamic),
    ):
        given = x.clone().requires_grad_()
        result = each(given)
        (result * torch.linspace(0, 1, result.shape[-1])).sum().backward()
        found.append([result.detach(), given.grad])
    torch.testing.assert_close(*found)


NO_NUMBERS = torch.arange(60.0).reshape(1, 2, 5, 6)
NO_NUMBERS[0, 0, 1:3] = torch.nan
NO_NUMBERS[0, 1, ::2, 1] = torch.nan


@pytest.mark.parametrize("x", [NO_NUMBERS, torch.full((1, 1, 5, 6), torch.nan)])
def test_of_what_is_no_number_a_pool_takes_the_last(x):
    for function in (
        lambda x: F.adaptive_max_pool2d(x, (2, 3), return_indices=True),
        lambda x: F.max_pool2d(x, 2, return_indices=True),
    ):
        torch._dynamo.reset()
        compiled = torch.compile(function, backend="opc", fullgraph=True)
        torch.testing.assert_close(compiled(x), function(x), equal_nan=True)


EDGES = {
    "at the end": [1.0, 2, 3, torch.nan],
    "between": [1.0, torch.nan, 2, torch.nan, torch.nan],
    "alone": [torch.nan, torch.nan],
    "in no order": [3.0, 1, 2, 0, 5],
    "none": [],
}


@pytest.mark.parametrize("name", EDGES)
@pytest.mark.parametrize("right", [False, True])
def test_edges_that_are_no_numbers_or_in_no_order(name, right):
    x = torch.tensor([torch.nan, 0, 1, 2.5, 3, 9, torch.inf, -torch.inf])
    line = torch.tensor(EDGES[name])
    for edges, values in (
        (line, x),
        (line, x.reshape(2, 4)),
        (torch.stack([line, line.flip(0)]), x.reshape(2, 4)),
    ):
        torch._dynamo.reset()

        def function(edges, values):
            return torch.searchsorted(edges, values, right=right)

        compiled = torch.compile(function, backend="opc", fullgraph=True)
        assert torch.equal(compiled(edges, values), function(edges, values))
