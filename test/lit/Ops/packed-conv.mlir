// opc.packed_conv: what constant weights become on the CPU, against the plain loops of
// the op that they came from.
// RUN: %opc compile %s -o - --stop-after layout | FileCheck %s
// RUN: %opc compile %s -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

// CHECK: opc.packed_conv
// SCHEDULE: @packed_conv_{{[a-z0-9_]+}}({{.*}} opc.schedule = "conv"
func.func @main(%x: tensor<1x2x9x11xf32> {opc.name = "x"}) -> (tensor<1x5x5x6xf32> {opc.name = "y"}) {
  %w = opc.constant {value = dense<[[[[-0.170, 0.160, -0.960], [0.232, 0.264, -0.880], [0.255, -0.067, 0.359]], [[-0.295, 0.414, 0.476], [-0.956, -0.879, 0.352], [0.927, -0.498, -0.087]]], [[[0.185, -0.360, -0.272], [-0.375, -0.262, 0.191], [-0.399, -0.246, 0.545]], [[-0.946, 0.139, 0.470], [-0.380, -0.555, 0.608], [-0.523, -0.625, -0.130]]], [[[0.396, -0.796, -0.356], [-0.332, 0.667, -0.123], [0.711, -0.661, -0.327]], [[0.300, 0.770, -0.098], [-0.550, -0.758, 0.059], [-0.618, 0.614, 0.677]]], [[[-0.633, -0.443, 0.614], [0.284, 0.613, -0.309], [-0.741, -0.416, 0.588]], [[-0.458, -0.307, -0.166], [-0.160, -0.181, 0.841], [-0.688, -0.991, 0.887]]], [[[0.760, 0.974, -0.131], [0.900, 0.855, -0.556], [0.491, 0.673, 0.326]], [[0.038, -0.422, -0.318], [-0.545, -0.864, 0.177], [-0.426, 0.620, -0.910]]]]> : tensor<5x2x3x3xf32>} : tensor<5x2x3x3xf32>
  %b = opc.constant {value = dense<[[[[0.807]], [[0.387]], [[0.848]], [[0.793]], [[0.799]]]]> : tensor<1x5x1x1xf32>} : tensor<1x5x1x1xf32>
  %0 = opc.conv %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 1 : i64, layout = "NCHW"} : (tensor<1x2x9x11xf32>, tensor<5x2x3x3xf32>) -> tensor<1x5x5x6xf32>
  %1 = opc.add %0, %b : (tensor<1x5x5x6xf32>, tensor<1x5x1x1xf32>) -> tensor<1x5x5x6xf32>
  %y = opc.hard_swish %1 : (tensor<1x5x5x6xf32>) -> tensor<1x5x5x6xf32>
  return %y : tensor<1x5x5x6xf32>
}
