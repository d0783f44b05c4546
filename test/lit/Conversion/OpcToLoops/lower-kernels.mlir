// RUN: opc-opt %s --split-input-file --opc-lower-kernels --verify-diagnostics | FileCheck %s
// RUN: opc-opt %s --split-input-file --opc-lower-kernels --verify-diagnostics --mlir-print-local-scope | FileCheck %s --check-prefix=COST

// The signature: status, inputs, results, symbols, begin, end.
// CHECK-LABEL: func.func private @relu
// CHECK-SAME: (%[[STATUS:.*]]: memref<4xi64>, %[[X:.*]]: memref<?xf32>, %[[Y:.*]]: memref<?xf32>, %[[S0:.*]]: index, %[[S1:.*]]: index, %[[BEGIN:.*]]: index, %[[END:.*]]: index)
// CHECK-SAME: opc.bytes = #{{.*}}, opc.flops = #{{.*}}, opc.grain = {{[0-9]+}} : i64, opc.kernel
// CHECK: scf.for %[[ROW:.*]] = %[[BEGIN]] to %[[END]]
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[S1]]
// CHECK: %[[V:.*]] = memref.load %[[X]][%[[POSITION:.*]]]
// CHECK: %[[R:.*]] = arith.maximumf %[[V]]
// CHECK: memref.store %[[R]], %[[Y]][%[[POSITION]]]
// Each element is read and written, and takes one operation.
// COST-LABEL: func.func private @relu
// COST-SAME: opc.bytes = affine_map<()[s0, s1] -> ((s0 * s1) * 24)>
// COST-SAME: opc.flops = affine_map<()[s0, s1] -> ((s0 * s1) * 3)>
func.func private @relu(%x: tensor<?x3x?xf32> {opc.dims = affine_map<()[s0, s1] -> (s0, 3, s1)>})
    -> tensor<?x3x?xf32> attributes {opc.kernel, opc.symbols = ["", ""]} {
  %0 = opc.relu %x : (tensor<?x3x?xf32>) -> tensor<?x3x?xf32>
  return %0 : tensor<?x3x?xf32>
}

// -----

// 4 * (4 * 8 + 8 * 16 + 4 * 16) bytes, and 2 * 4 * 8 * 16 operations.
// COST-LABEL: func.func private @product
// COST-SAME: opc.bytes = affine_map<() -> (896)>
// COST-SAME: opc.flops = affine_map<() -> (1024)>
func.func private @product(%x: tensor<4x8xf32>, %y: tensor<8x16xf32>) -> tensor<4x16xf32>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.matmul %x, %y : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

// -----

// A movement computes nothing.
// COST-LABEL: func.func private @turned
// COST-SAME: opc.bytes = affine_map<() -> (384)>
// COST-SAME: opc.flops = affine_map<() -> (0)>
func.func private @turned(%x: tensor<4x6xf64>) -> tensor<6x4xf64>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.transpose %x {perm = array<i64: 1, 0>} : (tensor<4x6xf64>) -> tensor<6x4xf64>
  return %0 : tensor<6x4xf64>
}

// -----

// A producer that is reached twice is computed once.
// CHECK-LABEL: func.func private @diamond
// CHECK: math.exp
// CHECK-NOT: math.exp
// CHECK: return
func.func private @diamond(%x: tensor<8x100xf32>) -> tensor<8x100xf32>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.exp %x : (tensor<8x100xf32>) -> tensor<8x100xf32>
  %1 = opc.neg %0 : (tensor<8x100xf32>) -> tensor<8x100xf32>
  %2 = opc.mul %0, %1 : (tensor<8x100xf32>, tensor<8x100xf32>) -> tensor<8x100xf32>
  return %2 : tensor<8x100xf32>
}

// -----

// Results of different extents are units one after the other.
// CHECK-LABEL: func.func private @two
// CHECK-SAME: opc.units = #[[UNITS:.*]]}
// CHECK: arith.maximumf
// CHECK: math.exp
func.func private @two(%x: tensor<4xf32>, %y: tensor<6xf32>) -> (tensor<4xf32>, tensor<6xf32>)
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = opc.exp %y : (tensor<6xf32>) -> tensor<6xf32>
  return %0, %1 : tensor<4xf32>, tensor<6xf32>
}

// -----

func.func private @composite(%x: tensor<4xf32>) -> tensor<4xf32>
    attributes {opc.kernel, opc.symbols = []} {
  // expected-error@+1 {{has no lowering to loops}}
  %0 = opc.softmax %x {axis = 0 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func private @nests(%x: tensor<4x4xf32>) -> tensor<4x4xf32>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.matmul %x, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  // expected-error@+1 {{a kernel of plain loops cannot hold it beside opc.matmul}}
  %1 = opc.matmul %0, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %1 : tensor<4x4xf32>
}

// -----

// expected-error@+1 {{has an extent that is not known from its inputs}}
func.func private @unknown(%x: tensor<?xf32>) -> tensor<?xf32>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.relu %x : (tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}
