// RUN: opc-opt --opc-form-kernels --split-input-file %s | FileCheck %s

// A product takes the element-wise ops behind it, and the cheap ones that only
// they read; its own operands are never computed inside.
// CHECK-LABEL: func.func @main
// CHECK: %[[A:.*]] = opc.launch @exp_[[E:[0-9]+]](
// CHECK: opc.launch @matmul_sub_add_relu_{{[0-9]+}}(%[[A]]
// CHECK: return
func.func @main(%x: tensor<8x8xf32> {opc.dims = affine_map<() -> (8, 8)>}, %y: tensor<8x8xf32> {opc.dims = affine_map<() -> (8, 8)>}) -> tensor<8x8xf32> attributes {opc.symbols = []} {
  %0 = opc.exp %x : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %1 = opc.matmul %0, %y : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %2 = opc.sub %x, %y : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %3 = opc.add %1, %2 : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %4 = opc.relu %3 : (tensor<8x8xf32>) -> tensor<8x8xf32>
  return %4 : tensor<8x8xf32>
}

// -----

// x * sigmoid(x): a value read twice within its kernel is no second result.
// CHECK-LABEL: func.func @main
// CHECK: %[[A:.*]] = opc.launch @matmul_sigmoid_mul_0({{.*}} -> tensor<8x8xf32>
// CHECK: return %[[A]]
func.func @main(%x: tensor<8x8xf32> {opc.dims = affine_map<() -> (8, 8)>}) -> tensor<8x8xf32> attributes {opc.symbols = []} {
  %0 = opc.matmul %x, %x : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %1 = opc.sigmoid %0 : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %2 = opc.mul %0, %1 : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  return %2 : tensor<8x8xf32>
}

// -----

// A product has one result: what others read ends its kernel. Element-wise
// kernels have several instead of computing a value twice.
// CHECK-LABEL: func.func @main
// CHECK: %[[A:.*]] = opc.launch @matmul_0(
// CHECK: %[[B:.*]]:2 = opc.launch @relu_exp_1(%[[A]])
// CHECK: return %[[A]], %[[B]]#0, %[[B]]#1
func.func @main(%x: tensor<8x8xf32> {opc.dims = affine_map<() -> (8, 8)>}) -> (tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>) attributes {opc.symbols = []} {
  %0 = opc.matmul %x, %x : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %1 = opc.relu %0 : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %2 = opc.exp %1 : (tensor<8x8xf32>) -> tensor<8x8xf32>
  return %0, %1, %2 : tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>
}

// -----

// exp of a row is not computed again for every element it is added to; a sum of
// two numbers is.
// CHECK-LABEL: func.func @main
// CHECK: %[[A:.*]] = opc.launch @exp_0(
// CHECK: %[[B:.*]] = opc.launch @add_1(%{{.*}}, %[[A]])
// CHECK: opc.launch @sub_mul_2(
func.func @main(%x: tensor<8x8xf32> {opc.dims = affine_map<() -> (8, 8)>}, %r: tensor<8xf32> {opc.dims = affine_map<() -> (8)>}) -> (tensor<8x8xf32>, tensor<8x8xf32>) attributes {opc.symbols = []} {
  %0 = opc.exp %r : (tensor<8xf32>) -> tensor<8xf32>
  %1 = opc.add %x, %0 : (tensor<8x8xf32>, tensor<8xf32>) -> tensor<8x8xf32>
  %2 = opc.sub %r, %r : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %3 = opc.mul %x, %2 : (tensor<8x8xf32>, tensor<8xf32>) -> tensor<8x8xf32>
  return %1, %3 : tensor<8x8xf32>, tensor<8x8xf32>
}

// -----

// Reductions over the same rows and what is between them are one kernel.
// CHECK-LABEL: func.func @main
// CHECK-NEXT: %[[Y:.*]] = opc.launch @{{.*}}_0(
// CHECK-NEXT: return %[[Y]]
func.func @main(%x: tensor<?x64xf32> {opc.dims = affine_map<()[s0] -> (s0, 64)>}, %b: tensor<?x64xf32> {opc.dims = affine_map<()[s0] -> (s0, 64)>}) -> tensor<?x64xf32> attributes {opc.symbols = ["n"]} {
  %0 = opc.add %x, %b : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
  %1 = opc.reduce %0 {axes = array<i64: 1>, keepdims = true, kind = "max"} : (tensor<?x64xf32>) -> tensor<?x1xf32>
  %2 = opc.sub %0, %1 : (tensor<?x64xf32>, tensor<?x1xf32>) -> tensor<?x64xf32>
  %3 = opc.exp %2 : (tensor<?x64xf32>) -> tensor<?x64xf32>
  %4 = opc.reduce %3 {axes = array<i64: 1>, keepdims = true, kind = "sum"} : (tensor<?x64xf32>) -> tensor<?x1xf32>
  %5 = opc.reciprocal %4 : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %6 = opc.mul %3, %5 : (tensor<?x64xf32>, tensor<?x1xf32>) -> tensor<?x64xf32>
  return %6 : tensor<?x64xf32>
}

