// Rows that indices pick are moved, and computed on, as vectors.
// RUN: %opc compile %s -o - --stop-after schedule | FileCheck %s
// RUN: %opc run %s --target=reference --input i=zeros --dim count=5 --output %t.reference
// RUN: %opc run %s --target=%chip --input i=zeros --dim count=5 --output %t.cpu
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.reference %t.cpu --exact

// CHECK-LABEL: func.func private @gather_add
// CHECK-SAME: opc.schedule = "pointwise"
// CHECK: arith.select
// CHECK: vector.load
// CHECK: arith.addf {{.*}} : vector<
// CHECK-LABEL: func.func private @gather_1
// CHECK-SAME: opc.schedule = "pointwise"
// CHECK: vector.load
// CHECK-LABEL: func.func private @gather_2
// CHECK-SAME: opc.schedule = "pointwise"
// CHECK: vector.load
func.func @main(%x: tensor<9x37xf32> {opc.name = "x"},
                %z: tensor<3x9x2x18xi32> {opc.name = "z"},
                %b: tensor<37xf32> {opc.name = "b"},
                %i: tensor<?xi64> {opc.name = "i", opc.dims = affine_map<()[s0] -> (s0)>})
    -> (tensor<?x37xf32> {opc.name = "y0"},
        tensor<3x2x3x2x18xi32> {opc.name = "y1"},
        tensor<4x37xf32> {opc.name = "y2"}) attributes {opc.symbols = ["count"]} {
  %0 = opc.gather %x, %i {axis = 0 : i64} : (tensor<9x37xf32>, tensor<?xi64>) -> tensor<?x37xf32>
  %1 = opc.add %0, %b : (tensor<?x37xf32>, tensor<37xf32>) -> tensor<?x37xf32>
  %j = opc.constant {value = dense<[[8, 0, -1], [3, -9, 5]]> : tensor<2x3xi64>} : tensor<2x3xi64>
  %2 = opc.gather %z, %j {axis = 1 : i64} : (tensor<3x9x2x18xi32>, tensor<2x3xi64>) -> tensor<3x2x3x2x18xi32>
  %k = opc.constant {value = dense<[7, 1, 1, -2]> : tensor<4xi32>} : tensor<4xi32>
  %3 = opc.gather %x, %k {axis = 0 : i64} : (tensor<9x37xf32>, tensor<4xi32>) -> tensor<4x37xf32>
  return %1, %2, %3 : tensor<?x37xf32>, tensor<3x2x3x2x18xi32>, tensor<4x37xf32>
}
