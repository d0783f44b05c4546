// RUN: opc-opt %s --opc-lower-kernels | FileCheck %s

// An index is counted from the back where it is negative, and checked. The first
// one that is bad is kept, as it was given, with the extent.
// CHECK-LABEL: func.func private @gather
// CHECK: %[[RAW:.*]] = memref.load %arg2
// CHECK: %[[INDEX:.*]] = arith.index_cast %[[RAW]]
// CHECK: %[[NEGATIVE:.*]] = arith.cmpi slt, %[[INDEX]], %c0
// CHECK: %[[BACK:.*]] = arith.addi %[[INDEX]], %c4
// CHECK: %[[COUNTED:.*]] = arith.select %[[NEGATIVE]], %[[BACK]], %[[INDEX]]
// CHECK: %[[OK:.*]] = arith.cmpi ult, %[[COUNTED]], %c4
// CHECK: scf.if
// CHECK: %[[BEFORE:.*]] = memref.atomic_rmw assign %{{.*}}, %arg0[%c3]
// CHECK: %[[FIRST:.*]] = arith.cmpi eq, %[[BEFORE]], %c0_i64
// CHECK: scf.if %[[FIRST]]
// CHECK: %[[FAULT:.*]] = arith.constant 1 : i64
// CHECK: memref.store %[[FAULT]], %arg0[%c0]
// CHECK: %[[GIVEN:.*]] = arith.index_cast %[[INDEX]] : index to i64
// CHECK: memref.store %[[GIVEN]], %arg0[%c1]
// CHECK: %[[EXTENT:.*]] = arith.index_cast %c4 : index to i64
// CHECK: memref.store %[[EXTENT]], %arg0[%c2]
func.func private @gather(%x: tensor<4x8xf32>, %i: tensor<3xi64>) -> tensor<3x8xf32>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.gather %x, %i {axis = 0 : i64} : (tensor<4x8xf32>, tensor<3xi64>) -> tensor<3x8xf32>
  return %0 : tensor<3x8xf32>
}

// An axis that may be empty has no element in place of a bad index.
// CHECK-LABEL: func.func private @gather_dynamic
// CHECK: %[[ANY:.*]] = arith.cmpi sgt, %arg{{[0-9]+}}, %c0
// CHECK: scf.if %[[ANY]] -> (f32)
func.func private @gather_dynamic(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>}, %i: tensor<3xi64>) -> tensor<3xf32>
    attributes {opc.kernel, opc.symbols = [""]} {
  %0 = opc.gather %x, %i {axis = 0 : i64} : (tensor<?xf32>, tensor<3xi64>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// Lines along the axis are independent units. Nothing is copied where the result
// lies in the operand's buffer, which it may.
// CHECK-LABEL: func.func private @scatter_elements
// CHECK-SAME: opc.inplace = {{\[\[}}0, 0{{\]\]}}
// CHECK: scf.for %[[LINE:.*]] = %arg5 to %arg6
// CHECK: %[[X:.*]] = memref.extract_aligned_pointer_as_index %arg1
// CHECK: %[[Y:.*]] = memref.extract_aligned_pointer_as_index %arg4
// CHECK: %[[APART:.*]] = arith.cmpi ne, %[[X]], %[[Y]]
// CHECK: scf.if %[[APART]] {
// CHECK-NEXT: scf.for
// CHECK: arith.addf
func.func private @scatter_elements(%x: tensor<4x8xf32>, %i: tensor<2x8xi64>, %u: tensor<2x8xf32>) -> tensor<4x8xf32>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.scatter_elements %x, %i, %u {axis = 0 : i64, reduction = "add"} : (tensor<4x8xf32>, tensor<2x8xi64>, tensor<2x8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}
