// opc.reduce on plain loops and on the CPU's schedules.
// RUN: %opc compile %s --target=cpu:x86-64-v3 -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

// SCHEDULE-COUNT-7: func.func private @reduce_{{[0-9]+}}({{.*}} opc.schedule = "reduce"
func.func @main(%x0: tensor<3x5x37xf32> {opc.name = "x0"},
                %x1: tensor<3x5x37xf32> {opc.name = "x1"},
                %x2: tensor<3x5x37xf32> {opc.name = "x2"},
                %x3: tensor<3x5x37xf32> {opc.name = "x3"},
                %x4: tensor<3x5x37xf32> {opc.name = "x4"},
                %x5: tensor<3x5x37xf32> {opc.name = "x5"},
                %x6: tensor<4x9xi64> {opc.name = "x6"},
                %x7: tensor<4x40xf16> {opc.name = "x7"})
    -> (tensor<3x5x1xf32> {opc.name = "y0"},
        tensor<3x5xf32> {opc.name = "y1"},
        tensor<5x37xf32> {opc.name = "y2"},
        tensor<3x37xf32> {opc.name = "y3"},
        tensor<f32> {opc.name = "y4"},
        tensor<3xf32> {opc.name = "y5"},
        tensor<4xi64> {opc.name = "y6"},
        tensor<4xf16> {opc.name = "y7"}) {
  %y0_0 = opc.reduce %x0 {kind = "sum", axes = array<i64: 2>, keepdims = true} : (tensor<3x5x37xf32>) -> tensor<3x5x1xf32>
  %y1_0 = opc.reduce %x1 {kind = "max", axes = array<i64: 2>, keepdims = false} : (tensor<3x5x37xf32>) -> tensor<3x5xf32>
  %y2_0 = opc.reduce %x2 {kind = "min", axes = array<i64: 0>, keepdims = false} : (tensor<3x5x37xf32>) -> tensor<5x37xf32>
  %y3_0 = opc.reduce %x3 {kind = "prod", axes = array<i64: 1>, keepdims = false} : (tensor<3x5x37xf32>) -> tensor<3x37xf32>
  %y4_0 = opc.reduce %x4 {kind = "sum", axes = array<i64: 0, 1, 2>, keepdims = false} : (tensor<3x5x37xf32>) -> tensor<f32>
  %y5_0 = opc.reduce %x5 {kind = "sum", axes = array<i64: 1, 2>, keepdims = false} : (tensor<3x5x37xf32>) -> tensor<3xf32>
  %y6_0 = opc.reduce %x6 {kind = "sum", axes = array<i64: 1>, keepdims = false} : (tensor<4x9xi64>) -> tensor<4xi64>
  %y7_0 = opc.reduce %x7 {kind = "sum", axes = array<i64: 1>, keepdims = false} : (tensor<4x40xf16>) -> tensor<4xf16>
  return %y0_0, %y1_0, %y2_0, %y3_0, %y4_0, %y5_0, %y6_0, %y7_0
      : tensor<3x5x1xf32>, tensor<3x5xf32>, tensor<5x37xf32>, tensor<3x37xf32>, tensor<f32>, tensor<3xf32>, tensor<4xi64>, tensor<4xf16>
}
