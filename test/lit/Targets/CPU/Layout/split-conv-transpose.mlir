// A conv_transpose is a convolution of stride 1 and a movement, or where strides do
// not divide the kernel one for each phase: overlapping windows, output padding, gaps
// between windows, groups, lines of any length.
// RUN: opc-opt %s --opc-channels-last --opc-split-conv-transpose | FileCheck %s
// RUN: %opc compile %s -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --dim length=9 --output %t.reference
// RUN: %opc run %s --target=%chip --dim length=9 --output %t.cpu
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

// CHECK-NOT: opc.conv_transpose
// CHECK: opc.conv {{.*}}pad_high = array<i64: 1, 1>, pad_low = array<i64: 1, 1>{{.*}} : (tensor<2x5x7x3xf32>, tensor<8x3x2x2xf32>) -> tensor<2x6x8x8xf32>
// CHECK: opc.transpose {{.*}} -> tensor<2x6x2x8x2x1x2xf32>
// CHECK: opc.slice {{.*}} -> tensor<2x10x14x2xf32>
// CHECK-COUNT-3: opc.conv {{.*}}strides = array<i64: 1, 1>{{.*}}tensor<3x2x1x1xf32>) -> tensor<1x6x6x3xf32>
// CHECK: opc.concat {{.*}} -> tensor<1x6x6x3x3xf32>
// CHECK-COUNT-3: opc.conv {{.*}}strides = array<i64: 1, 1>{{.*}}tensor<3x2x2x1xf32>) -> tensor<1x6x6x3xf32>
// CHECK: opc.concat {{.*}} -> tensor<1x6x2x18x3xf32>
// CHECK: opc.slice {{.*}} -> tensor<1x12x16x3xf32>
// CHECK-COUNT-3: opc.conv {{.*}}strides = array<i64: 1
// CHECK: opc.conv {{.*}}tensor<3x2x1x2xf32>) -> tensor<1x1x?x3xf32>
// CHECK: opc.conv {{.*}}tensor<3x2x1x3xf32>) -> tensor<1x1x?x3xf32>
// CHECK: opc.concat {{.*}} -> tensor<1x1x?x2x3xf32>
// CHECK-NOT: opc.conv_transpose
// SCHEDULE-COUNT-2: @packed_conv_{{[0-9]+}}({{.*}} opc.schedule = "conv"
// SCHEDULE: @packed_matmul_{{[0-9]+}}({{.*}} opc.schedule = "gemm"
// SCHEDULE-COUNT-3: @packed_conv_{{[0-9]+}}({{.*}} opc.schedule = "conv"
func.func @main(%overlap: tensor<2x3x5x7xf32> {opc.name = "overlap"},
                %output_padding: tensor<1x2x6x5xf32> {opc.name = "output_padding"},
                %gaps: tensor<1x2x4x3xf32> {opc.name = "gaps"},
                %unit_stride: tensor<1x2x5x4xf32> {opc.name = "unit_stride"},
                %groups: tensor<1x4x3x5xf32> {opc.name = "groups"},
                %line: tensor<1x2x?xf32> {opc.name = "line", opc.dims = affine_map<()[s0] -> (1, 2, s0)>})
    -> (tensor<2x2x10x14xf32> {opc.name = "y0"},
        tensor<1x3x12x16xf32> {opc.name = "y1"},
        tensor<1x2x11x5xf32> {opc.name = "y2"},
        tensor<1x2x4x4xf32> {opc.name = "y3"},
        tensor<1x2x6x8xf32> {opc.name = "y4"},
        tensor<1x3x?xf32> {opc.name = "y5"}) attributes {opc.symbols = ["length"]} {
  %w0 = opc.constant {value = dense<[[[[1.25, -1.75, -1.25, -1.00], [-1.25, 1.25, 1.50, 0.25], [-2.00, -1.75, -0.75, -0.25], [0.50, 0.00, -1.00, -1.50]], [[0.75, 1.00, -2.00, -1.75], [-0.25, -0.50, 1.75, 0.00], [-0.25, -0.25, 0.75, 0.25], [-1.50, 1.00, 1.00, 2.00]]], [[[1.25, -1.00, -0.75, 0.75], [0.75, 0.75, 1.50, -1.00], [1.75, -2.00, -1.75, 2.00], [2.00, -0.75, -1.50, -0.75]], [[-2.00, 1.75, 0.75, 0.25], [-1.00, 0.00, -1.25, 1.25], [0.00, -2.00, -1.00, 1.00], [0.00, -0.50, -1.00, -1.75]]], [[[0.50, 0.75, 0.00, 1.75], [1.75, -1.25, 0.50, 0.50], [-1.00, -0.75, 0.00, 1.00], [-1.00, 1.00, 0.75, -1.25]], [[-0.50, 1.50, 1.50, 0.75], [-2.00, 0.75, -1.25, 1.25], [1.75, -0.25, 2.00, 1.00], [-0.75, 1.50, -0.50, -1.75]]]]> : tensor<3x2x4x4xf32>} : tensor<3x2x4x4xf32>
  %0 = opc.conv_transpose %overlap, %w0 {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 1 : i64, layout = "NCHW"} : (tensor<2x3x5x7xf32>, tensor<3x2x4x4xf32>) -> tensor<2x2x10x14xf32>
  %w1 = opc.constant {value = dense<[[[[0.50, 1.50, 0.75], [-0.50, 1.75, 0.00], [-0.50, -1.50, -1.25]], [[0.75, 1.25, -1.00], [0.50, 1.50, -1.50], [-1.00, 0.00, 0.25]], [[-0.50, -0.50, -1.50], [0.50, 1.75, -1.25], [1.25, -1.25, -2.00]]], [[[1.00, -1.25, 1.00], [-0.75, 0.25, 1.75], [1.75, 0.00, -1.25]], [[-1.00, 1.50, 0.50], [-1.50, 1.75, 2.00], [2.00, 0.50, 2.00]], [[0.50, 0.00, 2.00], [0.50, 1.25, -0.75], [1.25, 2.00, -2.00]]]]> : tensor<2x3x3x3xf32>} : tensor<2x3x3x3xf32>
  %1 = opc.conv_transpose %output_padding, %w1 {strides = array<i64: 2, 3>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 0>, pad_high = array<i64: 0, -1>, group = 1 : i64, layout = "NCHW"} : (tensor<1x2x6x5xf32>, tensor<2x3x3x3xf32>) -> tensor<1x3x12x16xf32>
  %w2 = opc.constant {value = dense<[[[[0.25], [-0.50]], [[-2.00], [-1.75]]], [[[-1.00], [-1.25]], [[1.00], [-1.25]]]]> : tensor<2x2x2x1xf32>} : tensor<2x2x2x1xf32>
  %2 = opc.conv_transpose %gaps, %w2 {strides = array<i64: 3, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, group = 1 : i64, layout = "NCHW"} : (tensor<1x2x4x3xf32>, tensor<2x2x2x1xf32>) -> tensor<1x2x11x5xf32>
  %w3 = opc.constant {value = dense<[[[[0.50, 1.50], [0.00, -1.50], [-1.75, -0.75]], [[-0.25, 0.00], [-0.75, 1.50], [0.25, 2.00]]], [[[1.75, 1.00], [-2.00, -1.25], [1.00, 0.25]], [[2.00, 1.00], [1.25, -2.00], [-0.75, 0.75]]]]> : tensor<2x2x3x2xf32>} : tensor<2x2x3x2xf32>
  %3 = opc.conv_transpose %unit_stride, %w3 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 0>, pad_high = array<i64: 2, 1>, group = 1 : i64, layout = "NCHW"} : (tensor<1x2x5x4xf32>, tensor<2x2x3x2xf32>) -> tensor<1x2x4x4xf32>
  %w4 = opc.constant {value = dense<[[[[0.50, -0.50], [-1.50, 0.50], [-1.75, 0.75]]], [[[1.25, 0.75], [-1.75, 0.00], [-0.75, 0.25]]], [[[0.75, -1.25], [-2.00, 0.00], [0.50, -1.50]]], [[[1.75, 0.00], [2.00, 0.25], [1.00, 1.25]]]]> : tensor<4x1x3x2xf32>} : tensor<4x1x3x2xf32>
  %4 = opc.conv_transpose %groups, %w4 {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 2>, pad_high = array<i64: 1, 0>, group = 2 : i64, layout = "NCHW"} : (tensor<1x4x3x5xf32>, tensor<4x1x3x2xf32>) -> tensor<1x2x6x8xf32>
  %w5 = opc.constant {value = dense<[[[0.00, -0.50, 0.75, -2.00, 0.50], [0.00, -1.50, -1.25, -2.00, 1.00], [0.75, -0.50, 2.00, -0.50, -0.75]], [[1.75, -1.75, -0.50, -2.00, -0.75], [1.00, -0.75, 0.00, 0.00, -1.75], [-1.75, -0.75, 0.25, -1.75, 1.75]]]> : tensor<2x3x5xf32>} : tensor<2x3x5xf32>
  %5 = opc.conv_transpose %line, %w5 {strides = array<i64: 2>, dilations = array<i64: 1>, pad_low = array<i64: 1>, pad_high = array<i64: 2>, group = 1 : i64, layout = "NCHW"} : (tensor<1x2x?xf32>, tensor<2x3x5xf32>) -> tensor<1x3x?xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<2x2x10x14xf32>, tensor<1x3x12x16xf32>, tensor<1x2x11x5xf32>, tensor<1x2x4x4xf32>, tensor<1x2x6x8xf32>, tensor<1x3x?xf32>
}
