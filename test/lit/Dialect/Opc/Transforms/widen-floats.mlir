// RUN: opc-opt %s --opc-widen-floats | FileCheck %s
// RUN: opc-opt %s --opc-widen-floats=keep-bf16 | FileCheck %s --check-prefixes=CHECK,KEEP

// CHECK-LABEL: @product
// CHECK: %[[A:.*]] = opc.cast %arg0 : (tensor<4x8xf16>) -> tensor<4x8xf32>
// CHECK: %[[B:.*]] = opc.cast %arg1 : (tensor<8x2xf16>) -> tensor<8x2xf32>
// CHECK: %[[Y:.*]] = opc.matmul %[[A]], %[[B]] {{.*}}-> tensor<4x2xf32>
// CHECK: %[[H:.*]] = opc.cast %[[Y]] : (tensor<4x2xf32>) -> tensor<4x2xf16>
// CHECK: return %[[H]]
func.func @product(%a: tensor<4x8xf16>, %b: tensor<8x2xf16>) -> tensor<4x2xf16> {
  %y = opc.matmul %a, %b : (tensor<4x8xf16>, tensor<8x2xf16>) -> tensor<4x2xf16>
  return %y : tensor<4x2xf16>
}

// CHECK-LABEL: @window
// CHECK: opc.pool {{.*}} -> tensor<1x2x2x2xf32>
// CHECK: opc.cast {{.*}} -> tensor<1x2x2x2xbf16>
func.func @window(%x: tensor<1x2x4x4xbf16>) -> tensor<1x2x2x2xbf16> {
  %y = opc.pool %x {kind = "mean", count_padding = false, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dims = affine_map<() -> (1, 2, 2, 2)>, layout = "NCHW"} : (tensor<1x2x4x4xbf16>) -> tensor<1x2x2x2xbf16>
  return %y : tensor<1x2x2x2xbf16>
}

// Halves whose sum is f32 already, and floats, stay.
// CHECK-LABEL: @stays
// CHECK-SAME: %[[A:.*]]: tensor<4x8xf16>, %[[B:.*]]: tensor<8x2xf16>, %[[C:.*]]: tensor<2x2xf32>
// CHECK-NEXT: opc.matmul %[[A]], %[[B]] : (tensor<4x8xf16>
// CHECK-NEXT: opc.matmul %[[C]], %[[C]] :
func.func @stays(%a: tensor<4x8xf16>, %b: tensor<8x2xf16>, %c: tensor<2x2xf32>) -> (tensor<4x2xf32>, tensor<2x2xf32>) {
  %y = opc.matmul %a, %b : (tensor<4x8xf16>, tensor<8x2xf16>) -> tensor<4x2xf32>
  %z = opc.matmul %c, %c : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y, %z : tensor<4x2xf32>, tensor<2x2xf32>
}

// Where a unit multiplies bf16, only the result is wider; other halves are not its.
// KEEP-LABEL: @bf16
// KEEP: %[[Y:.*]] = opc.matmul %arg0, %arg1 : (tensor<4x8xbf16>, tensor<8x2xbf16>) -> tensor<4x2xf32>
// KEEP: %[[H:.*]] = opc.cast %[[Y]] : (tensor<4x2xf32>) -> tensor<4x2xbf16>
// KEEP: return %[[H]]
func.func @bf16(%a: tensor<4x8xbf16>, %b: tensor<8x2xbf16>) -> tensor<4x2xbf16> {
  %y = opc.matmul %a, %b : (tensor<4x8xbf16>, tensor<8x2xbf16>) -> tensor<4x2xbf16>
  return %y : tensor<4x2xbf16>
}
