// opc.erfc on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --ulp 4

func.func @main(%x0: tensor<3x17xf32> {opc.name = "x0"},
                %x1: tensor<5xf64> {opc.name = "x1"},
                %x2: tensor<33xf16> {opc.name = "x2"},
                %x3: tensor<33xbf16> {opc.name = "x3"})
    -> (tensor<3x17xf32> {opc.name = "y0"},
        tensor<5xf64> {opc.name = "y1"},
        tensor<33xf16> {opc.name = "y2"},
        tensor<33xbf16> {opc.name = "y3"}) {
  %y0_0 = opc.erfc %x0 : (tensor<3x17xf32>) -> tensor<3x17xf32>
  %y1_0 = opc.erfc %x1 : (tensor<5xf64>) -> tensor<5xf64>
  %y2_0 = opc.erfc %x2 : (tensor<33xf16>) -> tensor<33xf16>
  %y3_0 = opc.erfc %x3 : (tensor<33xbf16>) -> tensor<33xbf16>
  return %y0_0, %y1_0, %y2_0, %y3_0
      : tensor<3x17xf32>, tensor<5xf64>, tensor<33xf16>, tensor<33xbf16>
}
