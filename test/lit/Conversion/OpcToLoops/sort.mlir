// RUN: opc-opt %s --opc-lower-kernels | FileCheck %s

// Equal elements keep their order: only what comes strictly later moves back.
// CHECK-LABEL: func.func private @topk
// CHECK: scf.while
// CHECK: arith.cmpf olt
func.func private @topk(%x: tensor<8x100xf32>) -> (tensor<8x4xf32>, tensor<8x4xi64>)
    attributes {opc.kernel, opc.symbols = []} {
  %0, %1 = opc.topk %x {count = affine_map<() -> (4)>, axis = 1 : i64, largest = true} : (tensor<8x100xf32>) -> (tensor<8x4xf32>, tensor<8x4xi64>)
  return %0, %1 : tensor<8x4xf32>, tensor<8x4xi64>
}

// What cannot be divided is one unit.
// CHECK-LABEL: func.func private @nonzero_count
// CHECK: %[[MINE:.*]] = arith.cmpi slt, %arg3, %arg4
// CHECK: scf.if %[[MINE]]
func.func private @nonzero_count(%x: tensor<8x100xf32>) -> tensor<i64>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.nonzero_count %x : (tensor<8x100xf32>) -> tensor<i64>
  return %0 : tensor<i64>
}
