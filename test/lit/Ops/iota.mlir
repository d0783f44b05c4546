// opc.iota on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main()
    -> (tensor<3x17xi64> {opc.name = "y0"},
        tensor<9xf32> {opc.name = "y1"}) {
  %y0_0 = opc.iota {axis = 1 : i64, dims = affine_map<() -> (3, 17)>} : () -> tensor<3x17xi64>
  %y1_0 = opc.iota {axis = 0 : i64, dims = affine_map<() -> (9)>} : () -> tensor<9xf32>
  return %y0_0, %y1_0
      : tensor<3x17xi64>, tensor<9xf32>
}
