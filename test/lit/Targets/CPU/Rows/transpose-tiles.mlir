// Transposes that move the last axis turn square tiles in registers: odd extents, halves
// and bytes, ops that follow, extents that are only known when it runs (also too small).
// RUN: %opc compile %s -o - --stop-after schedule | FileCheck %s
// RUN: %opc run %s --target=reference --dim rows=41 --dim columns=18 --output %t.large.reference
// RUN: %opc run %s --target=%chip --dim rows=41 --dim columns=18 --threads 2 --output %t.large.cpu
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.large.reference %t.large.cpu --exact
// RUN: %opc run %s --target=reference --dim rows=3 --dim columns=35 --output %t.flat.reference
// RUN: %opc run %s --target=%chip --dim rows=3 --dim columns=35 --output %t.flat.cpu
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.flat.reference %t.flat.cpu --exact
// RUN: %opc run %s --target=reference --dim rows=35 --dim columns=3 --output %t.tall.reference
// RUN: %opc run %s --target=%chip --dim rows=35 --dim columns=3 --output %t.tall.cpu
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.tall.reference %t.tall.cpu --exact

// CHECK-LABEL: func.func private @transpose_0
// CHECK-SAME: opc.schedule = "transpose"
// CHECK: vector.shuffle {{.*}} : vector<{{.*}}xf32>
// CHECK-COUNT-6: @transpose_{{[0-9]+}}({{.*}} opc.schedule = "transpose"
func.func @main(%a: tensor<2x37x19xf32> {opc.name = "a"},
                %b: tensor<2x5x7x33xf32> {opc.name = "b"},
                %bias: tensor<33x1x1xf32> {opc.name = "bias"},
                %c: tensor<45x18xi8> {opc.name = "c"},
                %d: tensor<?x?xf32> {opc.name = "d", opc.dims = affine_map<()[s0, s1] -> (s0, s1)>},
                %e: tensor<17x3x29xf16> {opc.name = "e"},
                %f: tensor<300x21xi32> {opc.name = "f"})
    -> (tensor<2x19x37xf32> {opc.name = "y0"},
        tensor<2x33x5x7xf32> {opc.name = "y1"},
        tensor<18x45xi8> {opc.name = "y2"},
        tensor<?x?xf32> {opc.name = "y3"},
        tensor<29x3x17xf16> {opc.name = "y4"},
        tensor<29x17x3xf16> {opc.name = "y5"},
        tensor<21x300xi32> {opc.name = "y6"}) attributes {opc.symbols = ["rows", "columns"]} {
  %0 = opc.transpose %a {perm = array<i64: 0, 2, 1>} : (tensor<2x37x19xf32>) -> tensor<2x19x37xf32>
  %1 = opc.transpose %b {perm = array<i64: 0, 3, 1, 2>} : (tensor<2x5x7x33xf32>) -> tensor<2x33x5x7xf32>
  %2 = opc.mul %1, %bias : (tensor<2x33x5x7xf32>, tensor<33x1x1xf32>) -> tensor<2x33x5x7xf32>
  %3 = opc.relu %2 : (tensor<2x33x5x7xf32>) -> tensor<2x33x5x7xf32>
  %4 = opc.transpose %c {perm = array<i64: 1, 0>} : (tensor<45x18xi8>) -> tensor<18x45xi8>
  %5 = opc.transpose %d {perm = array<i64: 1, 0>} : (tensor<?x?xf32>) -> tensor<?x?xf32>
  %6 = opc.transpose %e {perm = array<i64: 2, 1, 0>} : (tensor<17x3x29xf16>) -> tensor<29x3x17xf16>
  %7 = opc.transpose %e {perm = array<i64: 2, 0, 1>} : (tensor<17x3x29xf16>) -> tensor<29x17x3xf16>
  %8 = opc.transpose %f {perm = array<i64: 1, 0>} : (tensor<300x21xi32>) -> tensor<21x300xi32>
  return %0, %3, %4, %5, %6, %7, %8 : tensor<2x19x37xf32>, tensor<2x33x5x7xf32>, tensor<18x45xi8>, tensor<?x?xf32>, tensor<29x3x17xf16>, tensor<29x17x3xf16>, tensor<21x300xi32>
}
