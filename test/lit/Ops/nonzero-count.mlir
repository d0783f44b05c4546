// opc.nonzero_count on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<4x19xi1> {opc.name = "x0"})
    -> (tensor<i64> {opc.name = "y0"}) {
  %y0_0 = opc.nonzero_count %x0 : (tensor<4x19xi1>) -> tensor<i64>
  return %y0_0
      : tensor<i64>
}
