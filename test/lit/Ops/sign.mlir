// opc.sign on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<3x17xf32> {opc.name = "x0"},
                %x1: tensor<5xf64> {opc.name = "x1"},
                %x2: tensor<33xf16> {opc.name = "x2"},
                %x3: tensor<33xbf16> {opc.name = "x3"},
                %x4: tensor<19xi32> {opc.name = "x4"},
                %x5: tensor<19xi8> {opc.name = "x5"},
                %x6: tensor<7xi64> {opc.name = "x6"})
    -> (tensor<3x17xf32> {opc.name = "y0"},
        tensor<5xf64> {opc.name = "y1"},
        tensor<33xf16> {opc.name = "y2"},
        tensor<33xbf16> {opc.name = "y3"},
        tensor<19xi32> {opc.name = "y4"},
        tensor<19xi8> {opc.name = "y5"},
        tensor<7xi64> {opc.name = "y6"}) {
  %y0_0 = opc.sign %x0 : (tensor<3x17xf32>) -> tensor<3x17xf32>
  %y1_0 = opc.sign %x1 : (tensor<5xf64>) -> tensor<5xf64>
  %y2_0 = opc.sign %x2 : (tensor<33xf16>) -> tensor<33xf16>
  %y3_0 = opc.sign %x3 : (tensor<33xbf16>) -> tensor<33xbf16>
  %y4_0 = opc.sign %x4 : (tensor<19xi32>) -> tensor<19xi32>
  %y5_0 = opc.sign %x5 : (tensor<19xi8>) -> tensor<19xi8>
  %y6_0 = opc.sign %x6 : (tensor<7xi64>) -> tensor<7xi64>
  return %y0_0, %y1_0, %y2_0, %y3_0, %y4_0, %y5_0, %y6_0
      : tensor<3x17xf32>, tensor<5xf64>, tensor<33xf16>, tensor<33xbf16>, tensor<19xi32>, tensor<19xi8>, tensor<7xi64>
}
