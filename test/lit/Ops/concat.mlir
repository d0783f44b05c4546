// opc.concat on plain loops and on the CPU's schedules.
// RUN: %opc compile %s --target=cpu:x86-64-v3 -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

// SCHEDULE-COUNT-2: func.func private @concat_{{[0-9]+}}({{.*}} opc.schedule = "concat"
func.func @main(%x0: tensor<2x3xf32> {opc.name = "x0"},
                %x1: tensor<2x4xf32> {opc.name = "x1"},
                %x2: tensor<2x17xf32> {opc.name = "x2"},
                %x3: tensor<3x17xf32> {opc.name = "x3"},
                %x4: tensor<1x17xf32> {opc.name = "x4"})
    -> (tensor<2x7xf32> {opc.name = "y0"},
        tensor<6x17xf32> {opc.name = "y1"}) {
  %y0_0 = opc.concat %x0, %x1 {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x7xf32>
  %y1_0 = opc.concat %x2, %x3, %x4 {axis = 0 : i64} : (tensor<2x17xf32>, tensor<3x17xf32>, tensor<1x17xf32>) -> tensor<6x17xf32>
  return %y0_0, %y1_0
      : tensor<2x7xf32>, tensor<6x17xf32>
}
