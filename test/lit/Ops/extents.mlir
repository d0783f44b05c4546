// opc.extents on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main()
    -> (tensor<2xi64> {opc.name = "y0"}) {
  %y0_0 = opc.extents {values = affine_map<() -> (3, 4)>} : () -> tensor<2xi64>
  return %y0_0
      : tensor<2xi64>
}
