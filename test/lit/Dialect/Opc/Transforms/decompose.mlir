// RUN: opc-opt %s --pass-pipeline="builtin.module(func.func(opc-decompose))" | FileCheck %s
// RUN: opc-opt %s --pass-pipeline="builtin.module(func.func(opc-decompose{keep=opc.softmax,opc.attention}))" | FileCheck %s --check-prefix=KEEP

// CHECK-LABEL: func.func @softmax
// CHECK-SAME: (%[[X:.*]]: tensor<4x?xf32>)
// CHECK: %[[M:.*]] = opc.reduce %[[X]] {axes = array<i64: 1>, keepdims = true, kind = "max"} : (tensor<4x?xf32>) -> tensor<4x1xf32>
// CHECK: %[[D:.*]] = opc.sub %[[X]], %[[M]]
// CHECK: %[[E:.*]] = opc.exp %[[D]]
// CHECK: %[[S:.*]] = opc.reduce %[[E]] {axes = array<i64: 1>, keepdims = true, kind = "sum"}
// CHECK: opc.div %[[E]], %[[S]]
// KEEP-LABEL: func.func @softmax
// KEEP: opc.softmax
func.func @softmax(%x: tensor<4x?xf32>) -> tensor<4x?xf32> {
  %0 = opc.softmax %x {axis = 1 : i64} : (tensor<4x?xf32>) -> tensor<4x?xf32>
  return %0 : tensor<4x?xf32>
}

// The steps are f32, the result is rounded.
// CHECK-LABEL: func.func @softmax_f16
// CHECK: opc.exp %{{.*}} : (tensor<4x8xf32>) -> tensor<4x8xf32>
// CHECK: opc.cast %{{.*}} : (tensor<4x8xf32>) -> tensor<4x8xf16>
func.func @softmax_f16(%x: tensor<4x8xf16>) -> tensor<4x8xf16> {
  %0 = opc.softmax %x {axis = 1 : i64} : (tensor<4x8xf16>) -> tensor<4x8xf16>
  return %0 : tensor<4x8xf16>
}

// f16 is computed in f32 and rounded once.
// CHECK-LABEL: func.func @log_softmax
// CHECK: opc.cast %{{.*}} : (tensor<4x8xf16>) -> tensor<4x8xf32>
// The 1 of the greatest is not summed.
// CHECK: %[[MOST:.*]] = opc.equal
// CHECK: %[[E:.*]] = opc.exp
// CHECK: opc.select %[[MOST]], %{{.*}}, %[[E]]
// CHECK: opc.log %{{.*}} : (tensor<4x1xf32>) -> tensor<4x1xf32>
// CHECK: opc.cast %{{.*}} : (tensor<4x8xf32>) -> tensor<4x8xf16>
// KEEP-LABEL: func.func @log_softmax
// KEEP-NOT: opc.log_softmax
func.func @log_softmax(%x: tensor<4x8xf16>) -> tensor<4x8xf16> {
  %0 = opc.log_softmax %x {axis = 1 : i64} : (tensor<4x8xf16>) -> tensor<4x8xf16>
  return %0 : tensor<4x8xf16>
}

// The number of elements of a dynamic axis is an extent.
// CHECK-LABEL: func.func @normalize
// CHECK: %[[N:.*]] = opc.extents {values = #{{.*}}} : () -> tensor<1xi64>
// CHECK: opc.cast %[[N]]
// CHECK: opc.sqrt
func.func @normalize(%x: tensor<4x?x8xf32> {opc.dims = affine_map<()[s0] -> (4, s0, 8)>}) -> tensor<4x?x8xf32>
    attributes {opc.symbols = [""]} {
  %0 = opc.normalize %x {axes = array<i64: 1, 2>, epsilon = 1.0e-5 : f64, center = true} : (tensor<4x?x8xf32>) -> tensor<4x?x8xf32>
  return %0 : tensor<4x?x8xf32>
}

// Heads that share keys are rows of one product.
// CHECK-LABEL: func.func @attention
// CHECK: opc.reshape %{{.*}} : (tensor<1x8x5x16xf32>) -> tensor<1x2x20x16xf32>
// CHECK: opc.matmul %{{.*}} {transpose_b = true} : (tensor<1x2x20x16xf32>, tensor<1x2x7x16xf32>) -> tensor<1x2x20x7xf32>
// CHECK: opc.less_equal
// CHECK: opc.matmul %{{.*}} -> tensor<1x2x20x16xf32>
func.func @attention(%q: tensor<1x8x5x16xf32>, %k: tensor<1x2x7x16xf32>, %v: tensor<1x2x7x16xf32>) -> tensor<1x8x5x16xf32> {
  %0 = opc.attention %q, %k, %v {scale = 0.25 : f64, causal = true} : (tensor<1x8x5x16xf32>, tensor<1x2x7x16xf32>, tensor<1x2x7x16xf32>) -> tensor<1x8x5x16xf32>
  return %0 : tensor<1x8x5x16xf32>
}
