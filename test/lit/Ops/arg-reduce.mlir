// opc.arg_reduce on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<4x19xf32> {opc.name = "x0"},
                %x1: tensor<4x19xf32> {opc.name = "x1"})
    -> (tensor<4xi64> {opc.name = "y0"},
        tensor<1x19xi64> {opc.name = "y1"}) {
  %y0_0 = opc.arg_reduce %x0 {kind = "max", axis = 1 : i64, keepdims = false, select_last = false} : (tensor<4x19xf32>) -> tensor<4xi64>
  %y1_0 = opc.arg_reduce %x1 {kind = "min", axis = 0 : i64, keepdims = true, select_last = false} : (tensor<4x19xf32>) -> tensor<1x19xi64>
  return %y0_0, %y1_0
      : tensor<4xi64>, tensor<1x19xi64>
}
