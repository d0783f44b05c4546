// Where a maximum is follows from comparing slices: inside of the image, with taps in
// the padding, counted in one image. Large windows, windows without elements, images
// of unknown extents and places counted by columns keep their loop.
// RUN: opc-opt %s --opc-split-pool-indices | FileCheck %s

// CHECK-LABEL: @inside
// CHECK: %[[FIRST:.*]] = opc.slice %{{.*}}steps = array<i64: 1, 1, 2, 2>
// CHECK: %[[SECOND:.*]] = opc.slice %{{.*}}steps = array<i64: 1, 1, 2, 2>
// CHECK: opc.greater %[[SECOND]], %[[FIRST]]
// CHECK: opc.isnan %[[SECOND]]
// CHECK-NEXT: opc.or
// CHECK-COUNT-2: opc.greater
// CHECK-NOT: opc.and
// CHECK-COUNT-2: opc.iota
// CHECK-NOT: opc.max_pool_indices
func.func @inside(%x: tensor<?x3x8x6xf32> {opc.dims = affine_map<()[s0] -> (s0, 3, 8, 6)>}) -> tensor<?x3x4x3xi64> attributes {opc.symbols = ["n"]} {
  %y = opc.max_pool_indices %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, column_major = false, dims = affine_map<()[s0] -> (s0, 3, 4, 3)>} : (tensor<?x3x8x6xf32>) -> tensor<?x3x4x3xi64>
  return %y : tensor<?x3x4x3xi64>
}

// The second tap is outside of the last window, and the first one inside in the first.
// CHECK-LABEL: @padded
// CHECK: opc.pad {{.*}} -> tensor<1x1x6xf32>
// CHECK: opc.constant {value = dense<{{.*}}true, true, false{{.*}}>
// CHECK-NEXT: opc.and
// CHECK-NEXT: opc.constant {value = dense<{{.*}}true, false, false{{.*}}>
// CHECK-NEXT: opc.or
// CHECK: opc.mod
// CHECK-NOT: opc.max_pool_indices
func.func @padded(%x: tensor<1x1x4xf32>) -> tensor<1x1x3xi64> {
  %three = opc.constant {value = dense<3> : tensor<i64>} : tensor<i64>
  %y = opc.max_pool_indices %x {kernel = array<i64: 2>, strides = array<i64: 2>, dilations = array<i64: 1>, pad_low = array<i64: 1>, pad_high = array<i64: 1>, column_major = false, dims = affine_map<() -> (1, 1, 3)>} : (tensor<1x1x4xf32>) -> tensor<1x1x3xi64>
  %z = opc.mod %y, %three : (tensor<1x1x3xi64>, tensor<i64>) -> tensor<1x1x3xi64>
  return %z : tensor<1x1x3xi64>
}

// CHECK-LABEL: @in_image
// CHECK-NOT: opc.mod
// CHECK-NOT: opc.iota
// CHECK: return
func.func @in_image(%x: tensor<2x3x4xf32>) -> tensor<2x3x2xi64> {
  %image = opc.constant {value = dense<4> : tensor<i64>} : tensor<i64>
  %y = opc.max_pool_indices %x {kernel = array<i64: 2>, strides = array<i64: 2>, dilations = array<i64: 1>, pad_low = array<i64: 0>, pad_high = array<i64: 0>, column_major = false, dims = affine_map<() -> (2, 3, 2)>} : (tensor<2x3x4xf32>) -> tensor<2x3x2xi64>
  %z = opc.mod %y, %image : (tensor<2x3x2xi64>, tensor<i64>) -> tensor<2x3x2xi64>
  return %z : tensor<2x3x2xi64>
}

// CHECK-LABEL: @kept
// CHECK-COUNT-4: opc.max_pool_indices
func.func @kept(%x: tensor<1x2x4xf32>, %z: tensor<1x2x64xf32>, %open: tensor<1x2x?xf32> {opc.dims = affine_map<()[s0] -> (1, 2, s0)>})
    -> (tensor<1x2x4xi64>, tensor<1x2x5xi64>, tensor<1x2x1xi64>, tensor<1x2x?xi64>) attributes {opc.symbols = ["length"]} {
  %columns = opc.max_pool_indices %x {kernel = array<i64: 1>, strides = array<i64: 1>, dilations = array<i64: 1>, pad_low = array<i64: 0>, pad_high = array<i64: 0>, column_major = true, dims = affine_map<() -> (1, 2, 4)>} : (tensor<1x2x4xf32>) -> tensor<1x2x4xi64>
  %empty = opc.max_pool_indices %x {kernel = array<i64: 1>, strides = array<i64: 1>, dilations = array<i64: 1>, pad_low = array<i64: 1>, pad_high = array<i64: 0>, column_major = false, dims = affine_map<() -> (1, 2, 5)>} : (tensor<1x2x4xf32>) -> tensor<1x2x5xi64>
  %large = opc.max_pool_indices %z {kernel = array<i64: 64>, strides = array<i64: 1>, dilations = array<i64: 1>, pad_low = array<i64: 0>, pad_high = array<i64: 0>, column_major = false, dims = affine_map<() -> (1, 2, 1)>} : (tensor<1x2x64xf32>) -> tensor<1x2x1xi64>
  %unknown = opc.max_pool_indices %open {kernel = array<i64: 1>, strides = array<i64: 1>, dilations = array<i64: 1>, pad_low = array<i64: 0>, pad_high = array<i64: 0>, column_major = false, dims = affine_map<()[s0] -> (1, 2, s0)>} : (tensor<1x2x?xf32>) -> tensor<1x2x?xi64>
  return %columns, %empty, %large, %unknown : tensor<1x2x4xi64>, tensor<1x2x5xi64>, tensor<1x2x1xi64>, tensor<1x2x?xi64>
}
