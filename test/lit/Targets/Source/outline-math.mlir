// RUN: opc-opt %s --opc-outline-math | FileCheck %s

// One function for each that is called, of numbers and of vectors; what a
// machine has, and other types, stay.
// CHECK-DAG: func.func private @opc_exp(%{{.*}}: f32) -> f32
// CHECK-DAG: func.func private @opc_erf_4(%{{.*}}: vector<4xf32>) -> vector<4xf32>
// CHECK-LABEL: func.func @kernel
// CHECK: call @opc_exp
// CHECK: call @opc_exp
// CHECK: call @opc_erf_4
// CHECK: math.sqrt
// CHECK: math.exp %{{.*}} : f64
func.func @kernel(%x: f32, %v: vector<4xf32>, %d: f64)
    -> (f32, vector<4xf32>, f32, f64) {
  %0 = math.exp %x : f32
  %1 = math.exp %0 : f32
  %2 = math.erf %v : vector<4xf32>
  %3 = math.sqrt %x : f32
  %4 = math.exp %d : f64
  return %1, %2, %3, %4 : f32, vector<4xf32>, f32, f64
}
