// RUN: opc-opt %s --opc-lower-kernels | FileCheck %s

// Axes that a reshape keeps have no division.
// CHECK-LABEL: func.func private @unsqueeze
// CHECK: scf.for %[[I:.*]] =
// CHECK: scf.for %[[J:.*]] =
// CHECK-NOT: arith.divui
// CHECK: math.exp
func.func private @unsqueeze(%x: tensor<80x100xf32>) -> tensor<80x1x100xf32>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.exp %x : (tensor<80x100xf32>) -> tensor<80x100xf32>
  %1 = opc.reshape %0 {dims = affine_map<() -> (80, 1, 100)>} : (tensor<80x100xf32>) -> tensor<80x1x100xf32>
  return %1 : tensor<80x1x100xf32>
}

// The value of padding is read only where it is used.
// CHECK-LABEL: func.func private @pad
// CHECK: scf.if
// CHECK: memref.load %arg1
// CHECK: else
// CHECK: memref.load %arg2
func.func private @pad(%x: tensor<4xf32>, %v: tensor<f32>) -> tensor<6xf32>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.pad %x, %v {low = affine_map<() -> (1)>, dims = affine_map<() -> (6)>, mode = "constant"} : (tensor<4xf32>, tensor<f32>) -> tensor<6xf32>
  return %0 : tensor<6xf32>
}

// CHECK-LABEL: func.func private @concat
// CHECK: %[[FIRST:.*]] = arith.cmpi ult, %{{.*}}, %c4
// CHECK: scf.if %[[FIRST]]
func.func private @concat(%x: tensor<4xf32>, %y: tensor<3xf32>) -> tensor<7xf32>
    attributes {opc.kernel, opc.symbols = []} {
  %0 = opc.concat %x, %y {axis = 0 : i64} : (tensor<4xf32>, tensor<3xf32>) -> tensor<7xf32>
  return %0 : tensor<7xf32>
}

// An extent that is 1 only at run time repeats then.
// CHECK-LABEL: func.func private @broadcast
// CHECK: %[[MANY:.*]] = arith.cmpi sgt, %arg{{[0-9]+}}, %c1
// CHECK: %[[STEP:.*]] = arith.select %[[MANY]], %c1, %c0
// CHECK: arith.muli %{{.*}}, %[[STEP]]
func.func private @broadcast(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>}) -> tensor<4x7xf32>
    attributes {opc.kernel, opc.symbols = [""]} {
  %0 = opc.broadcast %x {dims = affine_map<() -> (4, 7)>} : (tensor<?xf32>) -> tensor<4x7xf32>
  return %0 : tensor<4x7xf32>
}
