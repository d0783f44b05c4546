// opc.transpose on plain loops and on the CPU's schedules.
// RUN: %opc compile %s --target=cpu:x86-64-v3 -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

// SCHEDULE-COUNT-2: func.func private @transpose_{{[0-9]+}}({{.*}} opc.schedule = "transpose"
func.func @main(%x0: tensor<2x3x4xf32> {opc.name = "x0"},
                %x1: tensor<37x45xf32> {opc.name = "x1"},
                %x2: tensor<2x16x5x7xi8> {opc.name = "x2"})
    -> (tensor<4x2x3xf32> {opc.name = "y0"},
        tensor<45x37xf32> {opc.name = "y1"},
        tensor<2x5x7x16xi8> {opc.name = "y2"}) {
  %y0_0 = opc.transpose %x0 {perm = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  %y1_0 = opc.transpose %x1 {perm = array<i64: 1, 0>} : (tensor<37x45xf32>) -> tensor<45x37xf32>
  %y2_0 = opc.transpose %x2 {perm = array<i64: 0, 2, 3, 1>} : (tensor<2x16x5x7xi8>) -> tensor<2x5x7x16xi8>
  return %y0_0, %y1_0, %y2_0
      : tensor<4x2x3xf32>, tensor<45x37xf32>, tensor<2x5x7x16xi8>
}
