// opc.softmax on plain loops and on the CPU's schedules.
// RUN: %opc compile %s --target=cpu:x86-64-v3 -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 2e-6

// SCHEDULE: func.func private @reduce_sub_exp_reduce_{{[0-9]+}}({{.*}} opc.schedule = "reduce"
// SCHEDULE: func.func private @reduce_sub_exp_{{[0-9]+}}({{.*}} opc.schedule = "reduce"
// SCHEDULE: func.func private @reduce_div_{{[0-9]+}}({{.*}} opc.schedule = "reduce"
func.func @main(%x0: tensor<7x37xf32> {opc.name = "x0"},
                %x1: tensor<4x5x6xf32> {opc.name = "x1"})
    -> (tensor<7x37xf32> {opc.name = "y0"},
        tensor<4x5x6xf32> {opc.name = "y1"}) {
  %y0_0 = opc.softmax %x0 {axis = 1 : i64} : (tensor<7x37xf32>) -> tensor<7x37xf32>
  %y1_0 = opc.softmax %x1 {axis = 1 : i64} : (tensor<4x5x6xf32>) -> tensor<4x5x6xf32>
  return %y0_0, %y1_0
      : tensor<7x37xf32>, tensor<4x5x6xf32>
}
