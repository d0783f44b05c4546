// opc.not on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<19xi1> {opc.name = "x0"},
                %x1: tensor<19xi32> {opc.name = "x1"},
                %x2: tensor<7xui8> {opc.name = "x2"})
    -> (tensor<19xi1> {opc.name = "y0"},
        tensor<19xi32> {opc.name = "y1"},
        tensor<7xui8> {opc.name = "y2"}) {
  %y0_0 = opc.not %x0 : (tensor<19xi1>) -> tensor<19xi1>
  %y1_0 = opc.not %x1 : (tensor<19xi32>) -> tensor<19xi32>
  %y2_0 = opc.not %x2 : (tensor<7xui8>) -> tensor<7xui8>
  return %y0_0, %y1_0, %y2_0
      : tensor<19xi1>, tensor<19xi32>, tensor<7xui8>
}
