"""Sizes of values that are quotients and rests of other sizes."""

import pytest
import torch
from torch.nn import functional

import opc
import opc.torch
from opc.torch import counters

pytestmark = pytest.mark.usefixtures("programs")


def patches(x):
    """Rows are filled up to a multiple of four, and cut in fours."""
    full = functional.pad(x, (0, -x.shape[1] % 4))
    return full.reshape(x.shape[0], -1, 4).sum(-1)


def halves(x):
    """The number of parts is a size that may be any."""
    return x.reshape(x.shape[0] // 2, -1, x.shape[1]).sum(1)


FUNCTIONS = {
    "patches": (patches, [(3, 6), (3, 7), (3, 9), (5, 2), (2, 4)]),
    "halves": (halves, [(4, 3), (6, 5), (2, 2)]),
    "fold": (
        lambda x: functional.fold(x, (4, 5), (2, 2)),
        [(3, 8, 12), (2, 4, 12), (3, 12, 12)],
    ),
    "roll": (lambda x: x.roll(3, 0) * 2, [(8,), (9,), (2,), (3,)]),
    "roll back": (lambda x: x.roll(-5, 1) * 2, [(2, 8), (2, 5), (3, 3)]),
    "roll all": (lambda x: x.roll(7) * 2, [(2, 8), (2, 3), (3, 2)]),
    "roll both": (lambda x: x.roll((3, -4), (0, 1)), [(2, 3), (5, 2)]),
}


@pytest.mark.parametrize("dynamic", [None, True])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_sizes_are_computed_as_eager_does(name, dynamic):
    function, sizes = FUNCTIONS[name]
    compiled = torch.compile(function, backend="opc", dynamic=dynamic)
    for size in sizes:
        x = torch.randn(size)
        torch.testing.assert_close(compiled(x), function(x))
    assert counters.stats().graphs <= 3
    assert counters.stats().eager_nodes == 0


class Rolled(torch.nn.Module):
    def forward(self, x):
        return x.roll(3, 0) * 2


def test_of_nothing_nothing_is_rolled():
    rows = torch.export.Dim("rows", min=0, max=64)
    program = torch.export.export(
        Rolled(), (torch.randn(4, 2),), dynamic_shapes=({0: rows},)
    )
    model = opc.compile(program, cache=False)
    for size in (4, 2, 1, 0):
        x = torch.randn(size, 2)
        (result,) = model.run([x])
        torch.testing.assert_close(torch.as_tensor(result), x.roll(3, 0) * 2)


def of_an_input(x, y):
    """A program's input has a size that no affine expression is."""
    rows = (x * 2).reshape(-1, x.shape[0] // (y.shape[0] - 3))
    return (torch.special.zeta(rows, rows) * 3).sum()


def of_a_number(x, y):
    return (x * 2)[: (x.shape[0] * 2) // (y.shape[0] - 3)].relu()


@pytest.mark.parametrize("function", [of_an_input, of_a_number])
def test_what_has_no_form_is_left_to_torch(function):
    compiled = torch.compile(function, backend="opc", dynamic=True)
    y = torch.ones(5)
    with pytest.warns(opc.torch.EagerWarning, match="divided by what may not"):
        compiled(torch.rand(6) + 2, y)
    for size in (6, 8):
        x = torch.rand(size) + 2
        torch.testing.assert_close(compiled(x, y), function(x, y))
    assert counters.stats().graphs == 1
    assert counters.stats().programs >= 1
