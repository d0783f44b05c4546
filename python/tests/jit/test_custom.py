"""A user's own operators."""

import pytest
import stand_in as stand_ins
import torch

import opc.torch
from opc.torch import counters, decompose

pytestmark = pytest.mark.usefixtures("stand_in")

SQUARE = """
func.func @main(
    %x: tensor<?x3xf32>
      {opc.name = "x", opc.dims = affine_map<()[s0] -> (s0, 3)>})
    -> (tensor<?x3xf32> {opc.name = "y"}) attributes {opc.symbols = ["n"]} {
  %0 = opc.map %x : (tensor<?x3xf32>) -> tensor<?x3xf32> {
  ^bb0(%a: f32):
    %1 = arith.mulf %a, %a : f32
    opc.element %1 : f32
  }
  return %0 : tensor<?x3xf32>
}
"""


def check_square(square):
    """As x * x, with its gradient, in eager and compiled, for several sizes."""

    def run(x):
        return (square(x * 2) + 1).sum()

    compiled = torch.compile(run, backend=opc.torch.backend, dynamic=True)
    for rows in (4, 5):
        for function in (run, compiled):
            x = torch.randn(rows, 3, requires_grad=True)
            result = function(x)
            result.backward()
            torch.testing.assert_close(result, (4 * x * x + 1).sum())
            torch.testing.assert_close(x.grad, 8 * x)


def test_a_kernel_in_ir():
    square = opc.torch.kernel(
        "opc_tests::square", SQUARE, gradient=lambda grad, x: 2 * grad * x
    )
    check_square(square)
    # Two programs around it, and one for its gradient; nothing is told.
    assert counters.stats().eager_nodes == 0
    torch.library.opcheck(square, (torch.randn(4, 3, requires_grad=True),))


def test_a_decomposition(stand_in):
    @torch.library.custom_op("opc_tests::other_square", mutates_args=())
    def square(x: torch.Tensor) -> torch.Tensor:
        return x * x

    square.register_fake(torch.empty_like)
    square.register_autograd(
        lambda ctx, grad: 2 * grad * ctx.saved_tensors[0],
        setup_context=lambda ctx, inputs, output: ctx.save_for_backward(
            *inputs
        ),
    )
    opc.torch.decomposition(square)(lambda x: x * x)
    check_square(square)
    assert counters.stats().eager_nodes == 0
    assert not any("other_square" in str(graph) for graph in stand_in.graphs)


def test_wrong_definitions():
    for make, message in (
        (lambda: opc.torch.kernel("square", SQUARE), "name: expected"),
        (lambda: opc.torch.decomposition(3), "expected an operator .* got int"),
    ):
        with pytest.raises(opc.UsageError, match=message):
            make()
    with pytest.raises(opc.UsageError, match="unknown target 'no'"):
        opc.torch.kernel("opc_tests::a", SQUARE, target="no")


def test_users_decompositions_are_kept(use):
    use(stand_ins.StandIn())
    target = torch.ops.aten.gelu.default
    before = dict(decompose._users)
    decompose.register(target, lambda x: x)
    assert decompose.decompositions()[target](3) == 3
    decompose._users.clear()
    decompose._users.update(before)
