// RUN: opc-opt %s --verify-roundtrip | FileCheck %s

// Extents are expressions over the symbols of the function.
// CHECK-LABEL: func.func @symbols
// CHECK-SAME: opc.dims = affine_map<()[s0, s1] -> (s0, 3, s1)>
// CHECK-SAME: opc.symbols = ["batch", "width"]
func.func @symbols(%x: tensor<?x3x?xf32> {opc.dims = affine_map<()[s0, s1] -> (s0, 3, s1)>})
    -> tensor<?x?xf32> attributes {opc.symbols = ["batch", "width"]} {
  // CHECK: opc.relu %{{.*}} : (tensor<?x3x?xf32>) -> tensor<?x3x?xf32>
  %0 = opc.relu %x : (tensor<?x3x?xf32>) -> tensor<?x3x?xf32>
  // CHECK: opc.reshape %{{.*}} {dims = #{{.*}}}
  %1 = opc.reshape %0 {dims = affine_map<()[s0, s1] -> (s0, s1 * 3)>} : (tensor<?x3x?xf32>) -> tensor<?x?xf32>
  return %1 : tensor<?x?xf32>
}

// CHECK-LABEL: func.func @branch
func.func @branch(%c: tensor<i1>, %x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: opc.if %{{.*}} {dims = [#{{.*}}]} : (tensor<i1>) -> tensor<4xf32>
  %0 = opc.if %c {dims = [affine_map<() -> (4)>]} : (tensor<i1>) -> tensor<4xf32> {
    %1 = opc.exp %x : (tensor<4xf32>) -> tensor<4xf32>
    opc.yield %1 : tensor<4xf32>
  } else {
    opc.yield %x : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @data_dependent
func.func @data_dependent(%x: tensor<8xf32>) -> tensor<1x?xi64> attributes {opc.symbols = [""]} {
  %n = opc.nonzero_count %x : (tensor<8xf32>) -> tensor<i64>
  // CHECK: opc.bind_element %{{.*}} {index = 0 : i64, symbol = 0 : i64} : tensor<i64>
  opc.bind_element %n {index = 0 : i64, symbol = 0 : i64} : tensor<i64>
  %0 = opc.nonzero %x {count = affine_map<()[s0] -> (s0)>} : (tensor<8xf32>) -> tensor<1x?xi64>
  return %0 : tensor<1x?xi64>
}
