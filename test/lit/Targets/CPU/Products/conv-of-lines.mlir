// Convolutions over lines, and over images of width 1, with constant weights take
// the schedules of images of one row.
// RUN: opc-opt %s --opc-channels-last | FileCheck %s
// RUN: %opc compile %s -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --dim length=37 --output %t.reference
// RUN: %opc run %s --target=%chip --dim length=37 --output %t.cpu
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

// CHECK: opc.conv {{.*}}tensor<2x1x41x4xf32>
// CHECK: opc.conv {{.*}}tensor<2x1x41x4xf32>
// CHECK: opc.conv {{.*}}tensor<1x1x?x3xf32>
// SCHEDULE: @packed_conv_{{[0-9]+}}({{.*}} opc.schedule = "conv"
// SCHEDULE: @depthwise_conv_{{[0-9]+}}({{.*}} opc.schedule = "depthwise"
// SCHEDULE: @packed_conv_{{[0-9]+}}({{.*}} opc.schedule = "conv"
func.func @main(%x: tensor<2x4x41xf32> {opc.name = "x"},
                %z: tensor<1x3x?x1xf32> {opc.name = "z", opc.dims = affine_map<()[s0] -> (1, 3, s0, 1)>})
    -> (tensor<2x6x21xf32> {opc.name = "y0"},
        tensor<2x4x41xf32> {opc.name = "y1"},
        tensor<1x2x?x1xf32> {opc.name = "y2"}) attributes {opc.symbols = ["length"]} {
  %w = opc.constant {value = dense<[[[0.5, -1.0, 2.0], [1.5, 0.25, -0.75], [1.0, 1.0, -2.0], [0.125, 3.0, 0.5]]]> : tensor<1x4x3xf32>} : tensor<1x4x3xf32>
  %w6 = opc.concat %w, %w, %w, %w, %w, %w {axis = 0 : i64} : (tensor<1x4x3xf32>, tensor<1x4x3xf32>, tensor<1x4x3xf32>, tensor<1x4x3xf32>, tensor<1x4x3xf32>, tensor<1x4x3xf32>) -> tensor<6x4x3xf32>
  %0 = opc.conv %x, %w6 {strides = array<i64: 2>, dilations = array<i64: 1>, pad_low = array<i64: 1>, pad_high = array<i64: 1>, group = 1 : i64, layout = "NCHW"} : (tensor<2x4x41xf32>, tensor<6x4x3xf32>) -> tensor<2x6x21xf32>
  %d = opc.constant {value = dense<[[[0.5, -1.0, 2.0]], [[1.5, 0.25, -0.75]], [[1.0, 1.0, -2.0]], [[0.125, 3.0, 0.5]]]> : tensor<4x1x3xf32>} : tensor<4x1x3xf32>
  %1 = opc.conv %x, %d {strides = array<i64: 1>, dilations = array<i64: 2>, pad_low = array<i64: 2>, pad_high = array<i64: 2>, group = 4 : i64, layout = "NCHW"} : (tensor<2x4x41xf32>, tensor<4x1x3xf32>) -> tensor<2x4x41xf32>
  %v = opc.constant {value = dense<[[[[0.5], [-1.0], [2.0]], [[0.25], [1.0], [-0.5]], [[1.5], [0.125], [0.75]]], [[[-0.5], [1.0], [0.5]], [[0.25], [-2.0], [0.5]], [[1.0], [0.625], [-0.75]]]]> : tensor<2x3x3x1xf32>} : tensor<2x3x3x1xf32>
  %2 = opc.conv %z, %v {strides = array<i64: 1, 1>, dilations = array<i64: 2, 1>, pad_low = array<i64: 1, 0>, pad_high = array<i64: 3, 0>, group = 1 : i64, layout = "NCHW"} : (tensor<1x3x?x1xf32>, tensor<2x3x3x1xf32>) -> tensor<1x2x?x1xf32>
  return %0, %1, %2 : tensor<2x6x21xf32>, tensor<2x4x41xf32>, tensor<1x2x?x1xf32>
}
