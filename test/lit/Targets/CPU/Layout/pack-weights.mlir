// RUN: opc-opt %s --opc-pack-weights | FileCheck %s

// CHECK-LABEL: @matmul
// CHECK: opc.pad {{.*}} -> tensor<64x48xf32>
// CHECK: opc.reshape {{.*}} -> tensor<64x3x16xf32>
// CHECK: %[[W:.*]] = opc.transpose {{.*}} -> tensor<3x64x16xf32>
// CHECK: opc.packed_matmul %arg0, %[[W]] {columns = 40 : i64}
func.func @matmul(%x: tensor<8x64xf32>) -> tensor<8x40xf32> {
  %w = opc.constant {value = dense<1.0> : tensor<64x40xf32>} : tensor<64x40xf32>
  %y = opc.matmul %x, %w : (tensor<8x64xf32>, tensor<64x40xf32>) -> tensor<8x40xf32>
  return %y : tensor<8x40xf32>
}

// CHECK-LABEL: @depthwise
// CHECK: opc.depthwise_conv {{.*}} : (tensor<1x5x5x4xf32>, tensor<3x3x4xf32>)
func.func @depthwise(%x: tensor<1x5x5x4xf32>) -> tensor<1x5x5x4xf32> {
  %w = opc.constant {value = dense<1.0> : tensor<4x1x3x3xf32>} : tensor<4x1x3x3xf32>
  %y = opc.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 4 : i64, layout = "NHWC"} : (tensor<1x5x5x4xf32>, tensor<4x1x3x3xf32>) -> tensor<1x5x5x4xf32>
  return %y : tensor<1x5x5x4xf32>
}

// Computed filters are packed when they are known.
// CHECK-LABEL: @computed_filters
// CHECK: %[[W:.*]] = opc.transpose {{.*}} -> tensor<1x18x16xf32>
// CHECK: opc.packed_conv %arg0, %[[W]]
func.func @computed_filters(%x: tensor<1x5x5x2xf32>, %w: tensor<4x2x3x3xf32>) -> tensor<1x3x3x4xf32> {
  %y = opc.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, group = 1 : i64, layout = "NHWC"} : (tensor<1x5x5x2xf32>, tensor<4x2x3x3xf32>) -> tensor<1x3x3x4xf32>
  return %y : tensor<1x3x3x4xf32>
}

// A computed b is read where it lies, with vectors along its columns.
// CHECK-LABEL: @computed
// CHECK: %[[B:.*]] = opc.transpose %arg1 {perm = array<i64: 1, 0>}
// CHECK: opc.matmul %arg0, %[[B]] {{.*}}: (tensor<8x64xf32>, tensor<64x40xf32>)
func.func @computed(%x: tensor<8x64xf32>, %b: tensor<40x64xf32>) -> tensor<8x40xf32> {
  %y = opc.matmul %x, %b {transpose_b = true} : (tensor<8x64xf32>, tensor<40x64xf32>) -> tensor<8x40xf32>
  return %y : tensor<8x40xf32>
}

// A large one is packed by the program.
// CHECK-LABEL: @packed_at_run_time
// CHECK: opc.transpose {{.*}} -> tensor<40x64x16xf32>
// CHECK: opc.packed_matmul
func.func @packed_at_run_time(%x: tensor<64x64xf32>, %b: tensor<64x640xf32>) -> tensor<64x640xf32> {
  %y = opc.matmul %x, %b : (tensor<64x64xf32>, tensor<64x640xf32>) -> tensor<64x640xf32>
  return %y : tensor<64x640xf32>
}

// Integers that are multiplied in pairs: whole pairs of the reduction, side by side.
// RUN: opc-opt %s --opc-pack-weights=units=i16:i16:i32:2:2 | FileCheck %s --check-prefix=PAIRS
// RUN: not opc-opt %s --opc-pack-weights=units=i16:i16:i32:2 2>&1 | FileCheck %s --check-prefix=UNIT
// UNIT: error: unit 'i16:i16:i32:2' is not A:B:SUM:GROUP:WHOLE
// PAIRS-LABEL: @pairs
// PAIRS: opc.pad %arg0{{.*}} -> tensor<8x6xi16>
// PAIRS: opc.pad {{.*}} -> tensor<6x40xi16>
// PAIRS: opc.pad {{.*}} -> tensor<6x48xi16>
// PAIRS: opc.reshape {{.*}} -> tensor<3x2x3x16xi16>
// PAIRS: %[[W:.*]] = opc.transpose {{.*}} -> tensor<3x3x16x2xi16>
// PAIRS: opc.packed_matmul {{.*}}, %[[W]] {columns = 40 : i64} : {{.*}} -> tensor<8x40xi32>
// CHECK-LABEL: @pairs
// CHECK: opc.matmul
func.func @pairs(%x: tensor<8x5xi16>) -> tensor<8x40xi32> {
  %w = opc.constant {value = dense<1> : tensor<5x40xi16>} : tensor<5x40xi16>
  %y = opc.matmul %x, %w : (tensor<8x5xi16>, tensor<5x40xi16>) -> tensor<8x40xi32>
  return %y : tensor<8x40xi32>
}
