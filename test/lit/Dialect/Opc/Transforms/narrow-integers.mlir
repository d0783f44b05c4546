// RUN: opc-opt %s --opc-narrow-integers | FileCheck %s

// 8 bits less 8 bits are nine bits and a sign.
// CHECK-LABEL: @difference
// CHECK: %[[D:.*]] = opc.sub
// CHECK: %[[A:.*]] = opc.cast %[[D]] : (tensor<4x8xi32>) -> tensor<4x8xi16>
// CHECK: %[[B:.*]] = opc.cast %{{.*}} : (tensor<8x2xi32>) -> tensor<8x2xi16>
// CHECK: opc.matmul %[[A]], %[[B]] {{.*}}: (tensor<4x8xi16>, tensor<8x2xi16>) -> tensor<4x2xi32>
func.func @difference(%x: tensor<4x8xui8>, %z: tensor<ui8>, %w: tensor<8x2xi8>) -> tensor<4x2xi32> {
  %0 = opc.cast %x : (tensor<4x8xui8>) -> tensor<4x8xi32>
  %1 = opc.cast %z : (tensor<ui8>) -> tensor<i32>
  %2 = opc.sub %0, %1 : (tensor<4x8xi32>, tensor<i32>) -> tensor<4x8xi32>
  %3 = opc.cast %w : (tensor<8x2xi8>) -> tensor<8x2xi32>
  %y = opc.matmul %2, %3 : (tensor<4x8xi32>, tensor<8x2xi32>) -> tensor<4x2xi32>
  return %y : tensor<4x2xi32>
}

// Movement keeps a range; padding adds its value.
// CHECK-LABEL: @moved
// CHECK: opc.conv {{.*}} : (tensor<1x2x6x6xi16>, tensor<3x2x3x3xi16>) -> tensor<1x3x4x4xi32>
func.func @moved(%x: tensor<1x4x4x2xui8>, %w: tensor<3x2x3x3xi8>) -> tensor<1x3x4x4xi32> {
  %0 = opc.cast %x : (tensor<1x4x4x2xui8>) -> tensor<1x4x4x2xi32>
  %1 = opc.transpose %0 {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x4x4x2xi32>) -> tensor<1x2x4x4xi32>
  %zero = opc.constant {value = dense<0> : tensor<i8>} : tensor<i8>
  %wide = opc.cast %zero : (tensor<i8>) -> tensor<i32>
  %2 = opc.pad %1, %wide {low = affine_map<() -> (0, 0, 1, 1)>, dims = affine_map<() -> (1, 2, 6, 6)>, mode = "constant"} : (tensor<1x2x4x4xi32>, tensor<i32>) -> tensor<1x2x6x6xi32>
  %3 = opc.cast %w : (tensor<3x2x3x3xi8>) -> tensor<3x2x3x3xi32>
  %y = opc.conv %2, %3 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, group = 1 : i64, layout = "NCHW"} : (tensor<1x2x6x6xi32>, tensor<3x2x3x3xi32>) -> tensor<1x3x4x4xi32>
  return %y : tensor<1x3x4x4xi32>
}

// What may not fit stays: unsigned 16 bits, a cast that cuts off bits, the sum of
// two 16-bit numbers, an operand of which nothing is known, a wide result.
// CHECK-LABEL: @stays
// CHECK-COUNT-4: opc.matmul {{.*}} : (tensor<2x2xi32>, tensor<2x2xi32>)
func.func @stays(%u: tensor<2x2xui16>, %s: tensor<2x2xi16>, %i: tensor<2x2xi32>, %l: tensor<2x2xi64>)
    -> (tensor<2x2xi32>, tensor<2x2xi32>, tensor<2x2xi32>, tensor<2x2xi32>) {
  %0 = opc.cast %u : (tensor<2x2xui16>) -> tensor<2x2xi32>
  %1 = opc.cast %s : (tensor<2x2xi16>) -> tensor<2x2xi32>
  %2 = opc.add %1, %1 : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  %3 = opc.cast %l : (tensor<2x2xi64>) -> tensor<2x2xi32>
  %a = opc.matmul %0, %1 : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  %b = opc.matmul %2, %1 : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  %c = opc.matmul %i, %1 : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  %d = opc.matmul %3, %1 : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  return %a, %b, %c, %d : tensor<2x2xi32>, tensor<2x2xi32>, tensor<2x2xi32>, tensor<2x2xi32>
}

