// opc.packed_lstm: what constant weights become on the CPU, against the plain loops of
// the op that they came from.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=cpu --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

func.func @main(%x: tensor<5x2x4xf32> {opc.name = "x"}) -> (tensor<5x2x3xf32> {opc.name = "y"}, tensor<2x3xf32> {opc.name = "h"}, tensor<5x2x3xf32> {opc.name = "r"}) {
  %w = opc.constant {value = dense<[[-0.342, -0.752, 0.111, 0.432], [-0.240, -0.840, -0.643, -0.253], [0.209, 0.565, -0.239, 0.602], [0.246, -0.137, -0.255, -0.008], [0.406, -0.159, 0.388, -0.078], [-0.510, 0.072, 0.390, -0.857], [-0.150, -0.148, 0.759, 0.873], [-0.252, 0.796, 0.582, -0.476], [-0.072, -0.754, 0.626, 0.325], [0.775, 0.585, 0.335, 0.467], [0.128, -0.794, 0.176, -0.990], [-0.713, 0.549, -0.911, -0.816]]> : tensor<12x4xf32>} : tensor<12x4xf32>
  %u = opc.constant {value = dense<[[-0.801, 0.761, -0.642], [-0.953, 0.683, -0.757], [0.688, 0.347, 0.672], [0.905, 0.158, 0.597], [-0.927, 0.535, 0.023], [0.430, -0.787, 0.498], [0.869, -0.878, -0.352], [0.128, 0.656, -0.516], [-0.640, -0.500, 0.232], [0.507, -0.213, -0.265], [-0.207, -0.299, -0.164], [-0.833, 0.001, 0.946]]> : tensor<12x3xf32>} : tensor<12x3xf32>
  %b = opc.constant {value = dense<[-0.174, 0.495, -0.679, 0.382, 0.512, 0.348, 0.034, -0.033, 0.286, 0.795, -0.701, -0.808, 0.496, 0.833, 0.035, -0.114, 0.438, -0.628, -0.465, -0.602, 0.171, -0.370, -0.535, 0.382]> : tensor<24xf32>} : tensor<24xf32>
  %h0 = opc.constant {value = dense<[[0.907, -0.408, 0.411], [-0.174, 0.707, 0.169]]> : tensor<2x3xf32>} : tensor<2x3xf32>
  %c0 = opc.constant {value = dense<[[-0.466, -0.565, -0.954], [-0.041, -0.234, -0.656]]> : tensor<2x3xf32>} : tensor<2x3xf32>
  %y, %h, %c = opc.lstm %x, %w, %u, %b, %h0, %c0 {reverse = false, activations = ["Sigmoid", "Tanh", "Tanh"], alphas = array<f64>, betas = array<f64>, input_forget = false, operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 1, 1, 0>} : (tensor<5x2x4xf32>, tensor<12x4xf32>, tensor<12x3xf32>, tensor<24xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> (tensor<5x2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>)
  %r, %h2, %c2 = opc.lstm %x, %w, %u, %b {reverse = true, activations = ["Sigmoid", "Tanh", "Tanh"], alphas = array<f64>, betas = array<f64>, input_forget = false, operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0, 0, 0>} : (tensor<5x2x4xf32>, tensor<12x4xf32>, tensor<12x3xf32>, tensor<24xf32>) -> (tensor<5x2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>)
  return %y, %h, %r : tensor<5x2x3xf32>, tensor<2x3xf32>, tensor<5x2x3xf32>
}
