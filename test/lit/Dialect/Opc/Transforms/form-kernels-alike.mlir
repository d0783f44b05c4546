// Sixteen slices that differ only in where they start have kernels of their own, in
// which the start is a constant; all others are one kernel, which is told. The start
// on an axis that is taken whole is a constant there, too.
// RUN: opc-opt --opc-form-kernels=fuse=false --mlir-print-local-scope %s | FileCheck %s

// CHECK-LABEL: func.func @main
// CHECK: opc.launch @slice_15(%{{.*}}) {{.*}}symbols = affine_map<() -> ()>
// CHECK: opc.launch @slice_16(%{{.*}}) {{.*}}symbols = affine_map<() -> (16)>
// CHECK: opc.launch @slice_16(%{{.*}}) {{.*}}symbols = affine_map<() -> (17)>
// CHECK: func.func private @slice_15
// CHECK-SAME: opc.symbols = []
// CHECK-NEXT: opc.slice {{.*}}starts = affine_map<() -> (15, 0)>
// CHECK: func.func private @slice_16
// CHECK-SAME: opc.symbols = [""]
// CHECK-NEXT: opc.slice {{.*}}starts = affine_map<()[s0] -> (s0, 0)>
// CHECK-NOT: func.func
func.func @main(%x: tensor<19x4xf32> {opc.dims = affine_map<() -> (19, 4)>}) -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) attributes {opc.symbols = []} {
  %0 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (0, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %1 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (1, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %2 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (2, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %3 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (3, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %4 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (4, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %5 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (5, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %6 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (6, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %7 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (7, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %8 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (8, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %9 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (9, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %10 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (10, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %11 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (11, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %12 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (12, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %13 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (13, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %14 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (14, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %15 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (15, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %16 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (16, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  %17 = opc.slice %x {dims = affine_map<() -> (2, 4)>, starts = affine_map<() -> (17, 0)>, steps = array<i64: 1, 1>} : (tensor<19x4xf32>) -> tensor<2x4xf32>
  return %0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}
