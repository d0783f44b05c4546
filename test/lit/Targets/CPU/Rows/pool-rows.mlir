// Windows of stride 1 over a single channel have their columns in the lanes: 16 at a
// time where the whole window lies inside, with an epilogue that reads other maps.
// RUN: %opc compile %s -o - --stop-after schedule | FileCheck %s
// RUN: %opc run %s --target=reference --dim width=45 --output %t.reference
// RUN: %opc run %s --target=%chip --dim width=45 --output %t.cpu
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.reference %t.cpu --rtol 1e-6
// RUN: %opc run %s --target=reference --dim width=9 --output %t.few
// RUN: %opc run %s --target=%chip --dim width=9 --output %t.fewcpu
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.few %t.fewcpu --rtol 1e-6

// The value of a map next to the pool is read as a vector too.
// CHECK-LABEL: func.func private @pool_equal_select
// CHECK-SAME: opc.schedule = "pool"
// CHECK: arith.maximumf {{.*}} : vector<
// CHECK-NOT: vector.from_elements
// CHECK: return
// CHECK-COUNT-2: @pool_{{[0-9]+}}({{.*}} opc.schedule = "pool"
func.func @main(%x0: tensor<2x1x9x?xf32> {opc.name = "x0", opc.dims = affine_map<()[s0] -> (2, 1, 9, s0)>},
                %x1: tensor<1x1x7x37xf32> {opc.name = "x1"},
                %x2: tensor<1x1x8x40xf32> {opc.name = "x2"})
    -> (tensor<2x1x9x?xf32> {opc.name = "y0"},
        tensor<1x1x7x37xf32> {opc.name = "y1"},
        tensor<1x1x3x36xf32> {opc.name = "y2"}) attributes {opc.symbols = ["width"]} {
  %zero = opc.constant {value = dense<0.0> : tensor<f32>} : tensor<f32>
  %p = opc.pool %x0 {kind = "max", kernel = array<i64: 5, 5>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 2, 2>, pad_high = array<i64: 2, 2>, count_padding = false, dims = affine_map<()[s0] -> (2, 1, 9, s0)>, layout = "NCHW"} : (tensor<2x1x9x?xf32>) -> tensor<2x1x9x?xf32>
  %is = opc.equal %x0, %p : (tensor<2x1x9x?xf32>, tensor<2x1x9x?xf32>) -> tensor<2x1x9x?xi1>
  %r0 = opc.select %is, %x0, %zero : (tensor<2x1x9x?xi1>, tensor<2x1x9x?xf32>, tensor<f32>) -> tensor<2x1x9x?xf32>
  %r1 = opc.pool %x1 {kind = "mean", kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, count_padding = false, dims = affine_map<() -> (1, 1, 7, 37)>, layout = "NCHW"} : (tensor<1x1x7x37xf32>) -> tensor<1x1x7x37xf32>
  %r2 = opc.pool %x2 {kind = "mean", kernel = array<i64: 3, 3>, strides = array<i64: 2, 1>, dilations = array<i64: 1, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, count_padding = true, dims = affine_map<() -> (1, 1, 3, 36)>, layout = "NCHW"} : (tensor<1x1x8x40xf32>) -> tensor<1x1x3x36xf32>
  return %r0, %r1, %r2 : tensor<2x1x9x?xf32>, tensor<1x1x7x37xf32>, tensor<1x1x3x36xf32>
}
