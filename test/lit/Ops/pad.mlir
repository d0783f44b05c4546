// opc.pad on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<4x17xf32> {opc.name = "x0"},
                %x1: tensor<f32> {opc.name = "x1"},
                %x2: tensor<4x17xf32> {opc.name = "x2"},
                %x3: tensor<f32> {opc.name = "x3"},
                %x4: tensor<4x17xf32> {opc.name = "x4"},
                %x5: tensor<f32> {opc.name = "x5"},
                %x6: tensor<4x17xf32> {opc.name = "x6"},
                %x7: tensor<f32> {opc.name = "x7"})
    -> (tensor<6x21xf32> {opc.name = "y0"},
        tensor<6x21xf32> {opc.name = "y1"},
        tensor<6x21xf32> {opc.name = "y2"},
        tensor<6x21xf32> {opc.name = "y3"}) {
  %y0_0 = opc.pad %x0, %x1 {low = affine_map<() -> (1, 2)>, dims = affine_map<() -> (6, 21)>, mode = "constant"} : (tensor<4x17xf32>, tensor<f32>) -> tensor<6x21xf32>
  %y1_0 = opc.pad %x2, %x3 {low = affine_map<() -> (1, 2)>, dims = affine_map<() -> (6, 21)>, mode = "edge"} : (tensor<4x17xf32>, tensor<f32>) -> tensor<6x21xf32>
  %y2_0 = opc.pad %x4, %x5 {low = affine_map<() -> (1, 2)>, dims = affine_map<() -> (6, 21)>, mode = "reflect"} : (tensor<4x17xf32>, tensor<f32>) -> tensor<6x21xf32>
  %y3_0 = opc.pad %x6, %x7 {low = affine_map<() -> (1, 2)>, dims = affine_map<() -> (6, 21)>, mode = "wrap"} : (tensor<4x17xf32>, tensor<f32>) -> tensor<6x21xf32>
  return %y0_0, %y1_0, %y2_0, %y3_0
      : tensor<6x21xf32>, tensor<6x21xf32>, tensor<6x21xf32>, tensor<6x21xf32>
}
