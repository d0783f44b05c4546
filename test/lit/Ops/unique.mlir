// opc.unique on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<19xi32> {opc.name = "x0"})
    -> (tensor<19xi32> {opc.name = "y0"},
        tensor<19xi64> {opc.name = "y1"},
        tensor<19xi64> {opc.name = "y2"},
        tensor<19xi64> {opc.name = "y3"},
        tensor<i64> {opc.name = "y4"}) {
  %y0_0, %y0_1, %y0_2, %y0_3, %y0_4 = opc.unique %x0 {axis = 0 : i64, sorted = true} : (tensor<19xi32>) -> (tensor<19xi32>, tensor<19xi64>, tensor<19xi64>, tensor<19xi64>, tensor<i64>)
  return %y0_0, %y0_1, %y0_2, %y0_3, %y0_4
      : tensor<19xi32>, tensor<19xi64>, tensor<19xi64>, tensor<19xi64>, tensor<i64>
}
