// opc.grid_sample on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

func.func @main(%x0: tensor<1x2x6x6xf32> {opc.name = "x0"},
                %x1: tensor<1x4x5x2xf32> {opc.name = "x1"},
                %x2: tensor<1x2x6x6xf32> {opc.name = "x2"},
                %x3: tensor<1x4x5x2xf32> {opc.name = "x3"},
                %x4: tensor<1x2x6x6xf32> {opc.name = "x4"},
                %x5: tensor<1x4x5x2xf32> {opc.name = "x5"})
    -> (tensor<1x2x4x5xf32> {opc.name = "y0"},
        tensor<1x2x4x5xf32> {opc.name = "y1"},
        tensor<1x2x4x5xf32> {opc.name = "y2"}) {
  %y0_0 = opc.grid_sample %x0, %x1 {mode = "linear", padding = "zeros", align_corners = false} : (tensor<1x2x6x6xf32>, tensor<1x4x5x2xf32>) -> tensor<1x2x4x5xf32>
  %y1_0 = opc.grid_sample %x2, %x3 {mode = "nearest", padding = "border", align_corners = false} : (tensor<1x2x6x6xf32>, tensor<1x4x5x2xf32>) -> tensor<1x2x4x5xf32>
  %y2_0 = opc.grid_sample %x4, %x5 {mode = "cubic", padding = "reflection", align_corners = false} : (tensor<1x2x6x6xf32>, tensor<1x4x5x2xf32>) -> tensor<1x2x4x5xf32>
  return %y0_0, %y1_0, %y2_0
      : tensor<1x2x4x5xf32>, tensor<1x2x4x5xf32>, tensor<1x2x4x5xf32>
}
