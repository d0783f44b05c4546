// RUN: opc-opt %s --opc-pack-quantised=lanes=8 | FileCheck %s

// Signed elements become unsigned, and so does the zero point that they lack.
// CHECK-LABEL: @blocks
// CHECK: %[[A:.*]] = opc.pad %arg0, {{.*}} -> tensor<?x64xf32>
// CHECK: opc.transpose {{.*}} -> tensor<5x8x8x8xui32>
// CHECK: opc.shift_left
// CHECK: %[[B:.*]] = opc.reduce {{.*}}kind = "sum"{{.*}} -> tensor<5x8x8xui32>
// CHECK: opc.packed_quantized_matmul %[[A]], %{{.*}} {bits = 4 : i64, block = 32 : i64, columns = 40 : i64} : (tensor<?x64xf32>, tensor<5x8x8xui32>, tensor<5x2x8xf32>, tensor<1x1x8xui8>) -> tensor<?x40xf32>
func.func @blocks(%x: tensor<?x50xf32> {opc.dims = affine_map<()[s0] -> (s0, 50)>}) -> tensor<?x40xf32> attributes {opc.symbols = ["n"]} {
  %q = opc.constant {value = dense<1> : tensor<50x40xi4>} : tensor<50x40xi4>
  %s = opc.constant {value = dense<1.0> : tensor<2x40xf32>} : tensor<2x40xf32>
  %w = opc.dequantize %q, %s {axis = 0 : i64, block = 32 : i64} : (tensor<50x40xi4>, tensor<2x40xf32>) -> tensor<50x40xf32>
  %y = opc.matmul %x, %w : (tensor<?x50xf32>, tensor<50x40xf32>) -> tensor<?x40xf32>
  return %y : tensor<?x40xf32>
}

// One scale for each column is one block; b may be turned in both ways.
// CHECK-LABEL: @columns
// CHECK-COUNT-2: opc.packed_quantized_matmul {{.*}}bits = 2 : i64, block = 32 : i64
func.func @columns(%x: tensor<3x32xf32>) -> (tensor<3x24xf32>, tensor<3x24xf32>) {
  %q = opc.constant {value = dense<1> : tensor<24x32xui2>} : tensor<24x32xui2>
  %s = opc.constant {value = dense<1.0> : tensor<24x1xf32>} : tensor<24x1xf32>
  %w = opc.dequantize %q, %s {axis = 0 : i64, block = 1 : i64} : (tensor<24x32xui2>, tensor<24x1xf32>) -> tensor<24x32xf32>
  %t = opc.transpose %w {perm = array<i64: 1, 0>} : (tensor<24x32xf32>) -> tensor<32x24xf32>
  %0 = opc.matmul %x, %w {transpose_b = true} : (tensor<3x32xf32>, tensor<24x32xf32>) -> tensor<3x24xf32>
  %1 = opc.matmul %x, %t : (tensor<3x32xf32>, tensor<32x24xf32>) -> tensor<3x24xf32>
  return %0, %1 : tensor<3x24xf32>, tensor<3x24xf32>
}

// What stays: weights of 8 bits with one scale for each column, blocks that fill no
// word, and weights that nobody knows yet.
// CHECK-LABEL: @others
// CHECK-NOT: packed
// CHECK: return
func.func @others(%x: tensor<3x32xf32>, %r: tensor<32x8xi4>) -> (tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>) {
  %q = opc.constant {value = dense<1> : tensor<32x8xi8>} : tensor<32x8xi8>
  %s = opc.constant {value = dense<1.0> : tensor<1x8xf32>} : tensor<1x8xf32>
  %w = opc.dequantize %q, %s {axis = 1 : i64, block = 1 : i64} : (tensor<32x8xi8>, tensor<1x8xf32>) -> tensor<32x8xf32>
  %0 = opc.matmul %x, %w : (tensor<3x32xf32>, tensor<32x8xf32>) -> tensor<3x8xf32>
  %q4 = opc.constant {value = dense<1> : tensor<32x8xi4>} : tensor<32x8xi4>
  %s4 = opc.constant {value = dense<1.0> : tensor<3x8xf32>} : tensor<3x8xf32>
  %w4 = opc.dequantize %q4, %s4 {axis = 0 : i64, block = 12 : i64} : (tensor<32x8xi4>, tensor<3x8xf32>) -> tensor<32x8xf32>
  %1 = opc.matmul %x, %w4 : (tensor<3x32xf32>, tensor<32x8xf32>) -> tensor<3x8xf32>
  %wr = opc.dequantize %r, %s {axis = 1 : i64, block = 1 : i64} : (tensor<32x8xi4>, tensor<1x8xf32>) -> tensor<32x8xf32>
  %2 = opc.matmul %x, %wr : (tensor<3x32xf32>, tensor<32x8xf32>) -> tensor<3x8xf32>
  return %0, %1, %2 : tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>
}
