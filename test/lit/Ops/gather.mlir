// opc.gather on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<5x17xf32> {opc.name = "x0"},
                %x1: tensor<3x2xi64> {opc.name = "x1"},
                %x2: tensor<5x17xf32> {opc.name = "x2"},
                %x3: tensor<4xi32> {opc.name = "x3"})
    -> (tensor<3x2x17xf32> {opc.name = "y0"},
        tensor<5x4xf32> {opc.name = "y1"}) {
  %n_x1 = opc.constant {value = dense<5> : tensor<i64>} : tensor<i64>
  %i_x1 = opc.mod %x1, %n_x1 : (tensor<3x2xi64>, tensor<i64>) -> tensor<3x2xi64>
  %y0_0 = opc.gather %x0, %i_x1 {axis = 0 : i64} : (tensor<5x17xf32>, tensor<3x2xi64>) -> tensor<3x2x17xf32>
  %n_x3 = opc.constant {value = dense<17> : tensor<i32>} : tensor<i32>
  %i_x3 = opc.mod %x3, %n_x3 : (tensor<4xi32>, tensor<i32>) -> tensor<4xi32>
  %y1_0 = opc.gather %x2, %i_x3 {axis = 1 : i64} : (tensor<5x17xf32>, tensor<4xi32>) -> tensor<5x4xf32>
  return %y0_0, %y1_0
      : tensor<3x2x17xf32>, tensor<5x4xf32>
}
