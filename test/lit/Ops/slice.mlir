// opc.slice on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<5x20xf32> {opc.name = "x0"},
                %x1: tensor<5x20xf32> {opc.name = "x1"})
    -> (tensor<3x17xf32> {opc.name = "y0"},
        tensor<3x7xf32> {opc.name = "y1"}) {
  %y0_0 = opc.slice %x0 {starts = affine_map<() -> (1, 2)>, steps = array<i64: 1, 1>, dims = affine_map<() -> (3, 17)>} : (tensor<5x20xf32>) -> tensor<3x17xf32>
  %y1_0 = opc.slice %x1 {starts = affine_map<() -> (4, 19)>, steps = array<i64: -2, -3>, dims = affine_map<() -> (3, 7)>} : (tensor<5x20xf32>) -> tensor<3x7xf32>
  return %y0_0, %y1_0
      : tensor<3x17xf32>, tensor<3x7xf32>
}
