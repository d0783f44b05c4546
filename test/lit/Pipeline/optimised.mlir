// A product with much behind it is one large kernel, and optimised all the same:
// what LLVM has simplified holds no memref as a struct.
// RUN: %opc compile %s --target=cpu:x86-64-v3 --emit=llvm -o - | FileCheck %s
// CHECK: fmuladd
// CHECK-NOT: insertvalue
func.func @main(%x: tensor<64x256xf32> {opc.name = "x"},
                %w: tensor<256x1000xf32> {opc.name = "w"})
    -> (tensor<64x1000xf32> {opc.name = "y"}) attributes {opc.symbols = []} {
  %0 = opc.matmul %x, %w {transpose_a = false, transpose_b = false}
    : (tensor<64x256xf32>, tensor<256x1000xf32>) -> tensor<64x1000xf32>
  %1 = opc.tanh %0 : (tensor<64x1000xf32>) -> tensor<64x1000xf32>
  %2 = opc.sigmoid %1 : (tensor<64x1000xf32>) -> tensor<64x1000xf32>
  %3 = opc.softplus %2 : (tensor<64x1000xf32>) -> tensor<64x1000xf32>
  %4 = opc.mish %3 : (tensor<64x1000xf32>) -> tensor<64x1000xf32>
  %5 = opc.tanh %4 : (tensor<64x1000xf32>) -> tensor<64x1000xf32>
  %6 = opc.softplus %5 : (tensor<64x1000xf32>) -> tensor<64x1000xf32>
  %7 = opc.mish %6 : (tensor<64x1000xf32>) -> tensor<64x1000xf32>
  %8 = opc.sigmoid %7 : (tensor<64x1000xf32>) -> tensor<64x1000xf32>
  %y = opc.mish %8 : (tensor<64x1000xf32>) -> tensor<64x1000xf32>
  return %y : tensor<64x1000xf32>
}
