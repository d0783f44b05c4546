// opc.max_pool_indices on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<1x2x8x8xf32> {opc.name = "x0"})
    -> (tensor<1x2x4x4xi64> {opc.name = "y0"}) {
  %y0_0 = opc.max_pool_indices %x0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, column_major = false, dims = affine_map<() -> (1, 2, 4, 4)>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x4x4xi64>
  return %y0_0
      : tensor<1x2x4x4xi64>
}
