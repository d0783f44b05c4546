// opc.attention on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

func.func @main(%x0: tensor<1x4x9x16xf32> {opc.name = "x0"},
                %x1: tensor<1x2x11x16xf32> {opc.name = "x1"},
                %x2: tensor<1x2x11x24xf32> {opc.name = "x2"})
    -> (tensor<1x4x9x24xf32> {opc.name = "y0"}) {
  %y0_0 = opc.attention %x0, %x1, %x2 {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>, scale = 0.25 : f64} : (tensor<1x4x9x16xf32>, tensor<1x2x11x16xf32>, tensor<1x2x11x24xf32>) -> tensor<1x4x9x24xf32>
  return %y0_0
      : tensor<1x4x9x24xf32>
}
