// opc.random_bits on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main()
    -> (tensor<3x17xui32> {opc.name = "y0"}) {
  %y0_0 = opc.random_bits {seed = 7 : i64, stream = 0 : i64, dims = affine_map<() -> (3, 17)>} : () -> tensor<3x17xui32>
  return %y0_0
      : tensor<3x17xui32>
}
