// RUN: opc-opt %s --opc-simplify --split-input-file | FileCheck %s
// RUN: opc-opt %s --opc-simplify=functions-only --split-input-file | FileCheck %s --check-prefix=FUNCTIONS

// CHECK-LABEL: func.func @transposes
// CHECK-SAME: (%[[X:.*]]: tensor<2x3x4xf32>)
func.func @transposes(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %0 = opc.transpose %x {perm = array<i64: 0, 2, 1>} : (tensor<2x3x4xf32>) -> tensor<2x4x3xf32>
  %1 = opc.transpose %0 {perm = array<i64: 0, 2, 1>} : (tensor<2x4x3xf32>) -> tensor<2x3x4xf32>
  // CHECK-NEXT: return %[[X]]
  // FUNCTIONS-LABEL: func.func @transposes
  // FUNCTIONS-COUNT-2: opc.transpose
  return %1 : tensor<2x3x4xf32>
}

// -----

// Moving an axis of one element moves nothing.
// CHECK-LABEL: func.func @unit_axis
func.func @unit_axis(%x: tensor<1x3x4xf32>) -> tensor<3x1x4xf32> {
  // CHECK-NEXT: opc.reshape
  // CHECK-NOT: opc.transpose
  %0 = opc.transpose %x {perm = array<i64: 1, 0, 2>} : (tensor<1x3x4xf32>) -> tensor<3x1x4xf32>
  return %0 : tensor<3x1x4xf32>
}

// -----

// x + 0 is not x for a float: -0 + 0 is +0.
// CHECK-LABEL: func.func @zero
// CHECK: opc.add
// CHECK-NOT: opc.mul
func.func @zero(%x: tensor<3xf32>) -> tensor<3xf32> {
  %zero = opc.constant {value = dense<0.0> : tensor<f32>} : tensor<f32>
  %one = opc.constant {value = dense<1.0> : tensor<f32>} : tensor<f32>
  %0 = opc.add %x, %zero : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  %1 = opc.mul %0, %one : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  return %1 : tensor<3xf32>
}

// -----

// x - 0 is x, and x - (-0) is not: -0 - (-0) is +0.
// CHECK-LABEL: func.func @minus_zero
// CHECK-SAME: (%[[X:.*]]: tensor<3xf32>)
// CHECK: %[[Y:.*]] = opc.sub %[[X]]
// CHECK-NOT: opc.sub
// CHECK: return %[[Y]]
func.func @minus_zero(%x: tensor<3xf32>) -> tensor<3xf32> {
  %zero = opc.constant {value = dense<0.0> : tensor<f32>} : tensor<f32>
  %negative = opc.constant {value = dense<-0.0> : tensor<f32>} : tensor<f32>
  %0 = opc.sub %x, %zero : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  %1 = opc.sub %0, %negative : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  return %1 : tensor<3xf32>
}

// -----

