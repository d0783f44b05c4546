// opc.resize on plain loops and on the CPU's schedules.
// RUN: %opc compile %s --target=cpu:x86-64-v3 -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

// SCHEDULE-COUNT-2: func.func private @resize_{{[0-9]+}}({{.*}} opc.schedule = "resize"
func.func @main(%x0: tensor<1x3x5x7xf32> {opc.name = "x0"},
                %x1: tensor<1x3x5x7xf32> {opc.name = "x1"},
                %x2: tensor<1x3x5x7xf32> {opc.name = "x2"})
    -> (tensor<1x3x10x14xf32> {opc.name = "y0"},
        tensor<1x3x10x14xf32> {opc.name = "y1"},
        tensor<1x3x10x14xf32> {opc.name = "y2"}) {
  %k0 = opc.constant {value = dense<2.0> : tensor<2xf32>} : tensor<2xf32>
  %y0_0 = opc.resize %x0, %k0 {axes = array<i64: 2, 3>, dims = affine_map<() -> (10, 14)>, mode = "nearest", coordinates = "asymmetric", rounding = "round_prefer_floor", cubic_coefficient = -0.75 : f64, exclude_outside = false, antialias = false, extrapolation = 0.0 : f64, roi = array<f64>} : (tensor<1x3x5x7xf32>, tensor<2xf32>) -> tensor<1x3x10x14xf32>
  %k1 = opc.constant {value = dense<2.0> : tensor<2xf32>} : tensor<2xf32>
  %y1_0 = opc.resize %x1, %k1 {axes = array<i64: 2, 3>, dims = affine_map<() -> (10, 14)>, mode = "linear", coordinates = "half_pixel", rounding = "round_prefer_floor", cubic_coefficient = -0.75 : f64, exclude_outside = false, antialias = false, extrapolation = 0.0 : f64, roi = array<f64>} : (tensor<1x3x5x7xf32>, tensor<2xf32>) -> tensor<1x3x10x14xf32>
  %k2 = opc.constant {value = dense<2.0> : tensor<2xf32>} : tensor<2xf32>
  %y2_0 = opc.resize %x2, %k2 {axes = array<i64: 2, 3>, dims = affine_map<() -> (10, 14)>, mode = "cubic", coordinates = "align_corners", rounding = "round_prefer_floor", cubic_coefficient = -0.75 : f64, exclude_outside = false, antialias = false, extrapolation = 0.0 : f64, roi = array<f64>} : (tensor<1x3x5x7xf32>, tensor<2xf32>) -> tensor<1x3x10x14xf32>
  return %y0_0, %y1_0, %y2_0
      : tensor<1x3x10x14xf32>, tensor<1x3x10x14xf32>, tensor<1x3x10x14xf32>
}
