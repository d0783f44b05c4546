// RUN: opc-opt --opc-unfuse-kernels --mlir-print-local-scope %s | FileCheck %s

// The kernel on tensors is broken up at each of its launches, in the symbols of
// @main; the one on buffers stays. New kernels that are equal are one. The module
// keeps what became of it, and what its attributes said.
// CHECK: module attributes {opc.broken_up = [{into = ["relu_6", "add_7"], kernel = "relu_add_5", opc.declined = {some = "why"}, opc.kernel, opc.symbols = [""]}]}
// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>
// CHECK: %[[A:.*]] = opc.launch @done_4(%[[X]])
// CHECK: %[[B:.*]] = opc.launch @relu_6(%[[A]]) {dims = [affine_map<()[s0, s1] -> (s1)>], symbols = affine_map<()[s0, s1] -> (s1)>}
// CHECK: %[[C:.*]] = opc.launch @add_7(%[[B]], %[[A]])
// CHECK: %[[D:.*]] = opc.launch @relu_6(%[[C]])
// CHECK: %[[E:.*]] = opc.launch @add_7(%[[D]], %[[C]])
// CHECK: return %[[E]]
// CHECK: func.func private @done_4
// CHECK-NOT: @relu_add_5
// CHECK: func.func private @relu_6(%{{.*}}: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>})
// CHECK: func.func private @add_7
// CHECK-NOT: func.func
func.func @main(%x: tensor<?xf32> {opc.dims = affine_map<()[s0, s1] -> (s1)>}) -> tensor<?xf32> attributes {opc.symbols = ["a", "b"]} {
  %0 = opc.launch @done_4(%x) {dims = [affine_map<()[s0, s1] -> (s1)>], symbols = affine_map<()[s0, s1] -> (s1)>} : (tensor<?xf32>) -> tensor<?xf32>
  %1 = opc.launch @relu_add_5(%0) {dims = [affine_map<()[s0, s1] -> (s1)>], symbols = affine_map<()[s0, s1] -> (s1)>} : (tensor<?xf32>) -> tensor<?xf32>
  %2 = opc.launch @relu_add_5(%1) {dims = [affine_map<()[s0, s1] -> (s1)>], symbols = affine_map<()[s0, s1] -> (s1)>} : (tensor<?xf32>) -> tensor<?xf32>
  return %2 : tensor<?xf32>
}
func.func private @done_4(%status: memref<4xi64>, %x: memref<?xf32>, %y: memref<?xf32>, %s0: index, %begin: index, %end: index) attributes {opc.kernel, opc.units = affine_map<() -> (1)>} {
  return
}
func.func private @relu_add_5(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>}) -> tensor<?xf32> attributes {opc.kernel, opc.symbols = [""], opc.declined = {some = "why"}} {
  %0 = opc.relu %x : (tensor<?xf32>) -> tensor<?xf32>
  %1 = opc.add %0, %x : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %1 : tensor<?xf32>
}
