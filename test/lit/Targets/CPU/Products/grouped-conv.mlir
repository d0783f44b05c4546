// Convolutions with groups, and over volumes, take the schedule of products: groups whose
// columns do not fill a vector are taken together.
// RUN: %opc compile %s -o - --target cpu:x86-64-v4 --stop-after layout | FileCheck %s
// RUN: %opc compile %s -o - --target cpu:x86-64-v4 --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --dim width=6 --output %t.reference
// RUN: %opc run %s --target=%chip --dim width=6 --output %t.cpu
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

// CHECK: opc.packed_conv {{.*}}columns = 64 : i64,{{.*}}groups = 4 : i64{{.*}} : (tensor<2x7x9x32xf32>, tensor<4x72x16xf32>)
// CHECK: opc.packed_conv {{.*}}columns = 21 : i64,{{.*}} : (tensor<1x11x13x15xf32>, tensor<2x90x16xf32>)
// CHECK: opc.packed_conv {{.*}}columns = 72 : i64,{{.*}}groups = 2 : i64{{.*}} : (tensor<1x5x6x8xf32>, tensor<6x4x16xf32>)
// CHECK: opc.packed_conv {{.*}} : (tensor<1x5x?x6xf32>, tensor<1x54x16xf32>)
// CHECK: opc.packed_conv {{.*}}groups = 2 : i64{{.*}} : (tensor<1x1x29x32xf32>, tensor<2x48x16xf32>)
// CHECK: opc.packed_conv {{.*}} : (tensor<1x5x6x7x3xf32>, tensor<2x54x16xf32>)
// CHECK: opc.packed_conv {{.*}} : (tensor<2x3x4x5x8xf32>, tensor<1x216x16xf32>)
// CHECK-NOT: opc.conv
// SCHEDULE-COUNT-7: @packed_conv_{{[a-z0-9_]+}}({{.*}} opc.schedule = "conv"

