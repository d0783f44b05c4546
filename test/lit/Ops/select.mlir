// opc.select on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<3x1xi1> {opc.name = "x0"},
                %x1: tensor<3x17xf32> {opc.name = "x1"},
                %x2: tensor<f32> {opc.name = "x2"},
                %x3: tensor<9xi1> {opc.name = "x3"},
                %x4: tensor<9xi64> {opc.name = "x4"},
                %x5: tensor<9xi64> {opc.name = "x5"})
    -> (tensor<3x17xf32> {opc.name = "y0"},
        tensor<9xi64> {opc.name = "y1"}) {
  %y0_0 = opc.select %x0, %x1, %x2 : (tensor<3x1xi1>, tensor<3x17xf32>, tensor<f32>) -> tensor<3x17xf32>
  %y1_0 = opc.select %x3, %x4, %x5 : (tensor<9xi1>, tensor<9xi64>, tensor<9xi64>) -> tensor<9xi64>
  return %y0_0, %y1_0
      : tensor<3x17xf32>, tensor<9xi64>
}
