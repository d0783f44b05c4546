// opc.gather_nd on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<5x5x3xf32> {opc.name = "x0"},
                %x1: tensor<4x2xi64> {opc.name = "x1"})
    -> (tensor<4x3xf32> {opc.name = "y0"}) {
  %n_x1 = opc.constant {value = dense<5> : tensor<i64>} : tensor<i64>
  %i_x1 = opc.mod %x1, %n_x1 : (tensor<4x2xi64>, tensor<i64>) -> tensor<4x2xi64>
  %y0_0 = opc.gather_nd %x0, %i_x1 {batch_dims = 0 : i64} : (tensor<5x5x3xf32>, tensor<4x2xi64>) -> tensor<4x3xf32>
  return %y0_0
      : tensor<4x3xf32>
}
