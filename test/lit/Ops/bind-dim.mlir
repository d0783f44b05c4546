// opc.bind_dim on plain loops and on the CPU's schedules: an extent that the branch taken
// decides.
// RUN: %opc run %s --target=reference --dim n=5 --output %t.reference
// RUN: %opc run %s --target=%chip --dim n=5 --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact
// RUN: %python -c "import numpy as n; assert n.load('%t.cpu/y.npy').shape == (10, 3)"

func.func @main(%x: tensor<?x3xf32> {opc.name = "x", opc.dims = affine_map<()[s0] -> (s0, 3)>})
    -> (tensor<?x3xf32> {opc.name = "y"}) attributes {opc.symbols = ["n", ""]} {
  %least = opc.reduce %x {kind = "min", axes = array<i64: 0, 1>, keepdims = false} : (tensor<?x3xf32>) -> tensor<f32>
  %zero = opc.constant {value = dense<0.0> : tensor<f32>} : tensor<f32>
  %yes = opc.less %least, %zero : (tensor<f32>, tensor<f32>) -> tensor<i1>
  %0 = opc.if %yes {dims = [affine_map<()[s0, s1] -> (s1, 3)>]} : (tensor<i1>) -> tensor<?x3xf32> {
    %a = opc.concat %x, %x {axis = 0 : i64} : (tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x3xf32>
    opc.yield %a : tensor<?x3xf32>
  } else {
    opc.yield %x : tensor<?x3xf32>
  }
  opc.bind_dim %0 {axis = 0 : i64, symbol = 1 : i64} : tensor<?x3xf32>
  %y = opc.neg %0 : (tensor<?x3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}
