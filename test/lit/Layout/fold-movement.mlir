// RUN: opc-opt %s --opc-fold-movement | FileCheck %s

// 1 2 3    1 4
// 4 5 6 -> 2 5
//          3 6, then two zeros behind each row
// CHECK-LABEL: @moved
// CHECK: opc.constant {value = dense<{{\[\[}}1, 4, 0, 0], [2, 5, 0, 0], [3, 6, 0, 0]]> : tensor<3x4xi32>}
// CHECK-NEXT: return
func.func @moved() -> tensor<3x4xi32> {
  %x = opc.constant {value = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>} : tensor<2x3xi32>
  %zero = opc.constant {value = dense<0> : tensor<i32>} : tensor<i32>
  %0 = opc.transpose %x {perm = array<i64: 1, 0>} : (tensor<2x3xi32>) -> tensor<3x2xi32>
  %1 = opc.pad %0, %zero {low = affine_map<() -> (0, 0)>, dims = affine_map<() -> (3, 4)>, mode = "constant"} : (tensor<3x2xi32>, tensor<i32>) -> tensor<3x4xi32>
  return %1 : tensor<3x4xi32>
}

// What lies between two moves is given back: one resource is left of three, and a
// reshape has its operand's.
// CHECK-LABEL: @weights
// CHECK: opc.constant {value = dense_resource<[[WEIGHTS:.*]]> : tensor<2x33xi8>}
// CHECK-NEXT: return
func.func @weights() -> tensor<2x33xi8> {
  %x = opc.constant {value = dense<[[7], [8]]> : tensor<2x1xi8>} : tensor<2x1xi8>
  %0 = opc.broadcast %x {dims = affine_map<() -> (2, 33)>} : (tensor<2x1xi8>) -> tensor<2x33xi8>
  %1 = opc.transpose %0 {perm = array<i64: 1, 0>} : (tensor<2x33xi8>) -> tensor<33x2xi8>
  %2 = opc.reshape %1 {dims = affine_map<() -> (66)>} : (tensor<33x2xi8>) -> tensor<66xi8>
  %3 = opc.reshape %2 {dims = affine_map<() -> (2, 33)>} : (tensor<66xi8>) -> tensor<2x33xi8>
  return %3 : tensor<2x33xi8>
}

// One column becomes a vector of 16, however many rows there are.
// CHECK-LABEL: @column
// CHECK-NOT: opc.pad
// CHECK: return
func.func @column() -> tensor<1x16xi8> {
  %x = opc.constant {value = dense<7> : tensor<20000x1xi8>} : tensor<20000x1xi8>
  %zero = opc.constant {value = dense<0> : tensor<i8>} : tensor<i8>
  %0 = opc.pad %x, %zero {low = affine_map<() -> (0, 0)>, dims = affine_map<() -> (20000, 16)>, mode = "constant"} : (tensor<20000x1xi8>, tensor<i8>) -> tensor<20000x16xi8>
  %1 = opc.slice %0 {starts = affine_map<() -> (0, 0)>, steps = array<i64: 1, 1>, dims = affine_map<() -> (1, 16)>} : (tensor<20000x16xi8>) -> tensor<1x16xi8>
  return %1 : tensor<1x16xi8>
}

// Equal elements stay one.
// CHECK-LABEL: @splat
// CHECK: opc.constant {value = dense<1.000000e+00> : tensor<300x200xf32>}
// CHECK-NEXT: return
func.func @splat() -> tensor<300x200xf32> {
  %x = opc.constant {value = dense<1.0> : tensor<f32>} : tensor<f32>
  %0 = opc.broadcast %x {dims = affine_map<() -> (200, 300)>} : (tensor<f32>) -> tensor<200x300xf32>
  %1 = opc.transpose %0 {perm = array<i64: 1, 0>} : (tensor<200x300xf32>) -> tensor<300x200xf32>
  return %1 : tensor<300x200xf32>
}

// A file of few bytes does not ask for a program of terabytes.
// CHECK-LABEL: @filled
// CHECK: opc.broadcast
func.func @filled() -> tensor<1000000x1000000xf32> {
  %x = opc.constant {value = dense<1.0> : tensor<f32>} : tensor<f32>
  %0 = opc.broadcast %x {dims = affine_map<() -> (1000000, 1000000)>} : (tensor<f32>) -> tensor<1000000x1000000xf32>
  return %0 : tensor<1000000x1000000xf32>
}

// CHECK: dialect_resources
// CHECK-NEXT: builtin: {
// CHECK-NEXT: [[WEIGHTS]]: "0x40000000070807080708070807080708070807080708070807080708070807080708070807080708070807080708070807080708070807080708070807080708070807080708"
// CHECK-NEXT: }
