// opc.prelu on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<3x17xf32> {opc.name = "x0"},
                %x1: tensor<17xf32> {opc.name = "x1"})
    -> (tensor<3x17xf32> {opc.name = "y0"}) {
  %y0_0 = opc.prelu %x0, %x1 : (tensor<3x17xf32>, tensor<17xf32>) -> tensor<3x17xf32>
  return %y0_0
      : tensor<3x17xf32>
}
