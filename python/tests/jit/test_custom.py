"""A user's own operators."""

import pathlib

import pytest
import stand_in as stand_ins
import torch

import opc.torch
from opc.torch import counters, decompose

pytestmark = pytest.mark.usefixtures("executor")

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


FOLD = """
func.func @main(
    %x: tensor<?x?xf32>
      {opc.name = "x", opc.dims = affine_map<()[s0, s1] -> (s0, s1)>})
    -> (tensor<?xf32> {opc.name = "y"})
    attributes {opc.symbols = ["rows", "columns"]} {
  %0 = opc.fold %x {axes = array<i64: 1>, keepdims = false, neutral = 1.0 : f32}
      : (tensor<?x?xf32>) -> tensor<?xf32> {
  ^bb0(%total: f32, %next: f32):
    %1 = arith.mulf %total, %next : f32
    opc.element %1 : f32
  }
  return %0 : tensor<?xf32>
}
"""


def test_a_fold():
    products = opc.torch.kernel(
        "opc_tests::products",
        FOLD,
        gradient=lambda grad, x: (grad * x.prod(1))[:, None] / x,
    )
    compiled = torch.compile(
        lambda x: products(x * 2) + 1, backend="opc", dynamic=True
    )
    for shape in ((4, 3), (2, 5)):
        x = (torch.rand(shape) + 0.5).requires_grad_()
        result, wanted = compiled(x), (x * 2).prod(1) + 1
        torch.testing.assert_close(result, wanted)
        torch.testing.assert_close(
            torch.autograd.grad(result.sum(), x),
            torch.autograd.grad(wanted.sum(), x),
        )
    assert counters.stats().eager_nodes == 0


DOCUMENT = pathlib.Path(__file__).parents[3] / "docs" / "PyTorch.md"


def test_the_documented_kernel_is_short():
    examples = DOCUMENT.read_text().split("```python\n")[1:]
    examples = [each.split("```")[0] for each in examples]
    (example,) = [each for each in examples if "mine::square" in each]
    assert len([line for line in example.splitlines() if line]) < 10
    scope = {}
    exec(example.replace("mine::", "opc_documented::"), scope)
    square = scope["square"]
    compiled = torch.compile(lambda x: square(x * 2) + 1, backend="opc")
    for shape in ((), (3,), (2, 0, 3), (4, 3, 2)):
        x = torch.randn(shape, requires_grad=True)
        for given in (x, x.movedim(-1, 0)) if shape else (x,):
            result = compiled(given)
            torch.testing.assert_close(result, 4 * given * given + 1)
            (grad,) = torch.autograd.grad(result.sum(), x)
            torch.testing.assert_close(grad, 8 * x)


def test_bodies_of_several_inputs_and_types():
    chosen = opc.torch.kernel(
        "opc_tests::chosen",
        """// opc.element %x : f32 is not what is given
        ^bb0(%x: f32, %y: f32):
          // nor opc.element %y : f32
          %0 = arith.cmpf olt, %x, %y : f32
          %1 = arith.extui %0 : i1 to i32
          opc.element %1 : i32""",
    )
    x, y = torch.randn(4, 3), torch.randn(4, 3)
    assert torch.equal(chosen(x, y), (x < y).int())
    with pytest.raises(ValueError, match=r"of one shape, got \[4, 3\], \[3\]"):
        chosen(x, y[0])
    with pytest.raises(opc.UsageError, match="expected '.bb0"):
        opc.torch.kernel("opc_tests::none", "^bb0(%x: f32): return")


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


@pytest.mark.parametrize(
    "wrong, said",
    [
        (lambda x: (x * x).sum(0), r"it gives f32\[3\], the"),
        (lambda x: (x * x).double(), r"it gives f64\[4, 3\], the"),
        (lambda x: (x, x), r"it gives f32\[4, 3\], f32\[4, 3\], the"),
    ],
)
def test_a_decomposition_that_gives_something_else(use, wrong, said):
    use(stand_ins.StandIn())
    target, before = torch.ops.aten.gelu.default, dict(decompose._users)
    decompose.register(target, wrong)
    try:
        with pytest.raises(
            opc.torch.CaptureError, match=said + r" operator f32\[4, 3\]"
        ):
            torch.compile(
                torch.nn.functional.gelu, backend="opc", dynamic=True
            )(torch.randn(4, 3))
    finally:
        decompose._users.clear()
        decompose._users.update(before)


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
    x = torch.ones(2)
    assert decompose.decompositions()[target](x) is x
    decompose._users.clear()
    decompose._users.update(before)
