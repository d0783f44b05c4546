// opc.rnn on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

func.func @main(%x: tensor<5x3x4xf32> {opc.name = "x"},
                %w: tensor<6x4xf32> {opc.name = "w"},
                %r: tensor<6x6xf32> {opc.name = "r"},
                %b: tensor<12xf32> {opc.name = "b"},
                %h: tensor<3x6xf32> {opc.name = "h"})
    -> (tensor<5x3x6xf32> {opc.name = "y0"},
        tensor<3x6xf32> {opc.name = "y1"},
        tensor<5x3x6xf32> {opc.name = "y2"},
        tensor<3x6xf32> {opc.name = "y3"}) {
  // Without what is optional.
  %plain0, %plain1 = "opc.rnn"(%x, %w, %r) {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, reverse = false, activations = ["Tanh"], alphas = array<f64>, betas = array<f64>} : (tensor<5x3x4xf32>, tensor<6x4xf32>, tensor<6x6xf32>) -> (tensor<5x3x6xf32>, tensor<3x6xf32>)
  // With a bias and a first state, backwards.
  %full0, %full1 = "opc.rnn"(%x, %w, %r, %b, %h) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 1>, reverse = true, activations = ["Tanh"], alphas = array<f64>, betas = array<f64>} : (tensor<5x3x4xf32>, tensor<6x4xf32>, tensor<6x6xf32>, tensor<12xf32>, tensor<3x6xf32>) -> (tensor<5x3x6xf32>, tensor<3x6xf32>)
  return %plain0, %plain1, %full0, %full1
      : tensor<5x3x6xf32>, tensor<3x6xf32>, tensor<5x3x6xf32>, tensor<3x6xf32>
}
