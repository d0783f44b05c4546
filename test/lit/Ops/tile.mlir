// opc.tile on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<2x3xf32> {opc.name = "x0"})
    -> (tensor<4x9xf32> {opc.name = "y0"}) {
  %y0_0 = opc.tile %x0 {dims = affine_map<() -> (4, 9)>} : (tensor<2x3xf32>) -> tensor<4x9xf32>
  return %y0_0
      : tensor<4x9xf32>
}