// A factor of one that broadcasts the other operand stays.
// CHECK-LABEL: func.func @one_broadcasts
// CHECK: opc.mul
func.func @one_broadcasts(%x: tensor<3xf32>) -> tensor<2x3xf32> {
  %one = opc.constant {value = dense<1.0> : tensor<2x3xf32>} : tensor<2x3xf32>
  %0 = opc.mul %x, %one : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @layer_norm
// CHECK-SAME: (%[[X:.*]]: tensor<2x8xf32>)
// CHECK-NEXT: %[[Y:.*]] = opc.normalize %[[X]] {axes = array<i64: 1>, center = true, epsilon = {{.*}}}
// CHECK-NEXT: return %[[Y]]
func.func @layer_norm(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %n = opc.constant {value = dense<8.0> : tensor<f32>} : tensor<f32>
  %eps = opc.constant {value = dense<1.0e-5> : tensor<f32>} : tensor<f32>
  %two = opc.constant {value = dense<2.0> : tensor<f32>} : tensor<f32>
  %s = opc.reduce %x {kind = "sum", axes = array<i64: 1>, keepdims = true} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %mean = opc.div %s, %n : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %d = opc.sub %x, %mean : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %sq = opc.pow %d, %two : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %ss = opc.reduce %sq {kind = "sum", axes = array<i64: 1>, keepdims = true} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %v = opc.div %ss, %n : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %ve = opc.add %v, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %std = opc.sqrt %ve : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %y = opc.div %d, %std : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// -----

// A pad that also crops moves elements, though the extents stay.
// CHECK-LABEL: func.func @shifting_pad
// CHECK: opc.pad
func.func @shifting_pad(%x: tensor<3xf32>, %v: tensor<f32>) -> tensor<3xf32> {
  %0 = opc.pad %x, %v {low = affine_map<() -> (1)>, dims = affine_map<() -> (3)>, mode = "constant"} : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// -----

// A pad of nothing, in whichever mode.
// CHECK-LABEL: func.func @empty_pads
// CHECK-NEXT: return %arg0
func.func @empty_pads(%x: tensor<3x?xf32> {opc.dims = affine_map<()[s0] -> (3, s0)>}, %v: tensor<f32>) -> tensor<3x?xf32>
    attributes {opc.symbols = ["n"]} {
  %0 = opc.pad %x, %v {low = affine_map<()[s0] -> (0, 0)>, dims = affine_map<()[s0] -> (3, s0)>, mode = "reflect"} : (tensor<3x?xf32>, tensor<f32>) -> tensor<3x?xf32>
  %1 = opc.pad %0, %v {low = affine_map<()[s0] -> (0, 0)>, dims = affine_map<()[s0] -> (3, s0)>, mode = "constant"} : (tensor<3x?xf32>, tensor<f32>) -> tensor<3x?xf32>
  return %1 : tensor<3x?xf32>
}

// -----

// A slice of everything, backwards.
// CHECK-LABEL: func.func @reversed
// CHECK: opc.slice
func.func @reversed(%x: tensor<3xf32>) -> tensor<3xf32> {
  %0 = opc.slice %x {starts = affine_map<() -> (2)>, steps = array<i64: -1>, dims = affine_map<() -> (3)>} : (tensor<3xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// -----

// No layer normalisation: the mean of something else, deviations from something
// else, squares over other axes.
// CHECK-LABEL: func.func @almost_layer_norm
// CHECK-NOT: opc.normalize
// CHECK: return
func.func @almost_layer_norm(%x: tensor<8x8xf32>, %z: tensor<8x8xf32>) -> (tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>) {
  %n = opc.constant {value = dense<8.0> : tensor<f32>} : tensor<f32>
  %e = opc.constant {value = dense<0.25> : tensor<f32>} : tensor<f32>
  %sum_x = opc.reduce %x {kind = "sum", axes = array<i64: 1>, keepdims = true} : (tensor<8x8xf32>) -> tensor<8x1xf32>
  %mean_x = opc.div %sum_x, %n : (tensor<8x1xf32>, tensor<f32>) -> tensor<8x1xf32>
  %sum_z = opc.reduce %z {kind = "sum", axes = array<i64: 1>, keepdims = true} : (tensor<8x8xf32>) -> tensor<8x1xf32>
  %mean_z = opc.div %sum_z, %n : (tensor<8x1xf32>, tensor<f32>) -> tensor<8x1xf32>
  %dx = opc.sub %x, %mean_x : (tensor<8x8xf32>, tensor<8x1xf32>) -> tensor<8x8xf32>
  %dz = opc.sub %x, %mean_z : (tensor<8x8xf32>, tensor<8x1xf32>) -> tensor<8x8xf32>

  %s0 = opc.mul %dz, %dz : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %r0 = opc.reduce %s0 {kind = "sum", axes = array<i64: 1>, keepdims = true} : (tensor<8x8xf32>) -> tensor<8x1xf32>
  %m0 = opc.div %r0, %n : (tensor<8x1xf32>, tensor<f32>) -> tensor<8x1xf32>
  %a0 = opc.add %m0, %e : (tensor<8x1xf32>, tensor<f32>) -> tensor<8x1xf32>
  %q0 = opc.sqrt %a0 : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %y0 = opc.div %dz, %q0 : (tensor<8x8xf32>, tensor<8x1xf32>) -> tensor<8x8xf32>

  %s1 = opc.mul %dx, %dz : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %r1 = opc.reduce %s1 {kind = "sum", axes = array<i64: 1>, keepdims = true} : (tensor<8x8xf32>) -> tensor<8x1xf32>
  %m1 = opc.div %r1, %n : (tensor<8x1xf32>, tensor<f32>) -> tensor<8x1xf32>
  %a1 = opc.add %m1, %e : (tensor<8x1xf32>, tensor<f32>) -> tensor<8x1xf32>
  %q1 = opc.sqrt %a1 : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %y1 = opc.div %dx, %q1 : (tensor<8x8xf32>, tensor<8x1xf32>) -> tensor<8x8xf32>

  %s2 = opc.mul %dx, %dx : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %r2 = opc.reduce %s2 {kind = "sum", axes = array<i64: 0>, keepdims = true} : (tensor<8x8xf32>) -> tensor<1x8xf32>
  %m2 = opc.div %r2, %n : (tensor<1x8xf32>, tensor<f32>) -> tensor<1x8xf32>
  %a2 = opc.add %m2, %e : (tensor<1x8xf32>, tensor<f32>) -> tensor<1x8xf32>
  %q2 = opc.sqrt %a2 : (tensor<1x8xf32>) -> tensor<1x8xf32>
  %y2 = opc.div %dx, %q2 : (tensor<8x8xf32>, tensor<1x8xf32>) -> tensor<8x8xf32>
  return %y0, %y1, %y2 : tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>
}

// -----

// The products of a GELU come in any order, its input may be one itself.
// CHECK-LABEL: func.func @gelu
// CHECK-SAME: (%[[X:.*]]: tensor<3xf32>)
// CHECK-DAG: %[[SQUARE:.*]] = opc.mul %[[X]], %[[X]]
// CHECK-DAG: %[[A:.*]] = opc.gelu %[[X]] {approximate = "none"}
// CHECK-DAG: %[[B:.*]] = opc.gelu %[[SQUARE]] {approximate = "none"}
// CHECK: return %[[A]], %[[B]]
// FUNCTIONS-LABEL: func.func @gelu
// FUNCTIONS-COUNT-2: opc.gelu
func.func @gelu(%x: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %one = opc.constant {value = dense<1.0> : tensor<f32>} : tensor<f32>
  %half = opc.constant {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %root = opc.constant {value = dense<1.41421354> : tensor<f32>} : tensor<f32>
  %inverse = opc.constant {value = dense<0.707106769> : tensor<f32>} : tensor<f32>
  %0 = opc.div %x, %root : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  %1 = opc.erf %0 : (tensor<3xf32>) -> tensor<3xf32>
  %2 = opc.add %1, %one : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  %3 = opc.mul %x, %2 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %4 = opc.mul %3, %half : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  %5 = opc.mul %x, %x : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %6 = opc.mul %inverse, %5 : (tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
  %7 = opc.erf %6 : (tensor<3xf32>) -> tensor<3xf32>
  %8 = opc.add %one, %7 : (tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
  %9 = opc.mul %half, %5 : (tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
  %10 = opc.mul %9, %8 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %4, %10 : tensor<3xf32>, tensor<3xf32>
}

// -----

// Another factor, or another argument, is no GELU.
// CHECK-LABEL: func.func @no_gelu
// CHECK-NOT: opc.gelu
func.func @no_gelu(%x: tensor<3xf32>, %y: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) {
  %one = opc.constant {value = dense<1.0> : tensor<f32>} : tensor<f32>
  %half = opc.constant {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %other = opc.constant {value = dense<0.7071> : tensor<f32>} : tensor<f32>
  %inverse = opc.constant {value = dense<0.707106769> : tensor<f32>} : tensor<f32>
  %0 = opc.mul %x, %inverse : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  %1 = opc.erf %0 : (tensor<3xf32>) -> tensor<3xf32>
  %2 = opc.add %1, %one : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  %3 = opc.mul %x, %2 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %4 = opc.mul %y, %half : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  %5 = opc.mul %4, %2 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %6 = opc.mul %x, %other : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  %7 = opc.erf %6 : (tensor<3xf32>) -> tensor<3xf32>
  %8 = opc.add %7, %one : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  %9 = opc.mul %x, %half : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  %10 = opc.mul %9, %8 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %3, %5, %10 : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
}

// -----

// What 1 is added to or subtracted from.
// CHECK-LABEL: func.func @one_and
// CHECK-SAME: (%[[X:.*]]: tensor<3xf32>)
// CHECK: %[[TWICE:.*]] = opc.add %[[X]], %[[X]]
// CHECK: %[[S:.*]] = opc.sigmoid %[[TWICE]]
// CHECK: %[[A:.*]] = opc.add %[[S]], %[[S]]
// CHECK: %[[NEG:.*]] = opc.neg %[[X]]
// CHECK: %[[B:.*]] = opc.sigmoid %[[NEG]]
// CHECK: %[[SOFT:.*]] = opc.softplus
// CHECK: %[[C:.*]] = opc.neg %[[SOFT]]
// CHECK: return %[[A]], %[[B]], %[[C]]
func.func @one_and(%x: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) {
  %one = opc.constant {value = dense<1.0> : tensor<f32>} : tensor<f32>
  %0 = opc.tanh %x : (tensor<3xf32>) -> tensor<3xf32>
  %1 = opc.add %0, %one : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  %2 = opc.sigmoid %x : (tensor<3xf32>) -> tensor<3xf32>
  %3 = opc.sub %one, %2 : (tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
  %4 = opc.log %2 : (tensor<3xf32>) -> tensor<3xf32>
  return %1, %3, %4 : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
}
