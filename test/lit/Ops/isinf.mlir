// opc.isinf on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<3x17xf32> {opc.name = "x0"})
    -> (tensor<3x17xi1> {opc.name = "y0"}) {
  %y0_0 = opc.isinf %x0 {negative = true, positive = false} : (tensor<3x17xf32>) -> tensor<3x17xi1>
  return %y0_0
      : tensor<3x17xi1>
}
