// opc.less on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<3x17xf32> {opc.name = "x0"},
                %x1: tensor<17xf32> {opc.name = "x1"},
                %x2: tensor<9xi32> {opc.name = "x2"},
                %x3: tensor<9xi32> {opc.name = "x3"},
                %x4: tensor<9xui8> {opc.name = "x4"},
                %x5: tensor<9xui8> {opc.name = "x5"})
    -> (tensor<3x17xi1> {opc.name = "y0"},
        tensor<9xi1> {opc.name = "y1"},
        tensor<9xi1> {opc.name = "y2"}) {
  %y0_0 = opc.less %x0, %x1 : (tensor<3x17xf32>, tensor<17xf32>) -> tensor<3x17xi1>
  %y1_0 = opc.less %x2, %x3 : (tensor<9xi32>, tensor<9xi32>) -> tensor<9xi1>
  %y2_0 = opc.less %x4, %x5 : (tensor<9xui8>, tensor<9xui8>) -> tensor<9xi1>
  return %y0_0, %y1_0, %y2_0
      : tensor<3x17xi1>, tensor<9xi1>, tensor<9xi1>
}
