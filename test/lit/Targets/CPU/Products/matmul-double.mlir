// Products of f64 take the schedule of those of f32, with half as many lanes.
// RUN: %opc compile %s -o - --stop-after schedule | FileCheck %s
// RUN: %opc run %s --target=reference --dim rows=11 --output %t.reference
// RUN: %opc run %s --target=%chip --dim rows=11 --output %t.cpu
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.reference %t.cpu --rtol 1e-13

// CHECK-LABEL: func.func private @matmul_0
// CHECK-SAME: opc.schedule = "gemm"
// CHECK: vector.fma {{.*}} : vector<{{[0-9]+}}xf64>
// CHECK-LABEL: func.func private @matmul_2
// CHECK-SAME: opc.schedule = "gemm"
// CHECK: vector.fma {{.*}} : vector<{{[0-9]+}}xf64>
func.func @main(%a: tensor<?x21xf64> {opc.name = "a", opc.dims = affine_map<()[s0] -> (s0, 21)>},
                %b: tensor<21x19xf64> {opc.name = "b"},
                %c: tensor<2x5x7xf64> {opc.name = "c"},
                %d: tensor<2x9x7xf64> {opc.name = "d"})
    -> (tensor<?x19xf64> {opc.name = "y0"},
        tensor<2x5x9xf64> {opc.name = "y1"},
        tensor<7x1xf64> {opc.name = "y2"}) attributes {opc.symbols = ["rows"]} {
  %0 = opc.matmul %a, %b : (tensor<?x21xf64>, tensor<21x19xf64>) -> tensor<?x19xf64>
  %1 = opc.matmul %c, %d {transpose_b = true} : (tensor<2x5x7xf64>, tensor<2x9x7xf64>) -> tensor<2x5x9xf64>
  %e = opc.constant {value = dense<[[0.5], [-1.0], [2.0]]> : tensor<3x1xf64>} : tensor<3x1xf64>
  %f = opc.constant {value = dense<[[0.5, -1.0, 2.0], [1.5, 0.25, 3.0], [1.0, 0.0, 0.125], [0.5, 1.0, 1.0], [-1.5, 2.0, 0.75], [0.0, 1.0, 0.0], [4.0, 5.0, 6.0]]> : tensor<7x3xf64>} : tensor<7x3xf64>
  %2 = opc.matmul %f, %e : (tensor<7x3xf64>, tensor<3x1xf64>) -> tensor<7x1xf64>
  return %0, %1, %2 : tensor<?x19xf64>, tensor<2x5x9xf64>, tensor<7x1xf64>
}
