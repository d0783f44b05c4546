// RUN: opc-opt %s --opc-pack-recurrent | FileCheck %s

// CHECK-LABEL: @lstm
// CHECK: %[[XW:.*]] = opc.packed_matmul %arg0, {{.*}} {columns = 80 : i64}
// CHECK: opc.packed_recurrent %[[XW]], {{.*}}cell = "lstm"{{.*}} : (tensor<7x2x80xf32>, tensor<8x20x16xf32>) -> (tensor<7x1x2x20xf32>, tensor<1x2x20xf32>, tensor<1x2x20xf32>)
func.func @lstm(%x: tensor<7x2x6xf32>) -> tensor<7x2x20xf32> {
  %w = opc.constant {value = dense<1.0> : tensor<80x6xf32>} : tensor<80x6xf32>
  %r = opc.constant {value = dense<1.0> : tensor<80x20xf32>} : tensor<80x20xf32>
  %y, %h, %c = opc.lstm %x, %w, %r {reverse = false, activations = ["Sigmoid", "Tanh", "Tanh"], alphas = array<f64>, betas = array<f64>, input_forget = false, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>} : (tensor<7x2x6xf32>, tensor<80x6xf32>, tensor<80x20xf32>) -> (tensor<7x2x20xf32>, tensor<2x20xf32>, tensor<2x20xf32>)
  return %y : tensor<7x2x20xf32>
}
