// opc.cumulative on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-6

func.func @main(%x0: tensor<4x9xf32> {opc.name = "x0"},
                %x1: tensor<4x9xf32> {opc.name = "x1"})
    -> (tensor<4x9xf32> {opc.name = "y0"},
        tensor<4x9xf32> {opc.name = "y1"}) {
  %y0_0 = opc.cumulative %x0 {kind = "sum", axis = 1 : i64, exclusive = false, reverse = false} : (tensor<4x9xf32>) -> tensor<4x9xf32>
  %y1_0 = opc.cumulative %x1 {kind = "sum", axis = 1 : i64, exclusive = true, reverse = true} : (tensor<4x9xf32>) -> tensor<4x9xf32>
  return %y0_0, %y1_0
      : tensor<4x9xf32>, tensor<4x9xf32>
}
