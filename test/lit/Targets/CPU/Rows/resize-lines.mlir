// Resizes along the last axis gather the neighbours that a table names: odd extents, both
// ways, more columns than a table has, columns that are only known when it runs.
// RUN: %opc compile %s -o - --stop-after schedule | FileCheck %s
// RUN: %opc run %s --target=reference --dim width=21 --output %t.reference
// RUN: %opc run %s --target=%chip --dim width=21 --output %t.cpu
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.reference %t.cpu --rtol 1e-6

// CHECK-LABEL: func.func private @resize_relu_0
// CHECK-SAME: opc.schedule = "resize"
// CHECK: vector.gather
// CHECK: arith.maximumf
// CHECK-COUNT-5: @resize_{{[0-9]+}}({{.*}} opc.schedule = "resize"
func.func @main(%x0: tensor<2x3x5x19xf32> {opc.name = "x0"},
                %x1: tensor<1x2x9x41xf32> {opc.name = "x1"},
                %x2: tensor<3x23xf32> {opc.name = "x2"},
                %x3: tensor<1x2x7x33xf32> {opc.name = "x3"},
                %x4: tensor<2x1100xf32> {opc.name = "x4"},
                %x5: tensor<1x3x4x?xf32> {opc.name = "x5", opc.dims = affine_map<()[s0] -> (1, 3, 4, s0)>})
    -> (tensor<2x3x10x38xf32> {opc.name = "y0"},
        tensor<1x2x4x30xf32> {opc.name = "y1"},
        tensor<3x69xf32> {opc.name = "y2"},
        tensor<1x2x10x16xf32> {opc.name = "y3"},
        tensor<2x2200xf32> {opc.name = "y4"},
        tensor<1x3x4x?xf32> {opc.name = "y5"}) attributes {opc.symbols = ["width"]} {
  %k0 = opc.constant {value = dense<[2.0, 2.0]> : tensor<2xf32>} : tensor<2xf32>
  %r0 = opc.resize %x0, %k0 {axes = array<i64: 2, 3>, dims = affine_map<() -> (10, 38)>, mode = "linear", coordinates = "half_pixel", rounding = "floor", cubic_coefficient = -0.75 : f64, extrapolation = 0.0 : f64, antialias = false, exclude_outside = false, roi = array<f64>} : (tensor<2x3x5x19xf32>, tensor<2xf32>) -> tensor<2x3x10x38xf32>
  %e0 = opc.relu %r0 : (tensor<2x3x10x38xf32>) -> tensor<2x3x10x38xf32>
  %k1 = opc.constant {value = dense<[0.5, 0.75]> : tensor<2xf32>} : tensor<2xf32>
  %r1 = opc.resize %x1, %k1 {axes = array<i64: 2, 3>, dims = affine_map<() -> (4, 30)>, mode = "linear", coordinates = "align_corners", rounding = "floor", cubic_coefficient = -0.75 : f64, extrapolation = 0.0 : f64, antialias = false, exclude_outside = false, roi = array<f64>} : (tensor<1x2x9x41xf32>, tensor<2xf32>) -> tensor<1x2x4x30xf32>
  %k2 = opc.constant {value = dense<[3.0]> : tensor<1xf32>} : tensor<1xf32>
  %r2 = opc.resize %x2, %k2 {axes = array<i64: 1>, dims = affine_map<() -> (69)>, mode = "nearest", coordinates = "asymmetric", rounding = "floor", cubic_coefficient = -0.75 : f64, extrapolation = 0.0 : f64, antialias = false, exclude_outside = false, roi = array<f64>} : (tensor<3x23xf32>, tensor<1xf32>) -> tensor<3x69xf32>
  %k3 = opc.constant {value = dense<[1.5, 0.5]> : tensor<2xf32>} : tensor<2xf32>
  %r3 = opc.resize %x3, %k3 {axes = array<i64: 2, 3>, dims = affine_map<() -> (10, 16)>, mode = "nearest", coordinates = "half_pixel", rounding = "round_prefer_ceil", cubic_coefficient = -0.75 : f64, extrapolation = 0.0 : f64, antialias = false, exclude_outside = false, roi = array<f64>} : (tensor<1x2x7x33xf32>, tensor<2xf32>) -> tensor<1x2x10x16xf32>
  %k4 = opc.constant {value = dense<[2.0]> : tensor<1xf32>} : tensor<1xf32>
  %r4 = opc.resize %x4, %k4 {axes = array<i64: 1>, dims = affine_map<() -> (2200)>, mode = "linear", coordinates = "pytorch_half_pixel", rounding = "floor", cubic_coefficient = -0.75 : f64, extrapolation = 0.0 : f64, antialias = false, exclude_outside = false, roi = array<f64>} : (tensor<2x1100xf32>, tensor<1xf32>) -> tensor<2x2200xf32>
  %k5 = opc.constant {value = dense<[2.0]> : tensor<1xf32>} : tensor<1xf32>
  %r5 = opc.resize %x5, %k5 {axes = array<i64: 3>, dims = affine_map<()[s0] -> (s0 * 2)>, mode = "linear", coordinates = "half_pixel_symmetric", rounding = "floor", cubic_coefficient = -0.75 : f64, extrapolation = 0.0 : f64, antialias = false, exclude_outside = false, roi = array<f64>} : (tensor<1x3x4x?xf32>, tensor<1xf32>) -> tensor<1x3x4x?xf32>
  return %e0, %r1, %r2, %r3, %r4, %r5
      : tensor<2x3x10x38xf32>, tensor<1x2x4x30xf32>, tensor<3x69xf32>, tensor<1x2x10x16xf32>, tensor<2x2200xf32>, tensor<1x3x4x?xf32>
}
