// Columns of a row-major operand: where there are enough of them for a tile, the
// last tile is moved back and no lane is masked, neither in loads of the
// reduction nor in stores; results of such tiles do not lie over inputs.
// RUN: %opc compile %s -o - --target=cpu:x86-64-v3 --stop-after schedule | FileCheck %s
// RUN: %opc run %s --target=reference --dim keys=1 --output %t.reference1
// RUN: %opc run %s --target=%chip --dim keys=1 --output %t.cpu1
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.reference1 %t.cpu1 --rtol 1e-5
// RUN: %opc run %s --target=reference --dim keys=15 --output %t.reference15
// RUN: %opc run %s --target=%chip --dim keys=15 --output %t.cpu15
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.reference15 %t.cpu15 --rtol 1e-5
// RUN: %opc run %s --target=reference --dim keys=67 --output %t.reference67
// RUN: %opc run %s --target=%chip --dim keys=67 --output %t.cpu67
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.reference67 %t.cpu67 --rtol 1e-5

// CHECK-LABEL: func.func private @matmul_add_0
// CHECK-SAME: opc.schedule = "gemm"
// CHECK: scf.if
// CHECK: vector.maskedload
// CHECK: } else {
// CHECK-NOT: masked
// CHECK: vector.fma
// CHECK-NOT: masked

// CHECK-LABEL: func.func private @matmul_add_1
// CHECK-NOT: opc.inplace
// CHECK-SAME: opc.schedule = "gemm"
// CHECK-NOT: masked
// CHECK: vector.fma
// CHECK-NOT: masked

// Fewer columns than a tile has: the last vector is masked. 3 rows of 2 vectors,
// each sum in two parts.
// CHECK-LABEL: func.func private @matmul_add_2
// CHECK-SAME: opc.schedule = "gemm"
// CHECK: vector.maskedload
// CHECK-COUNT-12: vector.fma
// CHECK-NOT: vector.fma

// CHECK-LABEL: func.func private @matmul_add_3
// CHECK-SAME: opc.inplace
// CHECK-SAME: opc.schedule = "gemm"
// CHECK-NOT: masked
// CHECK: vector.fma
func.func @main(%q: tensor<2x9x5xf32> {opc.name = "q"},
                %k: tensor<2x5x?xf32> {opc.name = "k", opc.dims = affine_map<()[s0] -> (2, 5, s0)>},
                %m: tensor<9x?xf32> {opc.name = "m", opc.dims = affine_map<()[s0] -> (9, s0)>},
                %b: tensor<2x5x37xf32> {opc.name = "b"},
                %n: tensor<2x9x37xf32> {opc.name = "n"},
                %r: tensor<2x12x32xf32> {opc.name = "r"},
                %c: tensor<2x32x12xf32> {opc.name = "c"},
                %o: tensor<2x12x12xf32> {opc.name = "o"},
                %d: tensor<2x5x24xf32> {opc.name = "d"},
                %p: tensor<2x9x24xf32> {opc.name = "p"})
    -> (tensor<2x9x?xf32> {opc.name = "y0"},
        tensor<2x9x37xf32> {opc.name = "y1"},
        tensor<2x12x12xf32> {opc.name = "y2"},
        tensor<2x9x24xf32> {opc.name = "y3"}) attributes {opc.symbols = ["keys"]} {
  %0 = opc.matmul %q, %k : (tensor<2x9x5xf32>, tensor<2x5x?xf32>) -> tensor<2x9x?xf32>
  %y0 = opc.add %0, %m : (tensor<2x9x?xf32>, tensor<9x?xf32>) -> tensor<2x9x?xf32>
  %1 = opc.matmul %q, %b : (tensor<2x9x5xf32>, tensor<2x5x37xf32>) -> tensor<2x9x37xf32>
  %y1 = opc.add %1, %n : (tensor<2x9x37xf32>, tensor<2x9x37xf32>) -> tensor<2x9x37xf32>
  %2 = opc.matmul %r, %c : (tensor<2x12x32xf32>, tensor<2x32x12xf32>) -> tensor<2x12x12xf32>
  %y2 = opc.add %2, %o : (tensor<2x12x12xf32>, tensor<2x12x12xf32>) -> tensor<2x12x12xf32>
  %3 = opc.matmul %q, %d : (tensor<2x9x5xf32>, tensor<2x5x24xf32>) -> tensor<2x9x24xf32>
  %y3 = opc.add %3, %p : (tensor<2x9x24xf32>, tensor<2x9x24xf32>) -> tensor<2x9x24xf32>
  return %y0, %y1, %y2, %y3 : tensor<2x9x?xf32>, tensor<2x9x37xf32>, tensor<2x12x12xf32>, tensor<2x9x24xf32>
}
