// RUN: opc-opt %s --opc-pack-weights | FileCheck %s

// CHECK-LABEL: @matmul
// CHECK: opc.pad {{.*}} -> tensor<64x48xf32>
// CHECK: opc.reshape {{.*}} -> tensor<64x3x16xf32>
// CHECK: %[[W:.*]] = opc.transpose {{.*}} -> tensor<3x64x16xf32>
// CHECK: opc.packed_matmul %arg0, %[[W]] {columns = 40 : i64}
func.func @matmul(%x: tensor<8x64xf32>) -> tensor<8x40xf32> {
  %w = opc.constant {value = dense<1.0> : tensor<64x40xf32>} : tensor<64x40xf32>
  %y = opc.matmul %x, %w : (tensor<8x64xf32>, tensor<64x40xf32>) -> tensor<8x40xf32>
  return %y : tensor<8x40xf32>
}

// CHECK-LABEL: @depthwise
// CHECK: opc.depthwise_conv {{.*}} : (tensor<1x5x5x4xf32>, tensor<3x3x4xf32>)
func.func @depthwise(%x: tensor<1x5x5x4xf32>) -> tensor<1x5x5x4xf32> {
  %w = opc.constant {value = dense<1.0> : tensor<4x1x3x3xf32>} : tensor<4x1x3x3xf32>
  %y = opc.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 4 : i64, layout = "NHWC"} : (tensor<1x5x5x4xf32>, tensor<4x1x3x3xf32>) -> tensor<1x5x5x4xf32>
  return %y : tensor<1x5x5x4xf32>
}

// A computed b is read where it lies, with vectors along its columns.
// CHECK-LABEL: @computed
// CHECK: %[[B:.*]] = opc.transpose %arg1 {perm = array<i64: 1, 0>}
// CHECK: opc.matmul %arg0, %[[B]] {{.*}}: (tensor<8x64xf32>, tensor<64x40xf32>)
func.func @computed(%x: tensor<8x64xf32>, %b: tensor<40x64xf32>) -> tensor<8x40xf32> {
  %y = opc.matmul %x, %b {transpose_b = true} : (tensor<8x64xf32>, tensor<40x64xf32>) -> tensor<8x40xf32>
  return %y : tensor<8x40xf32>
}
