// opc.cast on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<3x7xf32> {opc.name = "x0"},
                %x1: tensor<3x7xf32> {opc.name = "x1"},
                %x2: tensor<3x7xf32> {opc.name = "x2"},
                %x3: tensor<3x7xf32> {opc.name = "x3"},
                %x4: tensor<3x7xi32> {opc.name = "x4"},
                %x5: tensor<3x7xi64> {opc.name = "x5"},
                %x6: tensor<3x7xui8> {opc.name = "x6"},
                %x7: tensor<3x7xi8> {opc.name = "x7"},
                %x8: tensor<3x7xf32> {opc.name = "x8"},
                %x9: tensor<3x7xi1> {opc.name = "x9"},
                %x10: tensor<3x7xf16> {opc.name = "x10"},
                %x11: tensor<3x7xf64> {opc.name = "x11"})
    -> (tensor<3x7xf16> {opc.name = "y0"},
        tensor<3x7xbf16> {opc.name = "y1"},
        tensor<3x7xf64> {opc.name = "y2"},
        tensor<3x7xi32> {opc.name = "y3"},
        tensor<3x7xf32> {opc.name = "y4"},
        tensor<3x7xi32> {opc.name = "y5"},
        tensor<3x7xf32> {opc.name = "y6"},
        tensor<3x7xi64> {opc.name = "y7"},
        tensor<3x7xi1> {opc.name = "y8"},
        tensor<3x7xf32> {opc.name = "y9"},
        tensor<3x7xbf16> {opc.name = "y10"},
        tensor<3x7xf32> {opc.name = "y11"}) {
  %y0_0 = opc.cast %x0 : (tensor<3x7xf32>) -> tensor<3x7xf16>
  %y1_0 = opc.cast %x1 : (tensor<3x7xf32>) -> tensor<3x7xbf16>
  %y2_0 = opc.cast %x2 : (tensor<3x7xf32>) -> tensor<3x7xf64>
  %y3_0 = opc.cast %x3 : (tensor<3x7xf32>) -> tensor<3x7xi32>
  %y4_0 = opc.cast %x4 : (tensor<3x7xi32>) -> tensor<3x7xf32>
  %y5_0 = opc.cast %x5 : (tensor<3x7xi64>) -> tensor<3x7xi32>
  %y6_0 = opc.cast %x6 : (tensor<3x7xui8>) -> tensor<3x7xf32>
  %y7_0 = opc.cast %x7 : (tensor<3x7xi8>) -> tensor<3x7xi64>
  %y8_0 = opc.cast %x8 : (tensor<3x7xf32>) -> tensor<3x7xi1>
  %y9_0 = opc.cast %x9 : (tensor<3x7xi1>) -> tensor<3x7xf32>
  %y10_0 = opc.cast %x10 : (tensor<3x7xf16>) -> tensor<3x7xbf16>
  %y11_0 = opc.cast %x11 : (tensor<3x7xf64>) -> tensor<3x7xf32>
  return %y0_0, %y1_0, %y2_0, %y3_0, %y4_0, %y5_0, %y6_0, %y7_0, %y8_0, %y9_0, %y10_0, %y11_0
      : tensor<3x7xf16>, tensor<3x7xbf16>, tensor<3x7xf64>, tensor<3x7xi32>, tensor<3x7xf32>, tensor<3x7xi32>, tensor<3x7xf32>, tensor<3x7xi64>, tensor<3x7xi1>, tensor<3x7xf32>, tensor<3x7xbf16>, tensor<3x7xf32>
}
