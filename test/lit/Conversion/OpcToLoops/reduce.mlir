// RUN: opc-opt %s --opc-lower-kernels | FileCheck %s

// CHECK-LABEL: func.func private @max_ui8
// CHECK: %[[LEAST:.*]] = arith.constant 0 : i8
// CHECK: iter_args(%{{.*}} = %[[LEAST]])
// CHECK: arith.maxui
func.func private @max_ui8(%x: tensor<4x6xui8>) -> tensor<4xui8>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.reduce %x {kind = "max", axes = array<i64: 1>, keepdims = false} : (tensor<4x6xui8>) -> tensor<4xui8>
  return %0 : tensor<4xui8>
}

// CHECK-LABEL: func.func private @sum_bf16
// CHECK: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// Partial totals of a line, the upper half added to the lower.
// CHECK: memref.store %[[ZERO]], %[[PARTS:.*]][
// CHECK: arith.addf %{{.*}} : f32
// CHECK: memref.store %{{.*}}, %[[PARTS]][
// CHECK: arith.addf %{{.*}} : f32
// CHECK: arith.truncf %{{.*}} : f32 to bf16
func.func private @sum_bf16(%x: tensor<4x6xbf16>) -> tensor<4xbf16>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.reduce %x {kind = "sum", axes = array<i64: 1>, keepdims = false} : (tensor<4x6xbf16>) -> tensor<4xbf16>
  return %0 : tensor<4xbf16>
}

// Nothing to reduce: the neutral element.
// CHECK-LABEL: func.func private @empty
// CHECK: %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK: memref.store %[[ONE]]
func.func private @empty(%x: tensor<4x0xf32>) -> tensor<4xf32>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.reduce %x {kind = "prod", axes = array<i64: 1>, keepdims = false} : (tensor<4x0xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
