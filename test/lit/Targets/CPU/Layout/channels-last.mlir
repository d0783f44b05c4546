// RUN: opc-opt %s --opc-channels-last | FileCheck %s

// CHECK-LABEL: @conv
// CHECK: %[[X:.*]] = opc.transpose %{{.*}} {perm = array<i64: 0, 2, 3, 1>}
// CHECK: %[[Y:.*]] = opc.conv %[[X]], %{{.*}} {{{.*}}layout = "NHWC"{{.*}}} : {{.*}} -> tensor<1x5x5x4xf32>
// CHECK: opc.transpose %[[Y]] {perm = array<i64: 0, 3, 1, 2>}
func.func @conv(%x: tensor<1x2x5x5xf32>) -> tensor<1x4x5x5xf32> {
  %w = opc.constant {value = dense<1.0> : tensor<4x2x3x3xf32>} : tensor<4x2x3x3xf32>
  %y = opc.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 1 : i64, layout = "NCHW"} : (tensor<1x2x5x5xf32>, tensor<4x2x3x3xf32>) -> tensor<1x4x5x5xf32>
  return %y : tensor<1x4x5x5xf32>
}

// Weights of unknown extents stay as they are: they cannot be packed.
// CHECK-LABEL: @unknown
// CHECK-NEXT: opc.conv %{{.*}}, %{{.*}} {dilations = array<i64: 1, 1>, pad_high
func.func @unknown(%x: tensor<1x2x5x5xf32>, %w: tensor<?x2x3x3xf32> {opc.dims = affine_map<()[s0] -> (s0, 2, 3, 3)>}) -> tensor<1x?x3x3xf32> attributes {opc.symbols = ["filters"]} {
  %y = opc.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, group = 1 : i64, layout = "NCHW"} : (tensor<1x2x5x5xf32>, tensor<?x2x3x3xf32>) -> tensor<1x?x3x3xf32>
  return %y : tensor<1x?x3x3xf32>
}
