// opc.gru on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

func.func @main(%x: tensor<5x3x4xf32> {opc.name = "x"},
                %w: tensor<18x4xf32> {opc.name = "w"},
                %r: tensor<18x6xf32> {opc.name = "r"},
                %b: tensor<36xf32> {opc.name = "b"},
                %h: tensor<3x6xf32> {opc.name = "h"})
    -> (tensor<5x3x6xf32> {opc.name = "y0"},
        tensor<3x6xf32> {opc.name = "y1"},
        tensor<5x3x6xf32> {opc.name = "y2"},
        tensor<3x6xf32> {opc.name = "y3"}) {
  // Without what is optional.
  %plain0, %plain1 = "opc.gru"(%x, %w, %r) {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, linear_before_reset = false, reverse = false, activations = ["Sigmoid", "Tanh"], alphas = array<f64>, betas = array<f64>} : (tensor<5x3x4xf32>, tensor<18x4xf32>, tensor<18x6xf32>) -> (tensor<5x3x6xf32>, tensor<3x6xf32>)
  // With a bias and a first state, backwards.
  %full0, %full1 = "opc.gru"(%x, %w, %r, %b, %h) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 1>, linear_before_reset = true, reverse = true, activations = ["Sigmoid", "Tanh"], alphas = array<f64>, betas = array<f64>} : (tensor<5x3x4xf32>, tensor<18x4xf32>, tensor<18x6xf32>, tensor<36xf32>, tensor<3x6xf32>) -> (tensor<5x3x6xf32>, tensor<3x6xf32>)
  return %plain0, %plain1, %full0, %full1
      : tensor<5x3x6xf32>, tensor<3x6xf32>, tensor<5x3x6xf32>, tensor<3x6xf32>
}
