// RUN: opc-opt %s --opc-fold-movement | FileCheck %s

// 1 2 3    1 4
// 4 5 6 -> 2 5
//          3 6, then two zeros behind each row
// CHECK-LABEL: @moved
// CHECK: opc.constant {value = dense_resource<[[MOVED:.*]]> : tensor<3x4xi32>}
// CHECK-NEXT: return
// CHECK: [[MOVED]]: "0x40000000010000000400000000000000000000000200000005000000000000000000000003000000060000000000000000000000"
func.func @moved() -> tensor<3x4xi32> {
  %x = opc.constant {value = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>} : tensor<2x3xi32>
  %zero = opc.constant {value = dense<0> : tensor<i32>} : tensor<i32>
  %0 = opc.transpose %x {perm = array<i64: 1, 0>} : (tensor<2x3xi32>) -> tensor<3x2xi32>
  %1 = opc.pad %0, %zero {low = affine_map<() -> (0, 0)>, dims = affine_map<() -> (3, 4)>, mode = "constant"} : (tensor<3x2xi32>, tensor<i32>) -> tensor<3x4xi32>
  return %1 : tensor<3x4xi32>
}
