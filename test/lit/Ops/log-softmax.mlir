// opc.log_softmax on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 2e-6

func.func @main(%x0: tensor<7x37xf32> {opc.name = "x0"})
    -> (tensor<7x37xf32> {opc.name = "y0"}) {
  %y0_0 = opc.log_softmax %x0 {axis = 1 : i64} : (tensor<7x37xf32>) -> tensor<7x37xf32>
  return %y0_0
      : tensor<7x37xf32>
}
