// opc.loop on plain loops and on the CPU's schedules: what it carries and what it stacks,
// limited by a count and ended by a condition.
// RUN: %opc run %s --target=reference --dim n=5 --output %t.reference
// RUN: %opc run %s --target=%chip --dim n=5 --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --ulp 8
// RUN: %python -c "import numpy as n; assert n.load('%t.cpu/z.npy').shape == (6, 5) and n.load('%t.cpu/d.npy') >= 100"

func.func @main(%x: tensor<?xf32> {opc.name = "x", opc.dims = affine_map<()[s0] -> (s0)>})
    -> (tensor<?xf32> {opc.name = "y"}, tensor<?x?xf32> {opc.name = "z"}, tensor<f32> {opc.name = "d"})
    attributes {opc.symbols = ["n", ""]} {
  %count = opc.constant {value = dense<6> : tensor<i64>} : tensor<i64>
  %y, %z = "opc.loop"(%count, %x) <{
      body_dims = [affine_map<() -> ()>, affine_map<()[s0] -> (s0)>],
      dims = [affine_map<()[s0] -> (s0)>, affine_map<()[s0, s1] -> (s1, s0)>],
      operandSegmentSizes = array<i32: 1, 0, 1>}> ({
  ^bb0(%i: tensor<i64>, %v: tensor<?xf32>):
    %on = opc.constant {value = dense<true> : tensor<i1>} : tensor<i1>
    %f = opc.cast %i : (tensor<i64>) -> tensor<f32>
    %w = opc.add %v, %f : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
    %s = opc.tanh %v : (tensor<?xf32>) -> tensor<?xf32>
    opc.yield %on, %w, %s : tensor<i1>, tensor<?xf32>, tensor<?xf32>
  }) : (tensor<i64>, tensor<?xf32>) -> (tensor<?xf32>, tensor<?x?xf32>)
  opc.bind_dim %z {axis = 0 : i64, symbol = 1 : i64} : tensor<?x?xf32>

  // Doubles until it is 100.
  %one = opc.constant {value = dense<1.0> : tensor<f32>} : tensor<f32>
  %most = opc.constant {value = dense<100.0> : tensor<f32>} : tensor<f32>
  %d = "opc.loop"(%one) <{
      body_dims = [affine_map<() -> ()>, affine_map<() -> ()>],
      dims = [affine_map<() -> ()>],
      operandSegmentSizes = array<i32: 0, 0, 1>}> ({
  ^bb0(%i: tensor<i64>, %v: tensor<f32>):
    %twice = opc.add %v, %v : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %go = opc.less %twice, %most : (tensor<f32>, tensor<f32>) -> tensor<i1>
    opc.yield %go, %twice : tensor<i1>, tensor<f32>
  }) : (tensor<f32>) -> tensor<f32>
  return %y, %z, %d : tensor<?xf32>, tensor<?x?xf32>, tensor<f32>
}
