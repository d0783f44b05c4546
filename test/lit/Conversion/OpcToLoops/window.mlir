// RUN: opc-opt %s --opc-lower-kernels | FileCheck %s

// A mean divides by the elements inside of x, counted by bounds.
// CHECK-LABEL: func.func private @mean
// CHECK: scf.for {{.*}} iter_args({{.*}}) -> (f32)
// CHECK-NOT: scf.if
// CHECK: %[[COUNT:.*]] = arith.sitofp %{{.*}} : i64 to f32
// CHECK: arith.divf %{{.*}}, %[[COUNT]]
func.func private @mean(%x: tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.pool %x {kind = "mean", kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, count_padding = false, dims = affine_map<() -> (1, 3, 4, 4)>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>
  return %0 : tensor<1x3x4x4xf32>
}

// Positions in f64; nearest moves elements and computes none.
// CHECK-LABEL: func.func private @nearest
// CHECK: arith.divf %{{.*}} : f64
// CHECK: math.ceil %{{.*}} : f64
// CHECK: %[[V:.*]] = memref.load %arg1[{{.*}}] : memref<?xi8>
// CHECK-NEXT: memref.store %[[V]], %arg3
func.func private @nearest(%x: tensor<1x8xui8>, %scales: tensor<1xf32>) -> tensor<1x12xui8>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.resize %x, %scales {axes = array<i64: 1>, dims = affine_map<() -> (12)>, mode = "nearest", coordinates = "half_pixel", rounding = "round_prefer_floor", cubic_coefficient = -0.75 : f64, exclude_outside = false, antialias = false, extrapolation = 0.0 : f64, roi = array<f64>} : (tensor<1x8xui8>, tensor<1xf32>) -> tensor<1x12xui8>
  return %0 : tensor<1x12xui8>
}

// Integers are rounded to the nearest and saturate.
// CHECK-LABEL: func.func private @linear
// CHECK: %[[R:.*]] = math.roundeven %{{.*}} : f64
// CHECK: arith.fptoui
func.func private @linear(%x: tensor<1x8xui8>, %scales: tensor<1xf32>) -> tensor<1x12xui8>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.resize %x, %scales {axes = array<i64: 1>, dims = affine_map<() -> (12)>, mode = "linear", coordinates = "half_pixel", rounding = "round_prefer_floor", cubic_coefficient = -0.75 : f64, exclude_outside = false, antialias = false, extrapolation = 0.0 : f64, roi = array<f64>} : (tensor<1x8xui8>, tensor<1xf32>) -> tensor<1x12xui8>
  return %0 : tensor<1x12xui8>
}

// A position that is no number reads no memory outside of x.
// CHECK-LABEL: func.func private @grid
// CHECK: arith.cmpf oeq, %[[P:.*]], %[[P]]
// CHECK: arith.fptosi
func.func private @grid(%x: tensor<1x1x4x4xf32>, %g: tensor<1x2x2x2xf32>) -> tensor<1x1x2x2xf32>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.grid_sample %x, %g {mode = "linear", padding = "zeros", align_corners = false} : (tensor<1x1x4x4xf32>, tensor<1x2x2x2xf32>) -> tensor<1x1x2x2xf32>
  return %0 : tensor<1x1x2x2xf32>
}
