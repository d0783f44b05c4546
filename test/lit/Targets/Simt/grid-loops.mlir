// RUN: opc-opt %s --opc-grid-loops=group=64 --canonicalize | FileCheck %s

// A unit for each work item, those of a group side by side; the next is as many
// behind as there are items.
// CHECK-LABEL: @loops
// CHECK-SAME: opc.grain = 64
// CHECK-SAME: opc.group = 64
// CHECK-DAG: %[[ITEM:.*]] = gpu.thread_id x
// CHECK-DAG: %[[GROUP:.*]] = gpu.block_id x
// CHECK-DAG: %[[GROUPS:.*]] = gpu.grid_dim x
// CHECK-DAG: %[[START:.*]] = arith.muli %[[GROUP]], %c64
// CHECK-DAG: %[[FIRST:.*]] = arith.addi %[[START]], %[[ITEM]]
// CHECK-DAG: %[[STRIDE:.*]] = arith.muli %[[GROUPS]], %c64
// CHECK: scf.for %[[UNIT:.*]] = %[[FIRST]] to %{{.*}} step %[[STRIDE]]
// CHECK-NEXT: %[[NEXT:.*]] = arith.addi %[[UNIT]], %c1
// CHECK-NEXT: scf.for %{{.*}} = %[[UNIT]] to %[[NEXT]] step %c1
func.func private @loops(%y: memref<?xf32>, %begin: index, %end: index)
    attributes {opc.kernel, opc.units = affine_map<()[s0] -> (s0)>, opc.grain = 7 : i64} {
  %one = arith.constant 1 : index
  %value = arith.constant 1.0 : f32
  scf.for %i = %begin to %end step %one {
    memref.store %value, %y[%i] : memref<?xf32>
  }
  return
}

// Few units have a small group.
// CHECK-LABEL: @few
// CHECK-SAME: opc.group = 4
func.func private @few(%y: memref<?xf32>, %begin: index, %end: index)
    attributes {opc.kernel, opc.units = affine_map<() -> (3)>, opc.grain = 1 : i64} {
  return
}

// Rows of scratch of all items together are what a device has on a stack; they
// lie before the loop.
// CHECK-LABEL: @rows
// CHECK-SAME: opc.group = 8
// CHECK: memref.alloca
// CHECK: scf.for
func.func private @rows(%y: memref<?xf32>, %begin: index, %end: index)
    attributes {opc.kernel, opc.units = affine_map<()[s0] -> (s0)>, opc.grain = 1 : i64} {
  %row = memref.alloca() : memref<8192xf32>
  %value = memref.load %row[%begin] : memref<8192xf32>
  memref.store %value, %y[%begin] : memref<?xf32>
  return
}

// What a schedule wrote for groups stays.
// CHECK-LABEL: @scheduled
// CHECK-NOT: gpu.
// CHECK: return
func.func private @scheduled(%y: memref<?xf32>, %begin: index, %end: index)
    attributes {opc.kernel, opc.group = 32 : i64, opc.units = affine_map<() -> (3)>, opc.grain = 1 : i64} {
  return
}
