// opc.pool on plain loops and on the CPU's schedules.
// RUN: %opc compile %s --target=cpu:x86-64-v3 -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-6

// SCHEDULE-COUNT-5: func.func private @pool_{{[0-9]+}}({{.*}} opc.schedule = "pool"
func.func @main(%x0: tensor<1x5x14x14xf32> {opc.name = "x0"},
                %x1: tensor<1x5x14x14xf32> {opc.name = "x1"},
                %x2: tensor<1x5x14x14xf32> {opc.name = "x2"},
                %x3: tensor<1x5x14x14xf32> {opc.name = "x3"},
                %x4: tensor<1x14x14x16xf32> {opc.name = "x4"})
    -> (tensor<1x5x7x7xf32> {opc.name = "y0"},
        tensor<1x5x7x7xf32> {opc.name = "y1"},
        tensor<1x5x7x7xf32> {opc.name = "y2"},
        tensor<1x5x7x7xf32> {opc.name = "y3"},
        tensor<1x7x7x16xf32> {opc.name = "y4"}) {
  %y0_0 = opc.pool %x0 {kind = "max", kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, count_padding = false, dims = affine_map<() -> (1, 5, 7, 7)>, layout = "NCHW"} : (tensor<1x5x14x14xf32>) -> tensor<1x5x7x7xf32>
  %y1_0 = opc.pool %x1 {kind = "mean", kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, count_padding = false, dims = affine_map<() -> (1, 5, 7, 7)>, layout = "NCHW"} : (tensor<1x5x14x14xf32>) -> tensor<1x5x7x7xf32>
  %y2_0 = opc.pool %x2 {kind = "mean", kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, count_padding = true, dims = affine_map<() -> (1, 5, 7, 7)>, layout = "NCHW"} : (tensor<1x5x14x14xf32>) -> tensor<1x5x7x7xf32>
  %y3_0 = opc.pool %x3 {kind = "sum", kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, count_padding = false, dims = affine_map<() -> (1, 5, 7, 7)>, layout = "NCHW"} : (tensor<1x5x14x14xf32>) -> tensor<1x5x7x7xf32>
  %y4_0 = opc.pool %x4 {kind = "max", kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, count_padding = false, dims = affine_map<() -> (1, 7, 7, 16)>, layout = "NHWC"} : (tensor<1x14x14x16xf32>) -> tensor<1x7x7x16xf32>
  return %y0_0, %y1_0, %y2_0, %y3_0, %y4_0
      : tensor<1x5x7x7xf32>, tensor<1x5x7x7xf32>, tensor<1x5x7x7xf32>, tensor<1x5x7x7xf32>, tensor<1x7x7x16xf32>
}
