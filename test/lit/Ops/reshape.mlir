// opc.reshape on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<2x3x4xf32> {opc.name = "x0"})
    -> (tensor<6x4xf32> {opc.name = "y0"}) {
  %y0_0 = opc.reshape %x0 {dims = affine_map<() -> (6, 4)>} : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
  return %y0_0
      : tensor<6x4xf32>
}
