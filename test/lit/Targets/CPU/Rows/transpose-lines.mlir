// Rows and columns that a transpose keeps neighbours are walked as one by what
// follows it, so that narrow images are turned in whole tiles; not where a value
// lies along one of them alone.
// RUN: %opc compile %s --target=cpu:x86-64-v4 -o - --stop-after schedule | FileCheck %s
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --threads 2 --output %t.cpu
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.reference %t.cpu --exact

// CHECK: func.func private @transpose_select_add_0({{.*}} opc.schedule = "transpose"
// CHECK: func.func private @transpose_select_mul_2({{.*}} opc.schedule = "pointwise"
func.func @main(%x: tensor<3x14x14x20xf32> {opc.name = "x"},
                %is: tensor<3x20x14x14xi1> {opc.name = "is"},
                %y: tensor<3x20x14x14xf32> {opc.name = "y"},
                %z: tensor<20x1x1xf32> {opc.name = "z"},
                %w: tensor<14xf32> {opc.name = "w"})
    -> (tensor<3x20x14x14xf32> {opc.name = "channels"}, tensor<3x20x14x14xf32> {opc.name = "columns"}) {
  %0 = opc.transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<3x14x14x20xf32>) -> tensor<3x20x14x14xf32>
  %1 = opc.select %is, %0, %y : (tensor<3x20x14x14xi1>, tensor<3x20x14x14xf32>, tensor<3x20x14x14xf32>) -> tensor<3x20x14x14xf32>
  %2 = opc.add %1, %z : (tensor<3x20x14x14xf32>, tensor<20x1x1xf32>) -> tensor<3x20x14x14xf32>
  %3 = opc.neg %x : (tensor<3x14x14x20xf32>) -> tensor<3x14x14x20xf32>
  %4 = opc.transpose %3 {perm = array<i64: 0, 3, 1, 2>} : (tensor<3x14x14x20xf32>) -> tensor<3x20x14x14xf32>
  %5 = opc.select %is, %4, %y : (tensor<3x20x14x14xi1>, tensor<3x20x14x14xf32>, tensor<3x20x14x14xf32>) -> tensor<3x20x14x14xf32>
  %6 = opc.mul %5, %w : (tensor<3x20x14x14xf32>, tensor<14xf32>) -> tensor<3x20x14x14xf32>
  return %2, %6 : tensor<3x20x14x14xf32>, tensor<3x20x14x14xf32>
}
