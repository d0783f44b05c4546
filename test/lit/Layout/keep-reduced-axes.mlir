// RUN: opc-opt %s --opc-keep-reduced-axes | FileCheck %s

// CHECK-LABEL: @sum
// CHECK: %[[S:.*]] = opc.reduce %arg0 {{{.*}}keepdims = true{{.*}}} : (tensor<4x8xf32>) -> tensor<4x1xf32>
// CHECK: opc.reshape %[[S]] {{.*}} -> tensor<4xf32>
func.func @sum(%x: tensor<4x8xf32>) -> tensor<4xf32> {
  %y = opc.reduce %x {kind = "sum", axes = array<i64: 1>, keepdims = false} : (tensor<4x8xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
