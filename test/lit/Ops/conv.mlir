// opc.conv on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

func.func @main(%x0: tensor<1x16x13x11xf32> {opc.name = "x0"},
                %x1: tensor<24x16x3x3xf32> {opc.name = "x1"},
                %x2: tensor<2x3x15x15xf32> {opc.name = "x2"},
                %x3: tensor<8x3x7x7xf32> {opc.name = "x3"},
                %x4: tensor<1x16x9x9xf32> {opc.name = "x4"},
                %x5: tensor<16x1x3x3xf32> {opc.name = "x5"},
                %x6: tensor<1x8x40xf32> {opc.name = "x6"},
                %x7: tensor<6x8x3xf32> {opc.name = "x7"},
                %x8: tensor<1x9x9x16xf32> {opc.name = "x8"},
                %x9: tensor<16x16x1x1xf32> {opc.name = "x9"})
    -> (tensor<1x24x13x11xf32> {opc.name = "y0"},
        tensor<2x8x8x8xf32> {opc.name = "y1"},
        tensor<1x16x9x9xf32> {opc.name = "y2"},
        tensor<1x6x40xf32> {opc.name = "y3"},
        tensor<1x9x9x16xf32> {opc.name = "y4"}) {
  %y0_0 = opc.conv %x0, %x1 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 1 : i64, layout = "NCHW"} : (tensor<1x16x13x11xf32>, tensor<24x16x3x3xf32>) -> tensor<1x24x13x11xf32>
  %y1_0 = opc.conv %x2, %x3 {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 3, 3>, pad_high = array<i64: 3, 3>, group = 1 : i64, layout = "NCHW"} : (tensor<2x3x15x15xf32>, tensor<8x3x7x7xf32>) -> tensor<2x8x8x8xf32>
  %y2_0 = opc.conv %x4, %x5 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 16 : i64, layout = "NCHW"} : (tensor<1x16x9x9xf32>, tensor<16x1x3x3xf32>) -> tensor<1x16x9x9xf32>
  %y3_0 = opc.conv %x6, %x7 {strides = array<i64: 1>, dilations = array<i64: 2>, pad_low = array<i64: 2>, pad_high = array<i64: 2>, group = 1 : i64, layout = "NCHW"} : (tensor<1x8x40xf32>, tensor<6x8x3xf32>) -> tensor<1x6x40xf32>
  %y4_0 = opc.conv %x8, %x9 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, group = 1 : i64, layout = "NHWC"} : (tensor<1x9x9x16xf32>, tensor<16x16x1x1xf32>) -> tensor<1x9x9x16xf32>
  return %y0_0, %y1_0, %y2_0, %y3_0, %y4_0
      : tensor<1x24x13x11xf32>, tensor<2x8x8x8xf32>, tensor<1x16x9x9xf32>, tensor<1x6x40xf32>, tensor<1x9x9x16xf32>
}