// -----

// A reduction of columns that are longer than a cache is no place for elements:
// neither for those behind it, nor for those before it that others read, too.
// CHECK-LABEL: func.func @main
// CHECK: %[[M:.*]] = opc.launch @reduce_neg_0(
// CHECK: %[[S:.*]]:2 = opc.launch @add_mul_1(%arg0, %[[M]])
// CHECK: %[[V:.*]] = opc.launch @reduce_sqrt_2(%[[S]]#
// CHECK: opc.launch @mul_3(%[[S]]#{{[01]}}, %[[V]])
func.func @main(%x: tensor<8192x16xf32> {opc.dims = affine_map<() -> (8192, 16)>}) -> tensor<8192x16xf32> attributes {opc.symbols = []} {
  %0 = opc.reduce %x {axes = array<i64: 0>, keepdims = true, kind = "sum"} : (tensor<8192x16xf32>) -> tensor<1x16xf32>
  %1 = opc.neg %0 : (tensor<1x16xf32>) -> tensor<1x16xf32>
  %2 = opc.add %x, %1 : (tensor<8192x16xf32>, tensor<1x16xf32>) -> tensor<8192x16xf32>
  %3 = opc.mul %2, %2 : (tensor<8192x16xf32>, tensor<8192x16xf32>) -> tensor<8192x16xf32>
  %4 = opc.reduce %3 {axes = array<i64: 0>, keepdims = true, kind = "sum"} : (tensor<8192x16xf32>) -> tensor<1x16xf32>
  %5 = opc.sqrt %4 : (tensor<1x16xf32>) -> tensor<1x16xf32>
  %6 = opc.mul %2, %5 : (tensor<8192x16xf32>, tensor<1x16xf32>) -> tensor<8192x16xf32>
  return %6 : tensor<8192x16xf32>
}

// -----

// Shorter columns are read again from the cache; elements that only the
// reduction reads are its own.
// CHECK-LABEL: func.func @main
// CHECK: opc.launch @abs_reduce_neg_add_0(
// CHECK-NEXT: opc.launch @abs_reduce_1(
// CHECK-NEXT: return
func.func @main(%x: tensor<512x16xf32> {opc.dims = affine_map<() -> (512, 16)>}, %y: tensor<8192x16xf32> {opc.dims = affine_map<() -> (8192, 16)>}) -> (tensor<512x16xf32>, tensor<1x16xf32>) attributes {opc.symbols = []} {
  %0 = opc.abs %x : (tensor<512x16xf32>) -> tensor<512x16xf32>
  %1 = opc.reduce %0 {axes = array<i64: 0>, keepdims = true, kind = "sum"} : (tensor<512x16xf32>) -> tensor<1x16xf32>
  %2 = opc.neg %1 : (tensor<1x16xf32>) -> tensor<1x16xf32>
  %3 = opc.add %0, %2 : (tensor<512x16xf32>, tensor<1x16xf32>) -> tensor<512x16xf32>
  %4 = opc.abs %y : (tensor<8192x16xf32>) -> tensor<8192x16xf32>
  %5 = opc.reduce %4 {axes = array<i64: 0>, keepdims = true, kind = "sum"} : (tensor<8192x16xf32>) -> tensor<1x16xf32>
  return %3, %5 : tensor<512x16xf32>, tensor<1x16xf32>
}

// -----

