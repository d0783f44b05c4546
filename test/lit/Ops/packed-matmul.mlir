// opc.packed_matmul: what constant weights become on the CPU, against the plain loops of
// the op that they came from.
// RUN: %opc compile %s -o - --stop-after layout | FileCheck %s
// RUN: %opc compile %s -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

// CHECK-COUNT-2: opc.packed_matmul
// SCHEDULE: @packed_matmul_add_relu_{{[0-9]+}}({{.*}} opc.schedule = "gemm"
// SCHEDULE: @packed_matmul_{{[0-9]+}}({{.*}} opc.schedule = "gemm"
func.func @main(%x: tensor<7x5xf32> {opc.name = "x"}, %z: tensor<2x1x5xf32> {opc.name = "z"})
    -> (tensor<7x19xf32> {opc.name = "y"}, tensor<2x1x19xf32> {opc.name = "q"}) {
  %w = opc.constant {value = dense<[[-0.524, 0.088, -0.260, 0.208, 0.251, -0.869, -0.974, 0.675, -0.481, -0.531, 0.991, -0.059, 0.673, -0.047, 0.278, -0.699, 0.270, 0.736, 0.046], [0.483, 0.343, -0.872, 0.516, 0.182, -0.397, -0.938, 0.731, -0.055, 0.438, 0.758, 0.428, 0.842, -0.210, 0.602, -0.111, 0.871, 0.758, -0.805], [-0.728, -0.566, 0.931, -0.128, 0.253, -0.398, 0.014, -0.228, -0.298, 0.170, 0.169, 0.808, 0.364, 0.858, 0.713, 0.982, 0.343, -0.674, 0.721], [0.929, 0.809, 0.138, 0.428, -0.578, 0.663, 0.147, -0.430, -0.873, 0.708, 0.980, -0.823, 0.601, -0.179, -0.698, -0.412, 0.538, 0.746, -0.912], [0.229, -0.910, 0.437, -0.338, 0.762, 0.961, 0.011, 0.997, -0.381, -0.846, 0.200, -0.937, -0.605, -0.184, 0.221, -0.688, -0.915, 0.736, -0.372]]> : tensor<5x19xf32>} : tensor<5x19xf32>
  %b = opc.constant {value = dense<[0.917, 0.793, -0.244, -0.079, 0.040, 0.288, 0.191, 0.119, 0.240, 0.881, 0.014, -0.138, 0.441, -0.525, -0.398, 0.956, 0.042, 0.097, -0.977]> : tensor<19xf32>} : tensor<19xf32>
  %0 = opc.matmul %x, %w : (tensor<7x5xf32>, tensor<5x19xf32>) -> tensor<7x19xf32>
  %1 = opc.add %0, %b : (tensor<7x19xf32>, tensor<19xf32>) -> tensor<7x19xf32>
  %y = opc.relu %1 : (tensor<7x19xf32>) -> tensor<7x19xf32>
  %q = opc.matmul %z, %w : (tensor<2x1x5xf32>, tensor<5x19xf32>) -> tensor<2x1x19xf32>
  return %y, %q : tensor<7x19xf32>, tensor<2x1x19xf32>
}
