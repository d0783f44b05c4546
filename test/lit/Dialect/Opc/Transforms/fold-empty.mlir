// What has no elements, and products over nothing, in opc-decompose.
// RUN: opc-opt %s --pass-pipeline="builtin.module(func.func(opc-decompose))" | FileCheck %s

// CHECK: #[[ROWS:.*]] = affine_map<()[s0] -> (s0, 3)>

// CHECK-LABEL: func.func @no_columns
// CHECK-NEXT: %[[Y:.*]] = opc.constant {value = dense<> : tensor<2x0xf32>}
// CHECK-NEXT: return %[[Y]]
func.func @no_columns(%a: tensor<2x4xf32>, %b: tensor<4x0xf32>) -> tensor<2x0xf32> {
  %0 = opc.relu %a : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = opc.matmul %0, %b : (tensor<2x4xf32>, tensor<4x0xf32>) -> tensor<2x0xf32>
  return %1 : tensor<2x0xf32>
}

// CHECK-LABEL: func.func @no_terms
// CHECK-NEXT: %[[ZERO:.*]] = opc.constant {value = dense<0.000000e+00> : tensor<f32>}
// CHECK-NEXT: %[[Y:.*]] = opc.broadcast %[[ZERO]] {dims = #[[ROWS]]} : (tensor<f32>) -> tensor<?x3xf32>
// CHECK-NEXT: return %[[Y]]
func.func @no_terms(%a: tensor<?x0xf32> {opc.dims = affine_map<()[s0] -> (s0, 0)>}, %b: tensor<0x3xf32>) -> tensor<?x3xf32> attributes {opc.symbols = ["n"]} {
  %0 = opc.matmul %a, %b : (tensor<?x0xf32>, tensor<0x3xf32>) -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}

// CHECK-LABEL: func.func @no_channels
// CHECK-NOT: opc.conv
// CHECK: opc.broadcast {{.*}} -> tensor<1x4x6xf32>
func.func @no_channels(%x: tensor<1x0x8xf32>, %w: tensor<4x0x3xf32>) -> tensor<1x4x6xf32> {
  %0 = opc.conv %x, %w {strides = array<i64: 1>, dilations = array<i64: 1>, pad_low = array<i64: 0>, pad_high = array<i64: 0>} : (tensor<1x0x8xf32>, tensor<4x0x3xf32>) -> tensor<1x4x6xf32>
  return %0 : tensor<1x4x6xf32>
}

// Of nothing a sum and a greatest element are neutral ones, which reduce knows.
// CHECK-LABEL: func.func @reductions
// CHECK: opc.reduce
func.func @reductions(%x: tensor<2x0xf32>) -> tensor<2xf32> {
  %0 = opc.reduce %x {axes = array<i64: 1>, keepdims = false, kind = "max"} : (tensor<2x0xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// An extent that may be 0 is not known to be.
// CHECK-LABEL: func.func @open
// CHECK: opc.matmul
func.func @open(%a: tensor<?x4xf32> {opc.dims = affine_map<()[s0] -> (s0, 4)>}, %b: tensor<4x3xf32>) -> tensor<?x3xf32> attributes {opc.symbols = ["n"]} {
  %0 = opc.matmul %a, %b : (tensor<?x4xf32>, tensor<4x3xf32>) -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}
