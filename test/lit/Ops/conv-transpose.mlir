// opc.conv_transpose on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

func.func @main(%x0: tensor<1x8x5x5xf32> {opc.name = "x0"},
                %x1: tensor<8x6x2x2xf32> {opc.name = "x1"},
                %x2: tensor<1x4x5x5xf32> {opc.name = "x2"},
                %x3: tensor<4x3x3x3xf32> {opc.name = "x3"})
    -> (tensor<1x6x10x10xf32> {opc.name = "y0"},
        tensor<1x3x9x9xf32> {opc.name = "y1"}) {
  %y0_0 = opc.conv_transpose %x0, %x1 {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, group = 1 : i64, layout = "NCHW"} : (tensor<1x8x5x5xf32>, tensor<8x6x2x2xf32>) -> tensor<1x6x10x10xf32>
  %y1_0 = opc.conv_transpose %x2, %x3 {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 1 : i64, layout = "NCHW"} : (tensor<1x4x5x5xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x9x9xf32>
  return %y0_0, %y1_0
      : tensor<1x6x10x10xf32>, tensor<1x3x9x9xf32>
}
