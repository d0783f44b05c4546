// opc.matmul on plain loops and on the CPU's schedules.
// RUN: %opc compile %s --target=cpu:x86-64-v3 -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

// SCHEDULE-COUNT-4: func.func private @matmul_{{[0-9]+}}({{.*}} opc.schedule = "gemm"
func.func @main(%x0: tensor<37x29xf32> {opc.name = "x0"},
                %x1: tensor<29x53xf32> {opc.name = "x1"},
                %x2: tensor<2x3x8x16xf32> {opc.name = "x2"},
                %x3: tensor<3x16x24xf32> {opc.name = "x3"},
                %x4: tensor<16x8xf32> {opc.name = "x4"},
                %x5: tensor<24x16xf32> {opc.name = "x5"},
                %x6: tensor<1x64xf32> {opc.name = "x6"},
                %x7: tensor<64x100xf32> {opc.name = "x7"},
                %x8: tensor<4x16xi8> {opc.name = "x8"},
                %x9: tensor<16x8xi8> {opc.name = "x9"})
    -> (tensor<37x53xf32> {opc.name = "y0"},
        tensor<2x3x8x24xf32> {opc.name = "y1"},
        tensor<8x24xf32> {opc.name = "y2"},
        tensor<1x100xf32> {opc.name = "y3"},
        tensor<4x8xi32> {opc.name = "y4"}) {
  %y0_0 = opc.matmul %x0, %x1 : (tensor<37x29xf32>, tensor<29x53xf32>) -> tensor<37x53xf32>
  %y1_0 = opc.matmul %x2, %x3 : (tensor<2x3x8x16xf32>, tensor<3x16x24xf32>) -> tensor<2x3x8x24xf32>
  %y2_0 = opc.matmul %x4, %x5 {transpose_a = true, transpose_b = true} : (tensor<16x8xf32>, tensor<24x16xf32>) -> tensor<8x24xf32>
  %y3_0 = opc.matmul %x6, %x7 : (tensor<1x64xf32>, tensor<64x100xf32>) -> tensor<1x100xf32>
  %y4_0 = opc.matmul %x8, %x9 : (tensor<4x16xi8>, tensor<16x8xi8>) -> tensor<4x8xi32>
  return %y0_0, %y1_0, %y2_0, %y3_0, %y4_0
      : tensor<37x53xf32>, tensor<2x3x8x24xf32>, tensor<8x24xf32>, tensor<1x100xf32>, tensor<4x8xi32>
}
