// Windows over lines and volumes take the schedule of those over images: odd extents,
// padding that counts and that does not, windows that hang over the end.
// RUN: %opc compile %s -o - --stop-after schedule | FileCheck %s
// RUN: %opc run %s --target=reference --dim length=15 --output %t.reference
// RUN: %opc run %s --target=%chip --dim length=15 --output %t.cpu
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.reference %t.cpu --rtol 1e-6

// CHECK-LABEL: func.func private @pool_1
// CHECK-SAME: opc.schedule = "pool"
// CHECK: arith.maximumf {{.*}} : vector<
// CHECK-LABEL: func.func private @pool_4
// CHECK-SAME: opc.schedule = "pool"
// CHECK: arith.addf {{.*}} : vector<
// CHECK-LABEL: func.func private @pool_7
// CHECK-SAME: opc.schedule = "pool"
// CHECK: arith.addf {{.*}} : vector<
// CHECK-LABEL: func.func private @pool_10
// CHECK-SAME: opc.schedule = "pool"
// CHECK: arith.addf {{.*}} : vector<
// CHECK-LABEL: func.func private @pool_13
// CHECK-SAME: opc.schedule = "pool"
// CHECK: arith.maximumf {{.*}} : vector<
func.func @main(%x0: tensor<2x19x5x6x7xf32> {opc.name = "x0"},
                %x1: tensor<1x3x5x7x9xf32> {opc.name = "x1"},
                %x2: tensor<1x20x4x5x6xf32> {opc.name = "x2"},
                %x3: tensor<2x5x23xf32> {opc.name = "x3"},
                %x4: tensor<1x33x?xf32> {opc.name = "x4", opc.dims = affine_map<()[s0] -> (1, 33, s0)>})
    -> (tensor<2x19x5x3x7xf32> {opc.name = "y0"},
        tensor<1x3x3x4x4xf32> {opc.name = "y1"},
        tensor<1x20x3x4x5xf32> {opc.name = "y2"},
        tensor<2x5x8xf32> {opc.name = "y3"},
        tensor<1x33x?xf32> {opc.name = "y4"}) attributes {opc.symbols = ["length"]} {
  %r0 = opc.pool %x0 {kind = "max", kernel = array<i64: 3, 2, 3>, strides = array<i64: 1, 2, 1>, dilations = array<i64: 1, 1, 2>, pad_low = array<i64: 1, 0, 2>, pad_high = array<i64: 1, 1, 2>, count_padding = false, dims = affine_map<() -> (2, 19, 5, 3, 7)>, layout = "NCHW"} : (tensor<2x19x5x6x7xf32>) -> tensor<2x19x5x3x7xf32>
  %r1 = opc.pool %x1 {kind = "mean", kernel = array<i64: 2, 3, 3>, strides = array<i64: 2, 2, 2>, dilations = array<i64: 1, 1, 1>, pad_low = array<i64: 0, 1, 1>, pad_high = array<i64: 1, 1, 0>, count_padding = true, dims = affine_map<() -> (1, 3, 3, 4, 4)>, layout = "NCHW"} : (tensor<1x3x5x7x9xf32>) -> tensor<1x3x3x4x4xf32>
  %r2 = opc.pool %x2 {kind = "mean", kernel = array<i64: 2, 2, 2>, strides = array<i64: 1, 1, 1>, dilations = array<i64: 1, 1, 1>, pad_low = array<i64: 0, 0, 0>, pad_high = array<i64: 0, 0, 0>, count_padding = false, dims = affine_map<() -> (1, 20, 3, 4, 5)>, layout = "NCHW"} : (tensor<1x20x4x5x6xf32>) -> tensor<1x20x3x4x5xf32>
  %r3 = opc.pool %x3 {kind = "mean", kernel = array<i64: 4>, strides = array<i64: 3>, dilations = array<i64: 1>, pad_low = array<i64: 1>, pad_high = array<i64: 1>, count_padding = false, dims = affine_map<() -> (2, 5, 8)>, layout = "NCHW"} : (tensor<2x5x23xf32>) -> tensor<2x5x8xf32>
  %r4 = opc.pool %x4 {kind = "max", kernel = array<i64: 3>, strides = array<i64: 2>, dilations = array<i64: 1>, pad_low = array<i64: 1>, pad_high = array<i64: 1>, count_padding = false, dims = affine_map<()[s0] -> (1, 33, (s0 - 1) floordiv 2 + 1)>, layout = "NCHW"} : (tensor<1x33x?xf32>) -> tensor<1x33x?xf32>
  return %r0, %r1, %r2, %r3, %r4
      : tensor<2x19x5x3x7xf32>, tensor<1x3x3x4x4xf32>, tensor<1x20x3x4x5xf32>, tensor<2x5x8xf32>, tensor<1x33x?xf32>
}
