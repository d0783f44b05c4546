// opc.scatter_elements on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<5x7xf32> {opc.name = "x0"},
                %x1: tensor<3x7xi64> {opc.name = "x1"},
                %x2: tensor<3x7xf32> {opc.name = "x2"},
                %x3: tensor<5x7xf32> {opc.name = "x3"},
                %x4: tensor<3x7xi64> {opc.name = "x4"},
                %x5: tensor<3x7xf32> {opc.name = "x5"})
    -> (tensor<5x7xf32> {opc.name = "y0"},
        tensor<5x7xf32> {opc.name = "y1"}) {
  %n_x1 = opc.constant {value = dense<5> : tensor<i64>} : tensor<i64>
  %i_x1 = opc.mod %x1, %n_x1 : (tensor<3x7xi64>, tensor<i64>) -> tensor<3x7xi64>
  %y0_0 = opc.scatter_elements %x0, %i_x1, %x2 {axis = 0 : i64, reduction = "add"} : (tensor<5x7xf32>, tensor<3x7xi64>, tensor<3x7xf32>) -> tensor<5x7xf32>
  %n_x4 = opc.constant {value = dense<5> : tensor<i64>} : tensor<i64>
  %i_x4 = opc.mod %x4, %n_x4 : (tensor<3x7xi64>, tensor<i64>) -> tensor<3x7xi64>
  %y1_0 = opc.scatter_elements %x3, %i_x4, %x5 {axis = 0 : i64, reduction = "max"} : (tensor<5x7xf32>, tensor<3x7xi64>, tensor<3x7xf32>) -> tensor<5x7xf32>
  return %y0_0, %y1_0
      : tensor<5x7xf32>, tensor<5x7xf32>
}
