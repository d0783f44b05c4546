// RUN: opc-opt %s --opc-core-loops | FileCheck %s

// Each core takes a share of the units, side by side.
// CHECK-LABEL: @loops
// CHECK-SAME: %[[Y:.*]]: memref<?xf32>, %{{.*}}: index, %[[END:.*]]: index
// CHECK: %[[CORES:.*]] = tile.num_cores
// CHECK: %[[LESS:.*]] = arith.subi %[[CORES]], %{{.*}}
// CHECK: %[[MOST:.*]] = arith.addi %[[END]], %[[LESS]]
// CHECK: %[[SHARE:.*]] = arith.divsi %[[MOST]], %[[CORES]]
// CHECK: %[[CORE:.*]] = tile.core_id
// CHECK: %[[FIRST:.*]] = arith.muli %[[CORE]], %[[SHARE]]
// CHECK: %[[NEXT:.*]] = arith.addi %[[FIRST]], %[[SHARE]]
// CHECK: %[[LAST:.*]] = arith.minsi %[[NEXT]], %[[END]]
// CHECK: scf.for %{{.*}} = %[[FIRST]] to %[[LAST]]
func.func private @loops(%y: memref<?xf32>, %begin: index, %end: index)
    attributes {opc.kernel, opc.units = affine_map<()[s0] -> (s0)>} {
  %one = arith.constant 1 : index
  %value = arith.constant 1.0 : f32
  scf.for %i = %begin to %end step %one {
    memref.store %value, %y[%i] : memref<?xf32>
  }
  return
}

// CHECK-LABEL: @by_core
// CHECK-NOT: tile.num_cores
func.func private @by_core(%y: memref<?xf32>, %begin: index, %end: index)
    attributes {opc.kernel, opc.units = affine_map<()[s0] -> (s0)>} {
  %core = tile.core_id
  return
}
