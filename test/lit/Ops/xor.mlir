// opc.xor on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<19xi1> {opc.name = "x0"},
                %x1: tensor<19xi1> {opc.name = "x1"},
                %x2: tensor<3x5xi32> {opc.name = "x2"},
                %x3: tensor<5xi32> {opc.name = "x3"})
    -> (tensor<19xi1> {opc.name = "y0"},
        tensor<3x5xi32> {opc.name = "y1"}) {
  %y0_0 = opc.xor %x0, %x1 : (tensor<19xi1>, tensor<19xi1>) -> tensor<19xi1>
  %y1_0 = opc.xor %x2, %x3 : (tensor<3x5xi32>, tensor<5xi32>) -> tensor<3x5xi32>
  return %y0_0, %y1_0
      : tensor<19xi1>, tensor<3x5xi32>
}
