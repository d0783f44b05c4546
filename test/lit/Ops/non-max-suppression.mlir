// opc.non_max_suppression on plain loops and on the CPU's schedules. Only the rows
// that the count says are defined, so the result is cut to it.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact
// RUN: %opc run %s --target=reference | FileCheck %s

// Boxes 0 and 1 overlap by 9/11 of their union: the lower score goes. Box 2 is
// apart; box 3 scores too little.
// CHECK-DAG: count: i64[]  min 2  max 2
// CHECK-DAG: selected: i64[2, 3]  min 0  max 2
func.func @main()
    -> (tensor<?x3xi64> {opc.name = "selected"},
        tensor<i64> {opc.name = "count"})
    attributes {opc.symbols = [""]} {
  %boxes = opc.constant {value = dense<[[[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.1], [0.0, 2.0, 1.0, 3.0], [5.0, 5.0, 6.0, 6.0]]]> : tensor<1x4x4xf32>} : tensor<1x4x4xf32>
  %scores = opc.constant {value = dense<[[[0.9, 0.8, 0.7, 0.1]]]> : tensor<1x1x4xf32>} : tensor<1x1x4xf32>
  %most = opc.constant {value = dense<4> : tensor<i64>} : tensor<i64>
  %iou = opc.constant {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %least = opc.constant {value = dense<0.5> : tensor<f32>} : tensor<f32>
  %0, %count = opc.non_max_suppression %boxes, %scores, %most, %iou, %least {center_point = false} : (tensor<1x4x4xf32>, tensor<1x1x4xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> (tensor<4x3xi64>, tensor<i64>)
  opc.bind_element %count {index = 0 : i64, symbol = 0 : i64} : tensor<i64>
  %1 = opc.slice %0 {starts = affine_map<() -> (0, 0)>, steps = array<i64: 1, 1>, dims = affine_map<()[s0] -> (s0, 3)>} : (tensor<4x3xi64>) -> tensor<?x3xi64>
  return %1, %count : tensor<?x3xi64>, tensor<i64>
}
