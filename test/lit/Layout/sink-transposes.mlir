// RUN: opc-opt %s --opc-sink-transposes --mlir-print-local-scope | FileCheck %s

// CHECK-LABEL: @cancels
// CHECK-NEXT: %[[Y:.*]] = opc.relu %arg0 : (tensor<1x5x6x4xf32>)
// CHECK-NEXT: return %[[Y]]
func.func @cancels(%x: tensor<1x5x6x4xf32>) -> tensor<1x5x6x4xf32> {
  %0 = opc.transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x5x6x4xf32>) -> tensor<1x4x5x6xf32>
  %1 = opc.relu %0 : (tensor<1x4x5x6xf32>) -> tensor<1x4x5x6xf32>
  %2 = opc.transpose %1 {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x4x5x6xf32>) -> tensor<1x5x6x4xf32>
  return %2 : tensor<1x5x6x4xf32>
}

// An operand with one axis that counts is reshaped.
// CHECK-LABEL: @bias
// CHECK: %[[B:.*]] = opc.reshape %arg1
// CHECK: opc.add %arg0, %[[B]] : (tensor<1x5x6x4xf32>, tensor<1x1x1x4xf32>)
func.func @bias(%x: tensor<1x5x6x4xf32>, %b: tensor<4x1x1xf32>) -> tensor<1x4x5x6xf32> {
  %0 = opc.transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x5x6x4xf32>) -> tensor<1x4x5x6xf32>
  %1 = opc.add %0, %b : (tensor<1x4x5x6xf32>, tensor<4x1x1xf32>) -> tensor<1x4x5x6xf32>
  return %1 : tensor<1x4x5x6xf32>
}

// CHECK-LABEL: @pooled
// CHECK: opc.reduce %arg0 {axes = array<i64: 1, 2>
// CHECK: opc.reshape {{.*}} -> tensor<1x4x1x1xf32>
func.func @pooled(%x: tensor<1x5x6x4xf32>) -> tensor<1x4x1x1xf32> {
  %0 = opc.transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x5x6x4xf32>) -> tensor<1x4x5x6xf32>
  %1 = opc.reduce %0 {kind = "sum", axes = array<i64: 2, 3>, keepdims = true} : (tensor<1x4x5x6xf32>) -> tensor<1x4x1x1xf32>
  return %1 : tensor<1x4x1x1xf32>
}

// What is given for each axis goes with it.
// CHECK-LABEL: @padded
// CHECK: opc.pad %arg0, %arg1 {dims = affine_map<() -> (2, 8, 9, 7)>, low = affine_map<() -> (0, 1, 2, 3)>
func.func @padded(%x: tensor<1x5x6x4xf32>, %v: tensor<f32>) -> tensor<2x7x8x9xf32> {
  %0 = opc.transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x5x6x4xf32>) -> tensor<1x4x5x6xf32>
  %1 = opc.pad %0, %v {low = affine_map<() -> (0, 3, 1, 2)>, dims = affine_map<() -> (2, 7, 8, 9)>, mode = "constant"} : (tensor<1x4x5x6xf32>, tensor<f32>) -> tensor<2x7x8x9xf32>
  return %1 : tensor<2x7x8x9xf32>
}

// CHECK-LABEL: @sliced
// CHECK: opc.slice %arg0 {dims = affine_map<() -> (1, 2, 3, 1)>, starts = affine_map<() -> (0, 1, 2, 3)>, steps = array<i64: 1, 2, 1, 1>}
func.func @sliced(%x: tensor<1x5x6x4xf32>) -> tensor<1x1x2x3xf32> {
  %0 = opc.transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x5x6x4xf32>) -> tensor<1x4x5x6xf32>
  %1 = opc.slice %0 {starts = affine_map<() -> (0, 3, 1, 2)>, steps = array<i64: 1, 1, 2, 1>, dims = affine_map<() -> (1, 1, 2, 3)>} : (tensor<1x4x5x6xf32>) -> tensor<1x1x2x3xf32>
  return %1 : tensor<1x1x2x3xf32>
}

// CHECK-LABEL: @joined
// CHECK: opc.concat %arg0, %arg1 {axis = 3 : i64}
func.func @joined(%x: tensor<1x5x6x4xf32>, %y: tensor<1x5x6x2xf32>) -> tensor<1x6x5x6xf32> {
  %0 = opc.transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x5x6x4xf32>) -> tensor<1x4x5x6xf32>
  %1 = opc.transpose %y {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x5x6x2xf32>) -> tensor<1x2x5x6xf32>
  %2 = opc.concat %0, %1 {axis = 1 : i64} : (tensor<1x4x5x6xf32>, tensor<1x2x5x6xf32>) -> tensor<1x6x5x6xf32>
  return %2 : tensor<1x6x5x6xf32>
}

// Axes of extent 1 come and go below a transpose: lines between convolutions of images.
// CHECK-LABEL: @unit_axes
// CHECK-NOT: opc.transpose
// CHECK: %[[R:.*]] = opc.relu {{.*}} : (tensor<2x9x4xf32>) -> tensor<2x9x4xf32>
// CHECK: %[[X:.*]] = opc.reshape %[[R]] {{.*}} -> tensor<2x1x9x4xf32>
// CHECK: return %[[X]]
func.func @unit_axes(%x: tensor<2x1x9x4xf32>) -> tensor<2x1x9x4xf32> {
  %0 = opc.transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<2x1x9x4xf32>) -> tensor<2x4x1x9xf32>
  %1 = opc.reshape %0 {dims = affine_map<() -> (2, 4, 9)>} : (tensor<2x4x1x9xf32>) -> tensor<2x4x9xf32>
  %2 = opc.relu %1 : (tensor<2x4x9xf32>) -> tensor<2x4x9xf32>
  %3 = opc.reshape %2 {dims = affine_map<() -> (2, 4, 1, 9)>} : (tensor<2x4x9xf32>) -> tensor<2x4x1x9xf32>
  %4 = opc.transpose %3 {perm = array<i64: 0, 2, 3, 1>} : (tensor<2x4x1x9xf32>) -> tensor<2x1x9x4xf32>
  return %4 : tensor<2x1x9x4xf32>
}
