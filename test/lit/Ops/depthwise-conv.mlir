// opc.depthwise_conv: what constant weights become on the CPU, against the plain loops of
// the op that they came from.
// RUN: %opc compile %s -o - --stop-after layout | FileCheck %s
// RUN: %opc compile %s -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

// CHECK: opc.depthwise_conv
// SCHEDULE: @depthwise_conv_{{[a-z0-9_]+}}({{.*}} opc.schedule = "depthwise"
func.func @main(%x: tensor<1x5x6x9xf32> {opc.name = "x"}) -> (tensor<1x5x6x9xf32> {opc.name = "y"}) {
  %w = opc.constant {value = dense<[[[[0.154, -0.974, 0.491], [-0.656, -0.400, 0.326], [0.050, -0.172, 0.878]]], [[[0.224, -0.317, -0.495], [0.723, -0.046, 0.565], [-0.296, -0.605, 0.069]]], [[[0.634, -0.657, 0.583], [0.844, 0.612, 0.647], [-0.985, 0.257, 0.725]]], [[[-0.900, -0.457, -0.463], [0.055, -0.154, -0.054], [0.553, -0.996, -0.890]]], [[[-0.746, -0.751, -0.863], [0.949, 0.709, -0.828], [0.004, -0.368, -0.371]]]]> : tensor<5x1x3x3xf32>} : tensor<5x1x3x3xf32>
  %b = opc.constant {value = dense<[[[[-0.297]], [[0.294]], [[0.173]], [[-0.278]], [[-0.618]]]]> : tensor<1x5x1x1xf32>} : tensor<1x5x1x1xf32>
  %0 = opc.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 5 : i64, layout = "NCHW"} : (tensor<1x5x6x9xf32>, tensor<5x1x3x3xf32>) -> tensor<1x5x6x9xf32>
  %1 = opc.add %0, %b : (tensor<1x5x6x9xf32>, tensor<1x5x1x1xf32>) -> tensor<1x5x6x9xf32>
  %y = opc.hard_swish %1 : (tensor<1x5x6x9xf32>) -> tensor<1x5x6x9xf32>
  return %y : tensor<1x5x6x9xf32>
}
