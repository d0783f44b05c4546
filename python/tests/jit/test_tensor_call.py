"""Programs called with torch's tensors, through DLPack's table of C functions."""

import pytest
import torch

import opc
from opc import _opc

SUM = """
func.func @main(
    %x: tensor<?x3x{t}> {{opc.name = "x", opc.dims = affine_map<()[s0] -> (s0, 3)>}},
    %y: tensor<3x{t}> {{opc.name = "y"}},
    %n: tensor<i64> {{opc.name = "n"}})
    -> (tensor<?x3x{t}> {{opc.name = "z"}}, tensor<i64> {{opc.name = "m"}})
    attributes {{opc.symbols = ["rows"]}} {{
  %0 = opc.add %x, %y : (tensor<?x3x{t}>, tensor<3x{t}>) -> tensor<?x3x{t}>
  %1 = opc.add %n, %n : (tensor<i64>, tensor<i64>) -> tensor<i64>
  return %0, %1 : tensor<?x3x{t}>, tensor<i64>
}}
"""
NAMES = {torch.float32: "f32", torch.bfloat16: "bf16", torch.int8: "i8"}


def call(dtype=torch.float32, x=(0, 1), z=(0, 1)):
    program = opc.compile(SUM.format(t=NAMES[dtype]))._program
    return _opc.TensorCall(program, torch.Tensor, [x, (0,), ()], [z, ()])


def values(*shape, dtype=torch.float32):
    return torch.randint(-9, 9, shape).to(dtype)


@pytest.mark.parametrize("dtype", NAMES)
@pytest.mark.parametrize("rows", [4, 1, 0])
def test_values(dtype, rows):
    x, y = values(rows, 3, dtype=dtype), values(3, dtype=dtype)
    z, m = call(dtype)(x, y, 5)
    assert z.dtype == dtype and torch.equal(z, x + y)
    assert m.item() == 10 and m.dtype == torch.int64
    assert z.is_contiguous()


def test_results_are_memory_of_their_own():
    x, y = values(4, 3), values(3)
    run = call()
    first, _ = run(x, y, 1)
    wanted = x + y
    del run
    second = first.t()
    del first
    assert torch.equal(second.t(), wanted)
    second.zero_()
    assert not second.requires_grad


@pytest.mark.parametrize(
    "x",
    [
        torch.arange(24.0).reshape(4, 6)[:, ::2],
        torch.arange(12.0).reshape(3, 4).t(),
        torch.arange(3.0).expand(4, 3),
        torch.arange(13.0)[1:].reshape(4, 3),
        torch.nn.Parameter(torch.arange(12.0).reshape(4, 3)),
        torch.arange(6.0).reshape(2, 1, 3).expand(2, 2, 3)[:, 0],
    ],
)
def test_inputs_that_lie_otherwise(x):
    y = values(3)
    kept = x.clone()
    z, _ = call()(x, y, 0)
    assert torch.equal(z, x + y)
    assert torch.equal(x, kept)


def test_misaligned_memory_is_copied():
    data = torch.arange(53, dtype=torch.uint8)
    x = torch.frombuffer(bytearray(data.numpy().tobytes()), dtype=torch.uint8)
    x = torch.empty(0, dtype=torch.float32).set_(
        x.untyped_storage()[1:49], 0, (4, 3)
    )
    z, _ = call()(x, torch.zeros(3), 0)
    assert torch.equal(z, x.clone())


def test_orders_of_axes():
    """The program sees permuted inputs, and its results are permuted back."""
    x = torch.arange(12.0).reshape(3, 4)
    z, _ = call(x=(1, 0), z=(1, 0))(x.t().contiguous().t(), values(3) * 0, 0)
    assert torch.equal(z, x) and z.stride() == (1, 3)
    z, _ = call(x=(1, 0))(x, torch.zeros(3), 0)  # is copied
    assert torch.equal(z, x.t()) and z.is_contiguous()


def test_what_is_refused():
    x, y = values(4, 3), values(3)
    run = call()
    for given, message in (
        ((x, y), "expected 3 inputs, got 2"),
        ((x, y, "5"), "input 2: expected a tensor or an int"),
        ((x[0], y, 5), "input 0: expected 2 axes, got 1"),
        ((x.to(torch.complex64), y, 5), "input 0: a tensor of DLPack type"),
        ((x.double(), y, 5), "'x'.* f64"),
        ((x[:, :2], y, 5), r"'x'.*\[4, 2\]"),
    ):
        with pytest.raises(opc.InputError, match=message):
            run(*given)
    with pytest.raises(OverflowError):
        run(x, y, 2**64)
    with pytest.raises(AttributeError):
        _opc.TensorCall(opc.compile(SUM.format(t="f32"))._program, int, [], [])


@pytest.mark.parametrize("step", [1, 2])
def test_donated_inputs_are_results(step):
    """Also where the program had to be given a copy."""
    text = SUM.format(t="f32")
    program = opc.compile(text, donate={"x": "z"})._program
    run = _opc.TensorCall(
        program, torch.Tensor, [(0, 1), (0,), ()], [(0, 1), ()]
    )
    x, y = values(4, 3 * step)[:, ::step], values(3)
    wanted = x + y
    z, _ = run(x, y, 0)
    assert z is x and torch.equal(x, wanted)
