// Two sums of the same, one of which keeps its axes, are computed once.
// RUN: %opc compile %s -o - --stop-after layout | FileCheck %s

// CHECK-COUNT-1: opc.reduce
// CHECK-NOT: opc.reduce
func.func @main(%x: tensor<4x6xf32> {opc.name = "x"}) -> (tensor<4xf32> {opc.name = "y"}, tensor<4x6xf32> {opc.name = "z"}) {
  %0 = opc.reduce %x {kind = "sum", axes = array<i64: 1>, keepdims = false} : (tensor<4x6xf32>) -> tensor<4xf32>
  %1 = opc.reduce %x {kind = "sum", axes = array<i64: 1>, keepdims = true} : (tensor<4x6xf32>) -> tensor<4x1xf32>
  %2 = opc.sub %x, %1 : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
  return %0, %2 : tensor<4xf32>, tensor<4x6xf32>
}
