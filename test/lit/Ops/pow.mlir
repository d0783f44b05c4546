// opc.pow on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --ulp 4

func.func @main(%x0: tensor<3x17xf32> {opc.name = "x0"},
                %x1: tensor<3x17xf32> {opc.name = "x1"},
                %x2: tensor<3x17xf32> {opc.name = "x2"},
                %x3: tensor<i32> {opc.name = "x3"},
                %x4: tensor<3x17xi64> {opc.name = "x4"},
                %x5: tensor<3x17xi8> {opc.name = "x5"})
    -> (tensor<3x17xf32> {opc.name = "y0"},
        tensor<3x17xf32> {opc.name = "y1"},
        tensor<3x17xi64> {opc.name = "y2"},
        tensor<3x17xf32> {opc.name = "y3"}) {
  %y0_0 = opc.pow %x0, %x1 : (tensor<3x17xf32>, tensor<3x17xf32>) -> tensor<3x17xf32>
  %y1_0 = opc.pow %x2, %x3 : (tensor<3x17xf32>, tensor<i32>) -> tensor<3x17xf32>
  %y2_0 = opc.pow %x4, %x5 : (tensor<3x17xi64>, tensor<3x17xi8>) -> tensor<3x17xi64>
  %c = opc.constant {value = dense<3.0> : tensor<f32>} : tensor<f32>
  %y3_0 = opc.pow %x0, %c : (tensor<3x17xf32>, tensor<f32>) -> tensor<3x17xf32>
  return %y0_0, %y1_0, %y2_0, %y3_0
      : tensor<3x17xf32>, tensor<3x17xf32>, tensor<3x17xi64>, tensor<3x17xf32>
}