// The least of a difference is the least less the greatest: -65535.
// CHECK-LABEL: @below
// CHECK: opc.matmul {{.*}} : (tensor<2x2xi32>, tensor<2x2xi32>)
func.func @below(%x: tensor<2x2xui8>, %y: tensor<2x2xui16>) -> tensor<2x2xi32> {
  %0 = opc.cast %x : (tensor<2x2xui8>) -> tensor<2x2xi32>
  %1 = opc.cast %y : (tensor<2x2xui16>) -> tensor<2x2xi32>
  %2 = opc.sub %0, %1 : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  %3 = opc.matmul %2, %0 : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  return %3 : tensor<2x2xi32>
}

// A padding value of which nothing is known.
// CHECK-LABEL: @padded_by_anything
// CHECK: opc.matmul {{.*}} : (tensor<3x3xi32>, tensor<3x3xi32>)
func.func @padded_by_anything(%x: tensor<2x3xui8>, %v: tensor<i32>) -> tensor<3x3xi32> {
  %0 = opc.cast %x : (tensor<2x3xui8>) -> tensor<2x3xi32>
  %1 = opc.pad %0, %v {low = affine_map<() -> (1, 0)>, dims = affine_map<() -> (3, 3)>, mode = "constant"} : (tensor<2x3xi32>, tensor<i32>) -> tensor<3x3xi32>
  %y = opc.matmul %1, %1 : (tensor<3x3xi32>, tensor<3x3xi32>) -> tensor<3x3xi32>
  return %y : tensor<3x3xi32>
}

// A difference that wraps is 255, not -1: 256 times that are more than 16 bits.
// CHECK-LABEL: @wraps
// CHECK: opc.matmul {{.*}} : (tensor<2x2xi32>, tensor<2x2xi32>)
func.func @wraps(%a: tensor<2x2xi1>, %b: tensor<2x2xi1>) -> tensor<2x2xi32> {
  %0 = opc.cast %a : (tensor<2x2xi1>) -> tensor<2x2xui8>
  %1 = opc.cast %b : (tensor<2x2xi1>) -> tensor<2x2xui8>
  %2 = opc.sub %0, %1 : (tensor<2x2xui8>, tensor<2x2xui8>) -> tensor<2x2xui8>
  %3 = opc.cast %2 : (tensor<2x2xui8>) -> tensor<2x2xi32>
  %4 = opc.add %3, %3 : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  %5 = opc.add %4, %4 : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  %6 = opc.add %5, %5 : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  %7 = opc.add %6, %6 : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  %8 = opc.add %7, %7 : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  %9 = opc.add %8, %8 : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  %10 = opc.add %9, %9 : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  %11 = opc.add %10, %10 : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  %y = opc.matmul %11, %11 : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xi32>
  return %y : tensor<2x2xi32>
}

// Bytes that a unit takes stay: unsigned by signed, or all of a matmul.
// RUN: opc-opt %s --opc-narrow-integers=keep-bytes | FileCheck %s --check-prefix=BYTES
// RUN: opc-opt %s --opc-narrow-integers="keep-bytes any-signs" | FileCheck %s --check-prefix=SIGNS
// BYTES-LABEL: @bytes
// BYTES: opc.matmul {{.*}} : (tensor<4x8xui8>, tensor<8x2xi8>)
// BYTES: opc.matmul {{.*}} : (tensor<4x8xi16>, tensor<8x2xi16>)
// SIGNS-LABEL: @bytes
// SIGNS: opc.matmul {{.*}} : (tensor<4x8xui8>, tensor<8x2xi8>)
// SIGNS: opc.matmul {{.*}} : (tensor<4x8xi8>, tensor<8x2xi8>)
// CHECK-LABEL: @bytes
// CHECK-COUNT-2: opc.matmul {{.*}} : (tensor<4x8xi16>, tensor<8x2xi16>)
func.func @bytes(%u: tensor<4x8xui8>, %s: tensor<4x8xi8>, %w: tensor<8x2xi8>) -> (tensor<4x2xi32>, tensor<4x2xi32>) {
  %y = opc.matmul %u, %w : (tensor<4x8xui8>, tensor<8x2xi8>) -> tensor<4x2xi32>
  %z = opc.matmul %s, %w : (tensor<4x8xi8>, tensor<8x2xi8>) -> tensor<4x2xi32>
  return %y, %z : tensor<4x2xi32>, tensor<4x2xi32>
}
