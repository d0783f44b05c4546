// RUN: opc-opt %s --split-input-file --opc-lower-kernels --verify-diagnostics | FileCheck %s

// Each element of the batch is a unit whose state lies on the stack.
// CHECK-LABEL: func.func private @rnn
// CHECK-COUNT-2: memref.alloca() {alignment = 64 : i64} : memref<6xf32>
// CHECK: scf.for %{{.*}} = %{{.*}} to %{{.*}} step
// CHECK: math.tanh
func.func private @rnn(%x: tensor<5x3x4xf32>, %w: tensor<6x4xf32>, %r: tensor<6x6xf32>) -> tensor<3x6xf32>
    attributes {opc.kernel, opc.symbols = []} {
  %0, %1 = "opc.rnn"(%x, %w, %r) {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, reverse = false, activations = ["Tanh"], alphas = array<f64>, betas = array<f64>} : (tensor<5x3x4xf32>, tensor<6x4xf32>, tensor<6x6xf32>) -> (tensor<5x3x6xf32>, tensor<3x6xf32>)
  return %1 : tensor<3x6xf32>
}

// -----

func.func private @unknown(%x: tensor<5x3x4xf32>, %w: tensor<6x4xf32>, %r: tensor<6x6xf32>) -> tensor<3x6xf32>
    attributes {opc.kernel, opc.symbols = []} {
  // expected-error@+1 {{activation Sine is not known}}
  %0, %1 = "opc.rnn"(%x, %w, %r) {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, reverse = false, activations = ["Sine"], alphas = array<f64>, betas = array<f64>} : (tensor<5x3x4xf32>, tensor<6x4xf32>, tensor<6x6xf32>) -> (tensor<5x3x6xf32>, tensor<3x6xf32>)
  return %1 : tensor<3x6xf32>
}
