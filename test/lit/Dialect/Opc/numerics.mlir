// RUN: opc-opt %s --verify-roundtrip | FileCheck %s
// RUN: opc-opt %s --cse | FileCheck %s --check-prefix=CSE
// RUN: opc-opt %s --opc-simplify | FileCheck %s --check-prefix=SIMPLIFY
// RUN: opc-opt %s --emit-bytecode | opc-opt | FileCheck %s

// Only what is not the default is printed.
// CHECK-LABEL: func.func @fields
func.func @fields(%a: tensor<4x9xf32>, %b: tensor<9x5xf32>) -> (tensor<4x5xf32>, tensor<4x5xf32>, tensor<4xf32>) {
  // CHECK: opc.matmul %{{.*}} {numerics = #opc.numerics<acc = f64, order = sequential, fma = off>}
  %0 = opc.matmul %a, %b {numerics = #opc.numerics<level = ulp, fma = off, acc = f64, order = sequential, round = nearest_even>} : (tensor<4x9xf32>, tensor<9x5xf32>) -> tensor<4x5xf32>
  // CHECK: opc.matmul %{{.*}}, %{{.*}} : (
  %1 = opc.matmul %a, %b : (tensor<4x9xf32>, tensor<9x5xf32>) -> tensor<4x5xf32>
  // CHECK: opc.reduce %{{.*}}numerics = #opc.numerics<chains = 4>}
  %2 = opc.reduce %a {kind = "sum", axes = array<i64: 1>, keepdims = false, numerics = #opc.numerics<chains = 4>} : (tensor<4x9xf32>) -> tensor<4xf32>
  return %0, %1, %2 : tensor<4x5xf32>, tensor<4x5xf32>, tensor<4xf32>
}

// Sums with different contracts are two sums; with equal ones they are one.
// CSE-LABEL: func.func @alike
func.func @alike(%x: tensor<4x9xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  // CSE: %[[A:.*]] = opc.reduce
  // CSE-NOT: numerics
  // CSE: %[[B:.*]] = opc.reduce {{.*}}#opc.numerics<acc = f64>
  // CSE: return %[[A]], %[[B]], %[[B]]
  %0 = opc.reduce %x {kind = "sum", axes = array<i64: 1>, keepdims = false} : (tensor<4x9xf32>) -> tensor<4xf32>
  %1 = opc.reduce %x {kind = "sum", axes = array<i64: 1>, keepdims = false, numerics = #opc.numerics<acc = f64>} : (tensor<4x9xf32>) -> tensor<4xf32>
  %2 = opc.reduce %x {kind = "sum", axes = array<i64: 1>, keepdims = false, numerics = #opc.numerics<acc = f64>} : (tensor<4x9xf32>) -> tensor<4xf32>
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// Two sums that promise the same become a normalisation which does.
// SIMPLIFY-LABEL: func.func @one
func.func @one(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // SIMPLIFY: opc.normalize %{{.*}}numerics = #opc.numerics<acc = f64>
  %n = opc.constant {value = dense<8.0> : tensor<1x1xf32>} : tensor<1x1xf32>
  %e = opc.constant {value = dense<1.0e-5> : tensor<1x1xf32>} : tensor<1x1xf32>
  %0 = opc.reduce %x {kind = "sum", axes = array<i64: 1>, keepdims = true, numerics = #opc.numerics<acc = f64>} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  %1 = opc.div %0, %n : (tensor<4x1xf32>, tensor<1x1xf32>) -> tensor<4x1xf32>
  %2 = opc.sub %x, %1 : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
  %3 = opc.mul %2, %2 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %4 = opc.reduce %3 {kind = "sum", axes = array<i64: 1>, keepdims = true, numerics = #opc.numerics<acc = f64>} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  %5 = opc.div %4, %n : (tensor<4x1xf32>, tensor<1x1xf32>) -> tensor<4x1xf32>
  %6 = opc.add %5, %e : (tensor<4x1xf32>, tensor<1x1xf32>) -> tensor<4x1xf32>
  %7 = opc.sqrt %6 : (tensor<4x1xf32>) -> tensor<4x1xf32>
  %8 = opc.div %2, %7 : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
  return %8 : tensor<4x8xf32>
}

// Where they do not, they stay two.
// SIMPLIFY-LABEL: func.func @two
func.func @two(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // SIMPLIFY-NOT: opc.normalize
  // SIMPLIFY: opc.reduce {{.*}}numerics = #opc.numerics<acc = f64>
  // SIMPLIFY: opc.reduce
  // SIMPLIFY-NOT: opc.normalize
  // SIMPLIFY: return
  %n = opc.constant {value = dense<8.0> : tensor<1x1xf32>} : tensor<1x1xf32>
  %e = opc.constant {value = dense<1.0e-5> : tensor<1x1xf32>} : tensor<1x1xf32>
  %0 = opc.reduce %x {kind = "sum", axes = array<i64: 1>, keepdims = true, numerics = #opc.numerics<acc = f64>} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  %1 = opc.div %0, %n : (tensor<4x1xf32>, tensor<1x1xf32>) -> tensor<4x1xf32>
  %2 = opc.sub %x, %1 : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
  %3 = opc.mul %2, %2 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %4 = opc.reduce %3 {kind = "sum", axes = array<i64: 1>, keepdims = true} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  %5 = opc.div %4, %n : (tensor<4x1xf32>, tensor<1x1xf32>) -> tensor<4x1xf32>
  %6 = opc.add %5, %e : (tensor<4x1xf32>, tensor<1x1xf32>) -> tensor<4x1xf32>
  %7 = opc.sqrt %6 : (tensor<4x1xf32>) -> tensor<4x1xf32>
  %8 = opc.div %2, %7 : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
  return %8 : tensor<4x8xf32>
}
