// Positions of extremes, a vector at a time: the first and the last of equal ones, NaN,
// infinities, the axis in the lanes and beside them.
// RUN: %opc compile %s -o - --stop-after schedule | FileCheck %s
// RUN: %opc run %s --target=reference --dim length=21 --output %t.reference
// RUN: %opc run %s --target=%chip --dim length=21 --output %t.cpu
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.reference %t.cpu --exact

// CHECK-LABEL: func.func private @arg_reduce_1
// CHECK-SAME: opc.schedule = "arg-reduce"
// CHECK: arith.select {{.*}} : vector<{{.*}}xi1>, vector<{{.*}}xi64>
// CHECK-COUNT-9: @arg_reduce_{{[0-9]+}}({{.*}} opc.schedule = "arg-reduce"
func.func @main(%x: tensor<5x37xf32> {opc.name = "x"},
                %long: tensor<3x?x18xf32> {opc.name = "long", opc.dims = affine_map<()[s0] -> (3, s0, 18)>})
    -> (tensor<5xi64> {opc.name = "y0"},
        tensor<37xi64> {opc.name = "y1"},
        tensor<5xi64> {opc.name = "y2"},
        tensor<37xi64> {opc.name = "y3"},
        tensor<5xi64> {opc.name = "y4"},
        tensor<37xi64> {opc.name = "y5"},
        tensor<5xi64> {opc.name = "y6"},
        tensor<37xi64> {opc.name = "y7"},
        tensor<5xi64> {opc.name = "y8"},
        tensor<37xi64> {opc.name = "y9"},
        tensor<5xi64> {opc.name = "y10"},
        tensor<37xi64> {opc.name = "y11"},
        tensor<5xi64> {opc.name = "y12"},
        tensor<37xi64> {opc.name = "y13"},
        tensor<5xi64> {opc.name = "y14"},
        tensor<37xi64> {opc.name = "y15"},
        tensor<5xi64> {opc.name = "y16"},
        tensor<37xi64> {opc.name = "y17"},
        tensor<5xi64> {opc.name = "y18"},
        tensor<37xi64> {opc.name = "y19"},
        tensor<5xi64> {opc.name = "y20"},
        tensor<37xi64> {opc.name = "y21"},
        tensor<5xi64> {opc.name = "y22"},
        tensor<37xi64> {opc.name = "y23"},
        tensor<5xi64> {opc.name = "y24"},
        tensor<37xi64> {opc.name = "y25"},
        tensor<5xi64> {opc.name = "y26"},
        tensor<37xi64> {opc.name = "y27"},
        tensor<5xi64> {opc.name = "y28"},
        tensor<37xi64> {opc.name = "y29"},
        tensor<5xi64> {opc.name = "y30"},
        tensor<37xi64> {opc.name = "y31"},
        tensor<3x18xi64> {opc.name = "y32"},
        tensor<3x?xi64> {opc.name = "y33"}) attributes {opc.symbols = ["length"]} {
  %ties = opc.round %x : (tensor<5x37xf32>) -> tensor<5x37xf32>
  %v = opc.constant {value = dense<[0.0, 0.0, 0xFF800000, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0x7FC00000, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0x7F800000, 0.0, 0.0, 0.0, 0.0, 0.0, 0xFF800000]> : tensor<37xf32>} : tensor<37xf32>
  %w = opc.constant {value = dense<[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0x7F800000, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0x7F800000, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]> : tensor<37xf32>} : tensor<37xf32>
  %nan = opc.constant {value = dense<0xFF800000> : tensor<f32>} : tensor<f32>
  %nans = opc.add %ties, %v : (tensor<5x37xf32>, tensor<37xf32>) -> tensor<5x37xf32>
  %infs = opc.add %ties, %w : (tensor<5x37xf32>, tensor<37xf32>) -> tensor<5x37xf32>
  %all = opc.mul %infs, %nan : (tensor<5x37xf32>, tensor<f32>) -> tensor<5x37xf32>
  %a0 = opc.arg_reduce %ties {kind = "max", axis = 1 : i64, keepdims = false, select_last = false} : (tensor<5x37xf32>) -> tensor<5xi64>
  %a1 = opc.arg_reduce %ties {kind = "max", axis = 0 : i64, keepdims = false, select_last = false} : (tensor<5x37xf32>) -> tensor<37xi64>
  %a2 = opc.arg_reduce %ties {kind = "max", axis = 1 : i64, keepdims = false, select_last = true} : (tensor<5x37xf32>) -> tensor<5xi64>
  %a3 = opc.arg_reduce %ties {kind = "max", axis = 0 : i64, keepdims = false, select_last = true} : (tensor<5x37xf32>) -> tensor<37xi64>
  %a4 = opc.arg_reduce %ties {kind = "min", axis = 1 : i64, keepdims = false, select_last = false} : (tensor<5x37xf32>) -> tensor<5xi64>
  %a5 = opc.arg_reduce %ties {kind = "min", axis = 0 : i64, keepdims = false, select_last = false} : (tensor<5x37xf32>) -> tensor<37xi64>
  %a6 = opc.arg_reduce %ties {kind = "min", axis = 1 : i64, keepdims = false, select_last = true} : (tensor<5x37xf32>) -> tensor<5xi64>
  %a7 = opc.arg_reduce %ties {kind = "min", axis = 0 : i64, keepdims = false, select_last = true} : (tensor<5x37xf32>) -> tensor<37xi64>
  %a8 = opc.arg_reduce %nans {kind = "max", axis = 1 : i64, keepdims = false, select_last = false} : (tensor<5x37xf32>) -> tensor<5xi64>
  %a9 = opc.arg_reduce %nans {kind = "max", axis = 0 : i64, keepdims = false, select_last = false} : (tensor<5x37xf32>) -> tensor<37xi64>
  %a10 = opc.arg_reduce %nans {kind = "max", axis = 1 : i64, keepdims = false, select_last = true} : (tensor<5x37xf32>) -> tensor<5xi64>
  %a11 = opc.arg_reduce %nans {kind = "max", axis = 0 : i64, keepdims = false, select_last = true} : (tensor<5x37xf32>) -> tensor<37xi64>
  %a12 = opc.arg_reduce %nans {kind = "min", axis = 1 : i64, keepdims = false, select_last = false} : (tensor<5x37xf32>) -> tensor<5xi64>
  %a13 = opc.arg_reduce %nans {kind = "min", axis = 0 : i64, keepdims = false, select_last = false} : (tensor<5x37xf32>) -> tensor<37xi64>
  %a14 = opc.arg_reduce %nans {kind = "min", axis = 1 : i64, keepdims = false, select_last = true} : (tensor<5x37xf32>) -> tensor<5xi64>
  %a15 = opc.arg_reduce %nans {kind = "min", axis = 0 : i64, keepdims = false, select_last = true} : (tensor<5x37xf32>) -> tensor<37xi64>
  %a16 = opc.arg_reduce %infs {kind = "max", axis = 1 : i64, keepdims = false, select_last = false} : (tensor<5x37xf32>) -> tensor<5xi64>
  %a17 = opc.arg_reduce %infs {kind = "max", axis = 0 : i64, keepdims = false, select_last = false} : (tensor<5x37xf32>) -> tensor<37xi64>
  %a18 = opc.arg_reduce %infs {kind = "max", axis = 1 : i64, keepdims = false, select_last = true} : (tensor<5x37xf32>) -> tensor<5xi64>
  %a19 = opc.arg_reduce %infs {kind = "max", axis = 0 : i64, keepdims = false, select_last = true} : (tensor<5x37xf32>) -> tensor<37xi64>
  %a20 = opc.arg_reduce %infs {kind = "min", axis = 1 : i64, keepdims = false, select_last = false} : (tensor<5x37xf32>) -> tensor<5xi64>
  %a21 = opc.arg_reduce %infs {kind = "min", axis = 0 : i64, keepdims = false, select_last = false} : (tensor<5x37xf32>) -> tensor<37xi64>
  %a22 = opc.arg_reduce %infs {kind = "min", axis = 1 : i64, keepdims = false, select_last = true} : (tensor<5x37xf32>) -> tensor<5xi64>
  %a23 = opc.arg_reduce %infs {kind = "min", axis = 0 : i64, keepdims = false, select_last = true} : (tensor<5x37xf32>) -> tensor<37xi64>
  %a24 = opc.arg_reduce %all {kind = "max", axis = 1 : i64, keepdims = false, select_last = false} : (tensor<5x37xf32>) -> tensor<5xi64>
  %a25 = opc.arg_reduce %all {kind = "max", axis = 0 : i64, keepdims = false, select_last = false} : (tensor<5x37xf32>) -> tensor<37xi64>
  %a26 = opc.arg_reduce %all {kind = "max", axis = 1 : i64, keepdims = false, select_last = true} : (tensor<5x37xf32>) -> tensor<5xi64>
  %a27 = opc.arg_reduce %all {kind = "max", axis = 0 : i64, keepdims = false, select_last = true} : (tensor<5x37xf32>) -> tensor<37xi64>
  %a28 = opc.arg_reduce %all {kind = "min", axis = 1 : i64, keepdims = false, select_last = false} : (tensor<5x37xf32>) -> tensor<5xi64>
  %a29 = opc.arg_reduce %all {kind = "min", axis = 0 : i64, keepdims = false, select_last = false} : (tensor<5x37xf32>) -> tensor<37xi64>
  %a30 = opc.arg_reduce %all {kind = "min", axis = 1 : i64, keepdims = false, select_last = true} : (tensor<5x37xf32>) -> tensor<5xi64>
  %a31 = opc.arg_reduce %all {kind = "min", axis = 0 : i64, keepdims = false, select_last = true} : (tensor<5x37xf32>) -> tensor<37xi64>
  %a32 = opc.arg_reduce %long {kind = "max", axis = 1 : i64, keepdims = false, select_last = false} : (tensor<3x?x18xf32>) -> tensor<3x18xi64>
  %a33 = opc.arg_reduce %long {kind = "min", axis = 2 : i64, keepdims = false, select_last = true} : (tensor<3x?x18xf32>) -> tensor<3x?xi64>
  return %a0, %a1, %a2, %a3, %a4, %a5, %a6, %a7, %a8, %a9, %a10, %a11, %a12, %a13, %a14, %a15, %a16, %a17, %a18, %a19, %a20, %a21, %a22, %a23, %a24, %a25, %a26, %a27, %a28, %a29, %a30, %a31, %a32, %a33
      : tensor<5xi64>, tensor<37xi64>, tensor<5xi64>, tensor<37xi64>, tensor<5xi64>, tensor<37xi64>, tensor<5xi64>, tensor<37xi64>, tensor<5xi64>, tensor<37xi64>, tensor<5xi64>, tensor<37xi64>, tensor<5xi64>, tensor<37xi64>, tensor<5xi64>, tensor<37xi64>, tensor<5xi64>, tensor<37xi64>, tensor<5xi64>, tensor<37xi64>, tensor<5xi64>, tensor<37xi64>, tensor<5xi64>, tensor<37xi64>, tensor<5xi64>, tensor<37xi64>, tensor<5xi64>, tensor<37xi64>, tensor<5xi64>, tensor<37xi64>, tensor<5xi64>, tensor<37xi64>, tensor<3x18xi64>, tensor<3x?xi64>
}
