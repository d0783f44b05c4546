// RUN: opc-opt --opc-split-concats=most=2 --mlir-print-local-scope --split-input-file %s | FileCheck %s

// Two at a time, level by level; the order of the elements stays, and one that is
// left over is its own.
// CHECK-LABEL: func.func @five
// CHECK-SAME: %[[A:.*]]: tensor<1x2xf32>, %[[B:.*]]: tensor<1x3xf32>, %[[C:.*]]: tensor<1x4xf32>, %[[D:.*]]: tensor<1x5xf32>, %[[E:.*]]: tensor<1x6xf32>
// CHECK-NEXT: %[[AB:.*]] = opc.concat %[[A]], %[[B]] {axis = 1 : i64} : {{.*}} -> tensor<1x5xf32>
// CHECK-NEXT: %[[CD:.*]] = opc.concat %[[C]], %[[D]] {axis = 1 : i64} : {{.*}} -> tensor<1x9xf32>
// CHECK-NEXT: %[[ABCD:.*]] = opc.concat %[[AB]], %[[CD]] {axis = 1 : i64} : {{.*}} -> tensor<1x14xf32>
// CHECK-NEXT: %[[Y:.*]] = opc.concat %[[ABCD]], %[[E]] {axis = 1 : i64} : {{.*}} -> tensor<1x20xf32>
// CHECK-NEXT: return %[[Y]]
func.func @five(%a: tensor<1x2xf32>, %b: tensor<1x3xf32>, %c: tensor<1x4xf32>, %d: tensor<1x5xf32>, %e: tensor<1x6xf32>) -> tensor<1x20xf32> {
  %0 = opc.concat %a, %b, %c, %d, %e {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x3xf32>, tensor<1x4xf32>, tensor<1x5xf32>, tensor<1x6xf32>) -> tensor<1x20xf32>
  return %0 : tensor<1x20xf32>
}

// -----

// Extents that only the run knows.
// CHECK-LABEL: func.func @open
// CHECK-NEXT: %[[AB:.*]] = opc.concat %{{.*}}, %{{.*}} {axis = 0 : i64} : {{.*}} -> tensor<?xf32>
// CHECK-NEXT: opc.concat %[[AB]], %{{.*}} {axis = 0 : i64} : (tensor<?xf32>, tensor<3xf32>) -> tensor<?xf32>
func.func @open(%a: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>}, %b: tensor<2xf32>, %c: tensor<3xf32>) -> tensor<?xf32> attributes {opc.symbols = ["n"]} {
  %0 = opc.concat %a, %b, %c {axis = 0 : i64} : (tensor<?xf32>, tensor<2xf32>, tensor<3xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// Few enough: as it is.
// CHECK-LABEL: func.func @two
// CHECK-NEXT: opc.concat %{{.*}}, %{{.*}} {axis = 0 : i64} : (tensor<1xf32>, tensor<2xf32>) -> tensor<3xf32>
// CHECK-NEXT: return
func.func @two(%a: tensor<1xf32>, %b: tensor<2xf32>) -> tensor<3xf32> {
  %0 = opc.concat %a, %b {axis = 0 : i64} : (tensor<1xf32>, tensor<2xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}
