// opc.broadcast on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<3x1xf32> {opc.name = "x0"},
                %x1: tensor<f32> {opc.name = "x1"})
    -> (tensor<2x3x17xf32> {opc.name = "y0"},
        tensor<9xf32> {opc.name = "y1"}) {
  %y0_0 = opc.broadcast %x0 {dims = affine_map<() -> (2, 3, 17)>} : (tensor<3x1xf32>) -> tensor<2x3x17xf32>
  %y1_0 = opc.broadcast %x1 {dims = affine_map<() -> (9)>} : (tensor<f32>) -> tensor<9xf32>
  return %y0_0, %y1_0
      : tensor<2x3x17xf32>, tensor<9xf32>
}
