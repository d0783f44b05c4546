// RUN: opc-opt %s --pass-pipeline="builtin.module(func.func(opc-decompose))" | FileCheck %s
// RUN: opc-opt %s --pass-pipeline="builtin.module(func.func(opc-decompose{keep=opc.softmax,opc.attention}))" | FileCheck %s --check-prefix=KEEP
// RUN: opc-opt %s --pass-pipeline="builtin.module(func.func(opc-decompose{keep=opc.softmax}))" | FileCheck %s --check-prefix=PARTS

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
// KEEP-LABEL: func.func @attention
// KEEP: opc.attention
// PARTS-LABEL: func.func @attention
// PARTS-NOT: opc.attention
// PARTS: opc.softmax
// CHECK: opc.greater_equal
// CHECK: opc.reshape %{{.*}} : (tensor<1x8x5x16xf32>) -> tensor<1x2x20x16xf32>
// CHECK: opc.matmul %{{.*}} {transpose_b = true} : (tensor<1x2x20x16xf32>, tensor<1x2x7x16xf32>) -> tensor<1x2x20x7xf32>
// CHECK: opc.matmul %{{.*}} -> tensor<1x2x20x16xf32>
func.func @attention(%q: tensor<1x8x5x16xf32>, %k: tensor<1x2x7x16xf32>, %v: tensor<1x2x7x16xf32>) -> tensor<1x8x5x16xf32> {
  %0 = opc.attention %q, %k, %v {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>, scale = 0.25 : f64, causal = true} : (tensor<1x8x5x16xf32>, tensor<1x2x7x16xf32>, tensor<1x2x7x16xf32>) -> tensor<1x8x5x16xf32>
  return %0 : tensor<1x8x5x16xf32>
}

// A score beside those of the keys, whose probability is left out; the logits are
// a second result. The program knows how many heads share one, and where the first
// query stands.
// CHECK-LABEL: func.func @sink
// CHECK: opc.less_equal
// CHECK: opc.tanh
// CHECK: %[[SEEN:.*]] = opc.select
// CHECK: %[[MAX:.*]] = opc.max %{{.*}}, %arg3
// CHECK: %[[BESIDE:.*]] = opc.sub %arg3, %[[MAX]]
// CHECK: opc.exp %[[BESIDE]]
// CHECK: return %{{.*}}, %[[SEEN]]
func.func @sink(%q: tensor<1x?x5x16xf32> {opc.dims = affine_map<()[s0] -> (1, s0 * 2, 5, 16)>},
                %k: tensor<1x?x7x16xf32> {opc.dims = affine_map<()[s0] -> (1, s0, 7, 16)>},
                %allowed: tensor<5x7xi1>, %sink: tensor<f32>, %first: tensor<i64>)
    -> (tensor<1x?x5x16xf32>, tensor<1x?x5x7xf32>) attributes {opc.symbols = [""]} {
  %0:2 = opc.attention %q, %k, %k, %allowed, %sink, %first {operandSegmentSizes = array<i32: 1, 1, 1, 0, 1, 1, 1, 0>, left = 2 : i64, softcap = 5.0 : f64, group = affine_map<() -> (2)>, gives = "biased"} : (tensor<1x?x5x16xf32>, tensor<1x?x7x16xf32>, tensor<1x?x7x16xf32>, tensor<5x7xi1>, tensor<f32>, tensor<i64>) -> (tensor<1x?x5x16xf32>, tensor<1x?x5x7xf32>)
  return %0#0, %0#1 : tensor<1x?x5x16xf32>, tensor<1x?x5x7xf32>
}
