// RUN: opc-opt %s --opc-lower-kernels | FileCheck %s

// CHECK-LABEL: func.func private @matmul_u8_i8
// CHECK: %[[A:.*]] = memref.load %arg1
// CHECK: %[[B:.*]] = memref.load %arg2
// CHECK: %[[AW:.*]] = arith.extui %[[A]] : i8 to i32
// CHECK: %[[BW:.*]] = arith.extsi %[[B]] : i8 to i32
// CHECK: arith.muli %[[AW]], %[[BW]] : i32
func.func private @matmul_u8_i8(%a: tensor<4x6xui8>, %b: tensor<6x5xi8>) -> tensor<4x5xi32>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.matmul %a, %b : (tensor<4x6xui8>, tensor<6x5xi8>) -> tensor<4x5xi32>
  return %0 : tensor<4x5xi32>
}

// f16 accumulates in f32, in two totals where rows are short, and is rounded once.
// CHECK-LABEL: func.func private @matmul_f16
// CHECK: scf.for {{.*}} iter_args({{.*}}) -> (f32, f32)
// CHECK: math.fma %{{.*}} : f32
// CHECK: math.fma %{{.*}} : f32
// CHECK: arith.addf %{{.*}} : f32
// CHECK: arith.truncf %{{.*}} : f32 to f16
func.func private @matmul_f16(%a: tensor<4x6xf16>, %b: tensor<6x5xf16>) -> tensor<4x5xf16>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.matmul %a, %b : (tensor<4x6xf16>, tensor<6x5xf16>) -> tensor<4x5xf16>
  return %0 : tensor<4x5xf16>
}

// Taps are bounded ahead of the loops: nothing is tested inside.
// CHECK-LABEL: func.func private @conv
// CHECK-NOT: scf.if
// CHECK: arith.maxsi
// CHECK: return
func.func private @conv(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x8x8xf32>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x8x8xf32>
  return %0 : tensor<1x4x8x8xf32>
}
