// opc.if on plain loops and on the CPU's schedules: both branches are taken, and the
// host does not only pass on what it is given.
// RUN: %opc run %s --target=reference --dim n=5 --output %t.reference
// RUN: %opc run %s --target=%chip --dim n=5 --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --ulp 4

func.func @main(%x: tensor<?x3xf32> {opc.name = "x", opc.dims = affine_map<()[s0] -> (s0, 3)>})
    -> (tensor<?x3xf32> {opc.name = "y0"}, tensor<?x3xf32> {opc.name = "y1"})
    attributes {opc.symbols = ["n"]} {
  %least = opc.reduce %x {kind = "min", axes = array<i64: 0, 1>, keepdims = false} : (tensor<?x3xf32>) -> tensor<f32>
  %zero = opc.constant {value = dense<0.0> : tensor<f32>} : tensor<f32>
  %yes = opc.less %least, %zero : (tensor<f32>, tensor<f32>) -> tensor<i1>
  %no = opc.greater %least, %zero : (tensor<f32>, tensor<f32>) -> tensor<i1>
  %y0 = opc.if %yes {dims = [affine_map<()[s0] -> (s0, 3)>]} : (tensor<i1>) -> tensor<?x3xf32> {
    %a = opc.exp %x : (tensor<?x3xf32>) -> tensor<?x3xf32>
    opc.yield %a : tensor<?x3xf32>
  } else {
    opc.yield %x : tensor<?x3xf32>
  }
  %y1 = opc.if %no {dims = [affine_map<()[s0] -> (s0, 3)>]} : (tensor<i1>) -> tensor<?x3xf32> {
    opc.yield %x : tensor<?x3xf32>
  } else {
    %b = opc.neg %y0 : (tensor<?x3xf32>) -> tensor<?x3xf32>
    opc.yield %b : tensor<?x3xf32>
  }
  return %y0, %y1 : tensor<?x3xf32>, tensor<?x3xf32>
}
