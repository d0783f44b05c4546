// RUN: opc-opt %s --split-input-file --opc-resolve-broadcasts --mlir-print-local-scope | FileCheck %s

// Either operand may have an extent of 1. Along the innermost axis it comes
// through a broadcast, unless it has one for sure; along the others it has a
// stride that the run decides.
// CHECK-LABEL: func.func @operands
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32> {{.*}}, %[[Y:.*]]: tensor<?x1xf32> {{.*}}, %[[Z:.*]]: tensor<?x?xf32>
// CHECK: %[[C:.*]] = opc.add %[[X]], %[[Y]] {opc.dims = [affine_map<()[s0, s1, s2] -> (s2, s1)>]}
// CHECK: %[[A:.*]] = opc.broadcast %[[C]] {dims = affine_map<()[s0, s1, s2, s3, s4, s5] -> (s2, s5)>, opc.may_alias} : (tensor<?x?xf32>) -> tensor<?x?xf32>
// CHECK: %[[B:.*]] = opc.broadcast %[[Z]] {dims = affine_map<()[s0, s1, s2, s3, s4, s5] -> (s4, s5)>, opc.may_alias} : (tensor<?x?xf32>) -> tensor<?x?xf32>
// CHECK: opc.mul %[[A]], %[[B]] {opc.dims = [affine_map<()[s0, s1, s2, s3, s4, s5, s6] -> (s6, s5)>]}
func.func @operands(%x: tensor<?x?xf32> {opc.dims = affine_map<()[s0, s1, s2, s3] -> (s0, s1)>},
                    %y: tensor<?x1xf32> {opc.dims = affine_map<()[s0, s1, s2, s3] -> (s3, 1)>},
                    %z: tensor<?x?xf32> {opc.dims = affine_map<()[s0, s1, s2, s3, s4, s5] -> (s4, s1)>}) -> (tensor<?x?xf32>, tensor<?x?xf32>)
    attributes {opc.symbols = ["n", "m", "", "k", "j", "", ""]} {
  opc.bind_broadcast {pair = affine_map<()[s0, s1, s2, s3] -> (s0, s3)>, symbol = 2 : i64}
  %0 = opc.add %x, %y {opc.dims = [affine_map<()[s0, s1, s2] -> (s2, s1)>]} : (tensor<?x?xf32>, tensor<?x1xf32>) -> tensor<?x?xf32>
  opc.bind_broadcast {pair = affine_map<()[s0, s1, s2, s3, s4] -> (s2, s4)>, symbol = 6 : i64}
  opc.bind_broadcast {pair = affine_map<()[s0, s1, s2, s3, s4, s5] -> (s1, s3)>, symbol = 5 : i64}
  %1 = opc.mul %0, %z {opc.dims = [affine_map<()[s0, s1, s2, s3, s4, s5, s6] -> (s6, s5)>]} : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0, %1 : tensor<?x?xf32>, tensor<?x?xf32>
}

// Columns have their innermost axis first: vectors run along it.
// CHECK-LABEL: func.func @columns
// CHECK-SAME: %[[X:.*]]: tensor<?x1xf32> {{.*}}, %[[Y:.*]]: tensor<?x1xf32>
// CHECK: opc.broadcast %[[X]] {dims = affine_map<()[s0, s1, s2] -> (s2, 1)>, opc.may_alias}
// CHECK: opc.broadcast %[[Y]] {dims = affine_map<()[s0, s1, s2] -> (s2, 1)>, opc.may_alias}
func.func @columns(%x: tensor<?x1xf32> {opc.dims = affine_map<()[s0] -> (s0, 1)>},
                   %y: tensor<?x1xf32> {opc.dims = affine_map<()[s0, s1] -> (s1, 1)>}) -> tensor<?x1xf32>
    attributes {opc.symbols = ["n", "m", ""]} {
  opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0, s1)>, symbol = 2 : i64}
  %0 = opc.add %x, %y {opc.dims = [affine_map<()[s0, s1, s2] -> (s2, 1)>]} : (tensor<?x1xf32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  return %0 : tensor<?x1xf32>
}

// -----

// Element-wise ops that nobody else reads are widened, so that their kernel is
// their reader's; what others read is not.
// CHECK-LABEL: func.func @widened
// CHECK-SAME: %[[X:.*]]: tensor<?xf32> {{.*}}, %[[Y:.*]]: tensor<?xf32> {{.*}}, %[[B:.*]]: tensor<1xf32>
// CHECK: %[[Z:.*]] = opc.tanh %[[Y]]
// CHECK: opc.bind_broadcast
// CHECK: %[[V:.*]] = opc.broadcast %[[X]] {dims = affine_map<()[s0, s1, s2] -> (s2)>, opc.may_alias}
// CHECK: %[[W:.*]] = opc.mul %[[V]], %[[B]] {opc.dims = [affine_map<()[s0, s1, s2] -> (s2)>]}
// CHECK: %[[E:.*]] = opc.exp %[[W]] {opc.dims = [affine_map<()[s0, s1, s2] -> (s2)>]}
// CHECK: %[[U:.*]] = opc.broadcast %[[Z]] {dims = affine_map<()[s0, s1, s2] -> (s2)>, opc.may_alias}
// CHECK: opc.add %[[E]], %[[U]]
func.func @widened(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>},
                   %y: tensor<?xf32> {opc.dims = affine_map<()[s0, s1] -> (s1)>},
                   %b: tensor<1xf32> {opc.dims = affine_map<() -> (1)>}) -> (tensor<?xf32>, tensor<?xf32>)
    attributes {opc.symbols = ["n", "m", ""]} {
  %0 = opc.mul %x, %b {opc.dims = [affine_map<()[s0] -> (s0)>]} : (tensor<?xf32>, tensor<1xf32>) -> tensor<?xf32>
  %1 = opc.exp %0 : (tensor<?xf32>) -> tensor<?xf32>
  %2 = opc.tanh %y : (tensor<?xf32>) -> tensor<?xf32>
  opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0, s1)>, symbol = 2 : i64}
  %3 = opc.add %1, %2 {opc.dims = [affine_map<()[s0, s1, s2] -> (s2)>]} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %2, %3 : tensor<?xf32>, tensor<?xf32>
}

// -----

// Broadcasts of the graph: of one that may repeat nothing nothing is left, one
// that also repeats does so from there on. What is there is not made again.
// CHECK-LABEL: func.func @own
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<?xf32>
// CHECK: %[[A:.*]] = opc.broadcast %[[X]] {dims = affine_map<()[s0, s1] -> (s1)>, opc.may_alias}
// CHECK: %[[B:.*]] = opc.relu %[[A]]
// CHECK: %[[D:.*]] = opc.broadcast %[[A]] {dims = affine_map<()[s0, s1] -> (3, s1)>} : (tensor<?xf32>) -> tensor<3x?xf32>
// CHECK: return %[[B]], %[[D]]
func.func @own(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>},
               %y: tensor<?xf32> {opc.dims = affine_map<()[s0, s1] -> (s1)>}) -> (tensor<?xf32>, tensor<3x?xf32>)
    attributes {opc.symbols = ["n", "m"]} {
  %0 = opc.broadcast %x {dims = affine_map<()[s0, s1] -> (s1)>} : (tensor<?xf32>) -> tensor<?xf32>
  %1 = opc.relu %0 : (tensor<?xf32>) -> tensor<?xf32>
  %2 = opc.broadcast %x {dims = affine_map<()[s0, s1] -> (3, s1)>} : (tensor<?xf32>) -> tensor<3x?xf32>
  return %1, %2 : tensor<?xf32>, tensor<3x?xf32>
}
