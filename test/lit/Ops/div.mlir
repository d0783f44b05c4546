// opc.div on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<3x17xf32> {opc.name = "x0"},
                %x1: tensor<3x17xf32> {opc.name = "x1"},
                %x2: tensor<3x17xf32> {opc.name = "x2"},
                %x3: tensor<17xf32> {opc.name = "x3"},
                %x4: tensor<4x1x6xf32> {opc.name = "x4"},
                %x5: tensor<5x1xf32> {opc.name = "x5"},
                %x6: tensor<33xf16> {opc.name = "x6"},
                %x7: tensor<33xf16> {opc.name = "x7"},
                %x8: tensor<9xi32> {opc.name = "x8"},
                %x9: tensor<9xi32> {opc.name = "x9"},
                %x10: tensor<9xui8> {opc.name = "x10"},
                %x11: tensor<9xui8> {opc.name = "x11"})
    -> (tensor<3x17xf32> {opc.name = "y0"},
        tensor<3x17xf32> {opc.name = "y1"},
        tensor<4x5x6xf32> {opc.name = "y2"},
        tensor<33xf16> {opc.name = "y3"},
        tensor<9xi32> {opc.name = "y4"},
        tensor<9xui8> {opc.name = "y5"}) {
  %y0_0 = opc.div %x0, %x1 : (tensor<3x17xf32>, tensor<3x17xf32>) -> tensor<3x17xf32>
  %y1_0 = opc.div %x2, %x3 : (tensor<3x17xf32>, tensor<17xf32>) -> tensor<3x17xf32>
  %y2_0 = opc.div %x4, %x5 : (tensor<4x1x6xf32>, tensor<5x1xf32>) -> tensor<4x5x6xf32>
  %y3_0 = opc.div %x6, %x7 : (tensor<33xf16>, tensor<33xf16>) -> tensor<33xf16>
  %y4_0 = opc.div %x8, %x9 : (tensor<9xi32>, tensor<9xi32>) -> tensor<9xi32>
  %y5_0 = opc.div %x10, %x11 : (tensor<9xui8>, tensor<9xui8>) -> tensor<9xui8>
  return %y0_0, %y1_0, %y2_0, %y3_0, %y4_0, %y5_0
      : tensor<3x17xf32>, tensor<3x17xf32>, tensor<4x5x6xf32>, tensor<33xf16>, tensor<9xi32>, tensor<9xui8>
}
