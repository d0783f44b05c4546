// opc.shift_left on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<19xui8> {opc.name = "x0"},
                %x1: tensor<19xui8> {opc.name = "x1"},
                %x2: tensor<3x5xui32> {opc.name = "x2"},
                %x3: tensor<5xui32> {opc.name = "x3"})
    -> (tensor<19xui8> {opc.name = "y0"},
        tensor<3x5xui32> {opc.name = "y1"}) {
  %y0_0 = opc.shift_left %x0, %x1 : (tensor<19xui8>, tensor<19xui8>) -> tensor<19xui8>
  %y1_0 = opc.shift_left %x2, %x3 : (tensor<3x5xui32>, tensor<5xui32>) -> tensor<3x5xui32>
  return %y0_0, %y1_0
      : tensor<19xui8>, tensor<3x5xui32>
}