func.func @main(%few: tensor<2x32x7x9xf32> {opc.name = "few"},
                %odd: tensor<1x15x11x13xf32> {opc.name = "odd"},
                %wide: tensor<1x8x5x6xf32> {opc.name = "wide"},
                %pairs: tensor<1x6x5x?xf32> {opc.name = "pairs", opc.dims = affine_map<()[s0] -> (1, 6, 5, s0)>},
                %line: tensor<1x32x29xf32> {opc.name = "line"},
                %volume: tensor<1x3x5x6x7xf32> {opc.name = "volume"},
                %volume_groups: tensor<2x8x3x4x5xf32> {opc.name = "volume_groups"})
    -> (tensor<2x64x7x9xf32> {opc.name = "y0"},
        tensor<1x21x5x12xf32> {opc.name = "y1"},
        tensor<1x72x5x6xf32> {opc.name = "y2"},
        tensor<1x12x5x?xf32> {opc.name = "y3"},
        tensor<1x32x29xf32> {opc.name = "y4"},
        tensor<1x18x5x3x6xf32> {opc.name = "y5"},
        tensor<2x8x3x4x5xf32> {opc.name = "y6"}) attributes {opc.symbols = ["width"]} {
  %b1 = opc.constant {value = dense<[-0.34, 0.03, 0.39, -0.34, 0.03, 0.39, -0.34, 0.03, 0.39, -0.34, 0.03, 0.39, -0.34, 0.03, 0.39, -0.34, 0.03, 0.39, -0.34]> : tensor<19xf32>} : tensor<19xf32>
  %r1 = opc.broadcast %b1 {dims = affine_map<() -> (64, 19)>} : (tensor<19xf32>) -> tensor<64x19xf32>
  %f1 = opc.reshape %r1 {dims = affine_map<() -> (1216)>} : (tensor<64x19xf32>) -> tensor<1216xf32>
  %s1 = opc.slice %f1 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (1152)>} : (tensor<1216xf32>) -> tensor<1152xf32>
  %w1 = opc.reshape %s1 {dims = affine_map<() -> (64, 2, 3, 3)>} : (tensor<1152xf32>) -> tensor<64x2x3x3xf32>
  %few_y = opc.conv %few, %w1 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 16 : i64, layout = "NCHW"} : (tensor<2x32x7x9xf32>, tensor<64x2x3x3xf32>) -> tensor<2x64x7x9xf32>
  %few_z = opc.relu %few_y : (tensor<2x64x7x9xf32>) -> tensor<2x64x7x9xf32>
  %b2 = opc.constant {value = dense<[-0.40, -0.18, 0.05, 0.27, 0.50, -0.34, -0.11, 0.11, 0.34, -0.50, -0.27, -0.05, 0.18, 0.40, -0.44, -0.21, 0.02, 0.24, 0.47, -0.37, -0.15, 0.08, 0.31, 0.53, -0.31, -0.08, 0.15, 0.37, -0.47, -0.24, -0.02]> : tensor<31xf32>} : tensor<31xf32>
  %r2 = opc.broadcast %b2 {dims = affine_map<() -> (21, 31)>} : (tensor<31xf32>) -> tensor<21x31xf32>
  %f2 = opc.reshape %r2 {dims = affine_map<() -> (651)>} : (tensor<21x31xf32>) -> tensor<651xf32>
  %s2 = opc.slice %f2 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (630)>} : (tensor<651xf32>) -> tensor<630xf32>
  %w2 = opc.reshape %s2 {dims = affine_map<() -> (21, 5, 3, 2)>} : (tensor<630xf32>) -> tensor<21x5x3x2xf32>
  %odd_y = opc.conv %odd, %w2 {strides = array<i64: 2, 1>, dilations = array<i64: 1, 2>, pad_low = array<i64: 1, 0>, pad_high = array<i64: 0, 1>, group = 3 : i64, layout = "NCHW"} : (tensor<1x15x11x13xf32>, tensor<21x5x3x2xf32>) -> tensor<1x21x5x12xf32>
  %b3 = opc.constant {value = dense<[0.10, 0.10, 0.10, 0.10, 0.10]> : tensor<5xf32>} : tensor<5xf32>
  %r3 = opc.broadcast %b3 {dims = affine_map<() -> (72, 5)>} : (tensor<5xf32>) -> tensor<72x5xf32>
  %f3 = opc.reshape %r3 {dims = affine_map<() -> (360)>} : (tensor<72x5xf32>) -> tensor<360xf32>
  %s3 = opc.slice %f3 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (288)>} : (tensor<360xf32>) -> tensor<288xf32>
  %w3 = opc.reshape %s3 {dims = affine_map<() -> (72, 4, 1, 1)>} : (tensor<288xf32>) -> tensor<72x4x1x1xf32>
  %wide_y = opc.conv %wide, %w3 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, group = 2 : i64, layout = "NCHW"} : (tensor<1x8x5x6xf32>, tensor<72x4x1x1xf32>) -> tensor<1x72x5x6xf32>
  %b4 = opc.constant {value = dense<[-0.20, 0.50, 0.00, -0.50, 0.20, -0.30, 0.40, -0.10, 0.60, 0.10]> : tensor<10xf32>} : tensor<10xf32>
  %r4 = opc.broadcast %b4 {dims = affine_map<() -> (12, 10)>} : (tensor<10xf32>) -> tensor<12x10xf32>
  %f4 = opc.reshape %r4 {dims = affine_map<() -> (120)>} : (tensor<12x10xf32>) -> tensor<120xf32>
  %s4 = opc.slice %f4 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (108)>} : (tensor<120xf32>) -> tensor<108xf32>
  %w4 = opc.reshape %s4 {dims = affine_map<() -> (12, 1, 3, 3)>} : (tensor<108xf32>) -> tensor<12x1x3x3xf32>
  %pairs_y = opc.conv %pairs, %w4 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 6 : i64, layout = "NCHW"} : (tensor<1x6x5x?xf32>, tensor<12x1x3x3xf32>) -> tensor<1x12x5x?xf32>
  %b5 = opc.constant {value = dense<[-0.27, 0.27, -0.35, 0.19, -0.42, 0.12, -0.50, 0.04, 0.58, -0.04, 0.50, -0.12, 0.42]> : tensor<13xf32>} : tensor<13xf32>
  %r5 = opc.broadcast %b5 {dims = affine_map<() -> (32, 13)>} : (tensor<13xf32>) -> tensor<32x13xf32>
  %f5 = opc.reshape %r5 {dims = affine_map<() -> (416)>} : (tensor<32x13xf32>) -> tensor<416xf32>
  %s5 = opc.slice %f5 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (384)>} : (tensor<416xf32>) -> tensor<384xf32>
  %w5 = opc.reshape %s5 {dims = affine_map<() -> (32, 4, 3)>} : (tensor<384xf32>) -> tensor<32x4x3xf32>
  %line_y = opc.conv %line, %w5 {strides = array<i64: 1>, dilations = array<i64: 3>, pad_low = array<i64: 3>, pad_high = array<i64: 3>, group = 8 : i64, layout = "NCHW"} : (tensor<1x32x29xf32>, tensor<32x4x3xf32>) -> tensor<1x32x29xf32>
  %b6 = opc.constant {value = dense<[-0.45, -0.32, -0.19, -0.06, 0.06, 0.19, 0.32, 0.45, -0.46, -0.34, -0.21, -0.08, 0.05, 0.17, 0.30, 0.43, -0.48, -0.35, -0.23, -0.10, 0.03, 0.15, 0.28, 0.41, -0.50, -0.37, -0.25, -0.12, 0.01, 0.14, 0.26, 0.39, 0.52, -0.39, -0.26, -0.14, -0.01, 0.12, 0.25, 0.37, 0.50, -0.41, -0.28, -0.15, -0.03, 0.10, 0.23, 0.35, 0.48, -0.43, -0.30, -0.17, -0.05, 0.08, 0.21]> : tensor<55xf32>} : tensor<55xf32>
  %r6 = opc.broadcast %b6 {dims = affine_map<() -> (18, 55)>} : (tensor<55xf32>) -> tensor<18x55xf32>
  %f6 = opc.reshape %r6 {dims = affine_map<() -> (990)>} : (tensor<18x55xf32>) -> tensor<990xf32>
  %s6 = opc.slice %f6 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (972)>} : (tensor<990xf32>) -> tensor<972xf32>
  %w6 = opc.reshape %s6 {dims = affine_map<() -> (18, 3, 3, 2, 3)>} : (tensor<972xf32>) -> tensor<18x3x3x2x3xf32>
  %volume_y = opc.conv %volume, %w6 {strides = array<i64: 1, 2, 1>, dilations = array<i64: 1, 1, 2>, pad_low = array<i64: 1, 0, 2>, pad_high = array<i64: 1, 1, 1>, group = 1 : i64, layout = "NCHW"} : (tensor<1x3x5x6x7xf32>, tensor<18x3x3x2x3xf32>) -> tensor<1x18x5x3x6xf32>
  %b7 = opc.constant {value = dense<[-0.39, -0.14, 0.11, 0.36, -0.46, -0.21, 0.04, 0.29, 0.54, -0.29, -0.04, 0.21, 0.46, -0.36, -0.11, 0.14, 0.39, -0.43, -0.18, 0.07, 0.32, -0.50, -0.25, 0.00, 0.25, 0.50, -0.32, -0.07]> : tensor<28xf32>} : tensor<28xf32>
  %r7 = opc.broadcast %b7 {dims = affine_map<() -> (8, 28)>} : (tensor<28xf32>) -> tensor<8x28xf32>
  %f7 = opc.reshape %r7 {dims = affine_map<() -> (224)>} : (tensor<8x28xf32>) -> tensor<224xf32>
  %s7 = opc.slice %f7 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (216)>} : (tensor<224xf32>) -> tensor<216xf32>
  %w7 = opc.reshape %s7 {dims = affine_map<() -> (8, 1, 3, 3, 3)>} : (tensor<216xf32>) -> tensor<8x1x3x3x3xf32>
  %volume_groups_y = opc.conv %volume_groups, %w7 {strides = array<i64: 1, 1, 1>, dilations = array<i64: 1, 1, 1>, pad_low = array<i64: 1, 1, 1>, pad_high = array<i64: 1, 1, 1>, group = 8 : i64, layout = "NCHW"} : (tensor<2x8x3x4x5xf32>, tensor<8x1x3x3x3xf32>) -> tensor<2x8x3x4x5xf32>
  return %few_z, %odd_y, %wide_y, %pairs_y, %line_y, %volume_y, %volume_groups_y
      : tensor<2x64x7x9xf32>, tensor<1x21x5x12xf32>, tensor<1x72x5x6xf32>, tensor<1x12x5x?xf32>, tensor<1x32x29xf32>, tensor<1x18x5x3x6xf32>, tensor<2x8x3x4x5xf32>
}
