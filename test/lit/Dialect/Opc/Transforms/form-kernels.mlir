// One op to a kernel: symbols are renumbered, equal kernels are one function,
// small constants are cloned, reshape and control flow stay.
// RUN: opc-opt --opc-form-kernels=fuse=false --mlir-print-local-scope --split-input-file %s | FileCheck %s

// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[X:.*]]: tensor<?x3x?xf32>
// CHECK: %[[A:.*]] = opc.launch @relu_0(%[[X]]) {dims = [affine_map<()[s0, s1, s2] -> (s2, 3, s1)>], symbols = affine_map<()[s0, s1, s2] -> (s2, s1)>}
// CHECK: %[[B:.*]] = opc.launch @relu_0(%[[A]])
// CHECK: %[[C:.*]] = opc.launch @mul_1(%[[B]])
// CHECK: %[[R:.*]] = opc.reshape %[[C]]
// CHECK: return %[[R]]
// CHECK: func.func private @relu_0(%[[P:.*]]: tensor<?x3x?xf32> {opc.dims = affine_map<()[s0, s1] -> (s0, 3, s1)>})
// CHECK-SAME: attributes {opc.kernel, opc.ops = ["opc.relu"], opc.symbols = ["", ""]}
// CHECK-NEXT: %[[Y:.*]] = opc.relu %[[P]]
// CHECK-NEXT: return %[[Y]]
// CHECK: func.func private @mul_1
// CHECK-NEXT: opc.constant {value = dense<2.000000e+00> : tensor<f32>}
// CHECK-NOT: func.func
func.func @main(%x: tensor<?x3x?xf32> {opc.dims = affine_map<()[s0, s1, s2] -> (s2, 3, s1)>}) -> tensor<?x?xf32> attributes {opc.symbols = ["a", "b", "c"]} {
  %two = opc.constant {value = dense<2.0> : tensor<f32>} : tensor<f32>
  %0 = opc.relu %x : (tensor<?x3x?xf32>) -> tensor<?x3x?xf32>
  %1 = opc.relu %0 : (tensor<?x3x?xf32>) -> tensor<?x3x?xf32>
  %2 = opc.mul %1, %two : (tensor<?x3x?xf32>, tensor<f32>) -> tensor<?x3x?xf32>
  %unused = opc.exp %2 : (tensor<?x3x?xf32>) -> tensor<?x3x?xf32>
  %3 = opc.reshape %2 {dims = affine_map<()[s0, s1, s2] -> (s2, s1 * 3)>} : (tensor<?x3x?xf32>) -> tensor<?x?xf32>
  return %3 : tensor<?x?xf32>
}

// -----

// Kernels with other symbols but the same form are one; a large constant is read
// from memory, a splat is not; the operands of a product always are.
// CHECK-LABEL: func.func @main
// CHECK: %[[W:.*]] = opc.constant {value = dense<1.000000e+00> : tensor<4x4xf32>}
// CHECK: %[[A:.*]] = opc.launch @exp_0(%{{.*}}) {{.*}}symbols = affine_map<()[s0] -> (s0)>
// CHECK: %[[B:.*]] = opc.launch @exp_0(%{{.*}}) {{.*}}symbols = affine_map<()[s0, s1] -> (s1)>
// CHECK: opc.launch @matmul_1(%[[A]], %[[W]])
// CHECK: opc.launch @add_2(%[[B]])
// CHECK: func.func private @add_2
// CHECK-NEXT: opc.constant {value = dense<3.000000e+00> : tensor<5x4xf32>}
func.func @main(%x: tensor<?x4xf32> {opc.dims = affine_map<()[s0] -> (s0, 4)>},
                %y: tensor<?x4xf32> {opc.dims = affine_map<()[s0, s1] -> (s1, 4)>})
    -> (tensor<?x4xf32>, tensor<5x4xf32>) attributes {opc.symbols = ["a", "b"]} {
  %w = opc.constant {value = dense<1.0> : tensor<4x4xf32>} : tensor<4x4xf32>
  %c = opc.constant {value = dense<3.0> : tensor<5x4xf32>} : tensor<5x4xf32>
  %0 = opc.exp %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = opc.exp %y : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %2 = opc.matmul %0, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %3 = opc.add %1, %c : (tensor<?x4xf32>, tensor<5x4xf32>) -> tensor<5x4xf32>
  return %2, %3 : tensor<?x4xf32>, tensor<5x4xf32>
}

// -----

// Kernels are formed inside of branches; symbols bound there are inputs of them.
// CHECK-LABEL: func.func @main
// CHECK: opc.if
// CHECK: opc.launch @neg_0
// CHECK: opc.yield
// CHECK: else
// CHECK: %[[N:.*]] = opc.launch @nonzero_count_1
// CHECK: opc.bind_element %[[N]] {index = 0 : i64, symbol = 1 : i64}
// CHECK: opc.launch @iota_2() {dims = [affine_map<()[s0, s1] -> (s1)>], symbols = affine_map<()[s0, s1] -> (s1)>}
// CHECK: opc.bind_dim
// CHECK: opc.launch @relu_3
// CHECK: func.func private @iota_2() -> tensor<?xf32>
func.func @main(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>}, %c: tensor<i1> {opc.dims = affine_map<() -> ()>}) -> tensor<?xf32> attributes {opc.symbols = ["n", "", ""]} {
  %0 = opc.if %c {dims = [affine_map<()[s0, s1, s2] -> (s2)>]} : (tensor<i1>) -> tensor<?xf32> {
    %1 = opc.neg %x : (tensor<?xf32>) -> tensor<?xf32>
    opc.yield %1 : tensor<?xf32>
  } else {
    %2 = opc.nonzero_count %x : (tensor<?xf32>) -> tensor<i64>
    opc.bind_element %2 {index = 0 : i64, symbol = 1 : i64} : tensor<i64>
    %3 = opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1] -> (s1)>} : () -> tensor<?xf32>
    opc.yield %3 : tensor<?xf32>
  }
  opc.bind_dim %0 {axis = 0 : i64, symbol = 2 : i64} : tensor<?xf32>
  %4 = opc.relu %0 : (tensor<?xf32>) -> tensor<?xf32>
  return %4 : tensor<?xf32>
}
