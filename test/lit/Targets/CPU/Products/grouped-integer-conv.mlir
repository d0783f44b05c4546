// Integer convolutions with groups take the schedule of products, too: channels of a
// group in pairs, groups together until the pairs are whole.
// RUN: %opc compile %s -o - --target cpu:x86-64-v4 --stop-after layout | FileCheck %s
// RUN: %opc compile %s -o - --target cpu:x86-64-v4 --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.reference %t.cpu --exact

// CHECK: opc.packed_conv {{.*}}groups = 2 : i64{{.*}} : (tensor<1x5x6x8xi16>, tensor<4x2x16x2xi16>) -> tensor<1x5x6x40xi32>
// CHECK: opc.packed_conv {{.*}} : (tensor<1x5x6x6xi16>, tensor<1x3x16x2xi16>) -> tensor<1x5x6x4xi32>
// CHECK-NOT: opc.conv
// SCHEDULE-COUNT-2: @packed_conv_{{[0-9]+}}({{.*}} opc.schedule = "conv"

func.func @main(%even: tensor<1x8x5x6xi8> {opc.name = "even"},
                %odd: tensor<1x6x5x6xi8> {opc.name = "odd"})
    -> (tensor<1x40x5x6xi32> {opc.name = "y0"},
        tensor<1x4x5x6xi32> {opc.name = "y1"}) {
  %b0 = opc.constant {value = dense<[[1, -2, 3, 5]]> : tensor<1x4xi8>} : tensor<1x4xi8>
  %r0 = opc.broadcast %b0 {dims = affine_map<() -> (40, 4)>} : (tensor<1x4xi8>) -> tensor<40x4xi8>
  %n0 = opc.reshape %r0 {dims = affine_map<() -> (40, 4, 1, 1)>} : (tensor<40x4xi8>) -> tensor<40x4x1x1xi8>
  %w0 = opc.cast %n0 {saturate = false} : (tensor<40x4x1x1xi8>) -> tensor<40x4x1x1xi32>
  %x0 = opc.cast %even {saturate = false} : (tensor<1x8x5x6xi8>) -> tensor<1x8x5x6xi32>
  %y0 = opc.conv %x0, %w0 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, group = 2 : i64, layout = "NCHW"} : (tensor<1x8x5x6xi32>, tensor<40x4x1x1xi32>) -> tensor<1x40x5x6xi32>
  %n1 = opc.constant {value = dense<[[[[7]], [[-8]], [[9]]], [[[1]], [[0]], [[-3]]], [[[2]], [[4]], [[6]]], [[[-5]], [[3]], [[1]]]]> : tensor<4x3x1x1xi8>} : tensor<4x3x1x1xi8>
  %w1 = opc.cast %n1 {saturate = false} : (tensor<4x3x1x1xi8>) -> tensor<4x3x1x1xi32>
  %x1 = opc.cast %odd {saturate = false} : (tensor<1x6x5x6xi8>) -> tensor<1x6x5x6xi32>
  %y1 = opc.conv %x1, %w1 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, group = 2 : i64, layout = "NCHW"} : (tensor<1x6x5x6xi32>, tensor<4x3x1x1xi32>) -> tensor<1x4x5x6xi32>
  return %y0, %y1 : tensor<1x40x5x6xi32>, tensor<1x4x5x6xi32>
}