// A residual: the sum waits for the later of its operands and joins it.
// CHECK-LABEL: func.func @main
// CHECK: %[[A:.*]] = opc.launch @matmul_relu_0(
// CHECK: %[[B:.*]] = opc.launch @matmul_relu_0(%[[A]]
// CHECK: %[[C:.*]] = opc.launch @matmul_add_1(%[[B]], %{{.*}}, %[[A]])
// CHECK: return %[[C]]
func.func @main(%x: tensor<8x8xf32> {opc.dims = affine_map<() -> (8, 8)>}, %w: tensor<8x8xf32> {opc.dims = affine_map<() -> (8, 8)>}) -> tensor<8x8xf32> attributes {opc.symbols = []} {
  %0 = opc.matmul %x, %w : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %1 = opc.relu %0 : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %2 = opc.matmul %1, %w : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %3 = opc.relu %2 : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %4 = opc.matmul %3, %w : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %5 = opc.add %4, %1 : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  return %5 : tensor<8x8xf32>
}

// -----

// A kernel never goes before what binds its symbols or after what reads it.
// CHECK-LABEL: func.func @main
// CHECK: %[[N:.*]] = opc.launch @nonzero_count_
// CHECK: opc.bind_element %[[N]]
// CHECK: %[[S:.*]] = opc.launch @{{.*}}slice
// CHECK: return %[[S]]
func.func @main(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>}) -> tensor<?xf32> attributes {opc.symbols = ["n", ""]} {
  %0 = opc.relu %x : (tensor<?xf32>) -> tensor<?xf32>
  %1 = opc.nonzero_count %0 : (tensor<?xf32>) -> tensor<i64>
  opc.bind_element %1 {index = 0 : i64, symbol = 1 : i64} : tensor<i64>
  %2 = opc.neg %0 : (tensor<?xf32>) -> tensor<?xf32>
  %3 = opc.slice %2 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<()[s0, s1] -> (s1)>} : (tensor<?xf32>) -> tensor<?xf32>
  return %3 : tensor<?xf32>
}

// -----

// A slice reads each element once at most, whatever that costs.
// CHECK-LABEL: func.func @main
// CHECK-NEXT: opc.launch @tanh_slice_
// CHECK-NEXT: return
func.func @main(%x: tensor<4x64xf32>) -> tensor<2x64xf32> {
  %0 = opc.tanh %x : (tensor<4x64xf32>) -> tensor<4x64xf32>
  %1 = opc.slice %0 {starts = affine_map<() -> (1, 0)>, steps = array<i64: 2, 1>, dims = affine_map<() -> (2, 64)>} : (tensor<4x64xf32>) -> tensor<2x64xf32>
  return %1 : tensor<2x64xf32>
}

// -----

// What is repeated is computed before, where computing it again would cost more.
// CHECK-LABEL: func.func @main
// CHECK-NEXT: opc.launch @tanh_
// CHECK-NEXT: opc.launch @broadcast_
// CHECK-NEXT: return
func.func @main(%x: tensor<1x64xf32>) -> tensor<4x64xf32> {
  %0 = opc.tanh %x : (tensor<1x64xf32>) -> tensor<1x64xf32>
  %1 = opc.broadcast %0 {dims = affine_map<() -> (4, 64)>} : (tensor<1x64xf32>) -> tensor<4x64xf32>
  return %1 : tensor<4x64xf32>
}

// -----

// No kernel has ops of two targets, whichever way they would join: a reader its
// operand, a cheap op its only reader. Each kernel names its own.
// CHECK-LABEL: func.func @main
// CHECK: opc.launch @exp_neg_0(
// CHECK: opc.launch @tanh_1(
// CHECK: opc.launch @abs_2(
// CHECK: opc.launch @sub_3(
// CHECK: func.func private @exp_neg_0
// CHECK-SAME: opc.target = "cpu:x86-64-v3"
// CHECK: func.func private @tanh_1
// CHECK-SAME: opc.target = "reference:plain"
// CHECK: func.func private @abs_2
// CHECK-SAME: opc.target = "reference:plain"
// CHECK: func.func private @sub_3
// CHECK-SAME: opc.target = "cpu:x86-64-v3"
module attributes {opc.target = "cpu:x86-64-v3"} {
  func.func @main(%x: tensor<8x8xf32> {opc.dims = affine_map<() -> (8, 8)>}, %z: tensor<8x8xf32> {opc.dims = affine_map<() -> (8, 8)>}) -> tensor<8x8xf32> attributes {opc.symbols = []} {
    %0 = opc.exp %x : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %1 = opc.neg %0 : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %2 = opc.tanh %1 {opc.target = "reference:plain"} : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %3 = opc.abs %z {opc.target = "reference:plain"} : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %4 = opc.sub %2, %3 : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
    return %4 : tensor<8x8xf32>
  }
}
