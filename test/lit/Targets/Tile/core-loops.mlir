// RUN: opc-opt %s --pass-pipeline='builtin.module(func.func(opc-core-loops))' | FileCheck %s
// RUN: opc-opt %s --pass-pipeline='builtin.module(func.func(opc-core-loops{line=64}))' | FileCheck %s --check-prefix=LINES

// Four floats a unit: 4 units are a line.
// CHECK-LABEL: func @rows
// CHECK: %[[SHARE:.*]] = arith.divsi
// CHECK: %[[FIRST:.*]] = arith.muli %{{.*}}, %[[SHARE]]
// CHECK: scf.for %{{.*}} = %[[FIRST]] to
// LINES-LABEL: func @rows
// LINES: %[[SHARE:.*]] = arith.divsi
// LINES: %[[UNIT:.*]] = arith.constant 4 : index
// LINES: %[[LINES:.*]] = arith.divsi %{{.*}}, %[[UNIT]]
// LINES: %[[WHOLE:.*]] = arith.muli %[[LINES]], %[[UNIT]]
// LINES: arith.muli %{{.*}}, %[[WHOLE]]
func.func @rows(%status: memref<4xi64>, %x: memref<?xf32>, %y: memref<?xf32>, %begin: index, %end: index)
    attributes {opc.units = affine_map<() -> (50)>} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %u = %begin to %end step %c1 {
    scf.for %i = %c0 to %c4 step %c1 {
      %row = arith.muli %u, %c4 : index
      %at = arith.addi %row, %i : index
      %v = memref.load %x[%at] : memref<?xf32>
      memref.store %v, %y[%at] : memref<?xf32>
    }
  }
  return
}

// The digits of a unit, put together again.
// LINES-LABEL: func @digits
// LINES: arith.constant 16 : index
func.func @digits(%status: memref<4xi64>, %x: memref<?xf32>, %y: memref<?xf32>, %begin: index, %end: index)
    attributes {opc.units = affine_map<() -> (50)>} {
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  scf.for %u = %begin to %end step %c1 {
    %q = arith.divui %u, %c5 : index
    %r = arith.remui %u, %c5 : index
    %row = arith.muli %q, %c5 : index
    %at = arith.addi %row, %r : index
    %v = memref.load %x[%at] : memref<?xf32>
    memref.store %v, %y[%at] : memref<?xf32>
  }
  return
}

// Columns share lines: one core's work.
// LINES-LABEL: func @columns
// LINES-SAME: %[[END:[a-z0-9]*]]: index)
// LINES: arith.muli %{{.*}}, %[[END]]
func.func @columns(%status: memref<4xi64>, %x: memref<?xf32>, %y: memref<?xf32>, %begin: index, %end: index)
    attributes {opc.units = affine_map<() -> (50)>} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c50 = arith.constant 50 : index
  scf.for %u = %begin to %end step %c1 {
    scf.for %i = %c0 to %c4 step %c1 {
      %row = arith.muli %i, %c50 : index
      %at = arith.addi %row, %u : index
      %v = memref.load %x[%at] : memref<?xf32>
      memref.store %v, %y[%at] : memref<?xf32>
    }
  }
  return
}

// CHECK-LABEL: @by_core
// CHECK-NOT: tile.num_cores
func.func @by_core(%status: memref<4xi64>, %y: memref<?xf32>, %begin: index, %end: index)
    attributes {opc.units = affine_map<() -> (50)>} {
  %core = tile.core_id
  return
}
