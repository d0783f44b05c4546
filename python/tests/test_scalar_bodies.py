"""opc.map and opc.fold compute what their bodies say: beside numpy."""

import numpy as np
import opc
import pytest
from support import TARGETS, integers, normal

ARITH = """
func.func @main(%x: tensor<?x37xf32> {opc.name = "x",
      opc.dims = affine_map<()[s0] -> (s0, 37)>},
    %b: tensor<37xf32> {opc.name = "b"})
    -> (tensor<?x37xf32> {opc.name = "y"}, tensor<?x37xf32> {opc.name = "z"})
    attributes {opc.symbols = ["n"]} {
  %0 = opc.map %x, %b : (tensor<?x37xf32>, tensor<37xf32>) -> tensor<?x37xf32> {
  ^bb0(%p: f32, %q: f32):
    %two = arith.constant 2.0 : f32
    %1 = arith.mulf %p, %two : f32
    %2 = arith.subf %1, %q : f32
    opc.element %2 : f32
  }
  %3 = opc.map %x, %b : (tensor<?x37xf32>, tensor<37xf32>) -> tensor<?x37xf32> {
  ^bb0(%r: f32, %t: f32):
    %three = arith.constant 3.0 : f32
    %4 = arith.mulf %r, %three : f32
    %5 = arith.subf %4, %t : f32
    opc.element %5 : f32
  }
  return %0, %3 : tensor<?x37xf32>, tensor<?x37xf32>
}
"""

SIGNS = """
func.func @main(%x: tensor<129xui8> {opc.name = "x"},
    %c: tensor<129xi1> {opc.name = "c"})
    -> (tensor<129xui8> {opc.name = "y"}, tensor<129xi1> {opc.name = "z"}) {
  %0 = opc.map %x : (tensor<129xui8>) -> tensor<129xui8> {
  ^bb0(%a: i8):
    %limit = arith.constant 100 : i8
    %1 = arith.minui %a, %limit : i8
    opc.element %1 : i8
  }
  %2 = opc.map %x, %c : (tensor<129xui8>, tensor<129xi1>) -> tensor<129xi1> {
  ^bb0(%a: i8, %f: i1):
    %negative = arith.constant -56 : i8
    %3 = arith.cmpi ugt, %a, %negative : i8
    %4 = arith.xori %3, %f : i1
    opc.element %4 : i1
  }
  return %0, %2 : tensor<129xui8>, tensor<129xi1>
}
"""

FOLDS = """
func.func @main(%x: tensor<12x129xf32> {opc.name = "x"},
    %i: tensor<129x12xi64> {opc.name = "i"})
    -> (tensor<12x129xf32> {opc.name = "y"}, tensor<12xi64> {opc.name = "z"}) {
  %0 = opc.fold %x {axes = array<i64: 1>, keepdims = true, neutral = 0xFF800000 : f32}
      : (tensor<12x129xf32>) -> tensor<12x1xf32> {
  ^bb0(%t: f32, %n: f32):
    %1 = arith.maximumf %t, %n : f32
    opc.element %1 : f32
  }
  %2 = opc.map %x, %0 : (tensor<12x129xf32>, tensor<12x1xf32>) -> tensor<12x129xf32> {
  ^bb0(%a: f32, %m: f32):
    %3 = arith.subf %a, %m : f32
    opc.element %3 : f32
  }
  %4 = opc.fold %i {axes = array<i64: 0>, keepdims = false, neutral = 0 : i64}
      : (tensor<129x12xi64>) -> tensor<12xi64> {
  ^bb0(%t: i64, %n: i64):
    %5 = arith.xori %t, %n : i64
    opc.element %5 : i64
  }
  return %2, %4 : tensor<12x129xf32>, tensor<12xi64>
}
"""


def run(text, feeds, target, folder):
    file = folder / "bodies.mlir"
    file.write_text(text)
    return opc.compile(file, target=target, cache=False).run(feeds)


@pytest.mark.parametrize("rows", [0, 1, 12, 129])
@pytest.mark.parametrize("target", TARGETS)
def test_bodies_that_differ_in_a_constant(target, rows, tmp_path):
    x, b = normal(rows, 37), normal(37, seed=1)
    y, z = run(ARITH, {"x": x, "b": b}, target, tmp_path)
    np.testing.assert_array_equal(y, x * np.float32(2) - b)
    np.testing.assert_array_equal(z, x * np.float32(3) - b)


@pytest.mark.parametrize("target", TARGETS)
def test_integers_are_signless_in_a_body(target, tmp_path):
    x = integers(0, 256, 129, dtype=np.uint8)
    c = integers(0, 2, 129, dtype=np.uint8).astype(bool)
    y, z = run(SIGNS, {"x": x, "c": c}, target, tmp_path)
    np.testing.assert_array_equal(y, np.minimum(x, 100))
    np.testing.assert_array_equal(z, (x > 200) ^ c)


@pytest.mark.parametrize("target", TARGETS)
def test_folds_and_what_follows(target, tmp_path):
    x, i = normal(12, 129), integers(-(2**40), 2**40, 129, 12)
    y, z = run(FOLDS, {"x": x, "i": i}, target, tmp_path)
    np.testing.assert_array_equal(y, x - x.max(axis=1, keepdims=True))
    np.testing.assert_array_equal(z, np.bitwise_xor.reduce(i, axis=0))
