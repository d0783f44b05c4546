// RUN: opc-opt --opc-kernel-entries --mlir-print-local-scope %s | FileCheck %s

// CHECK-LABEL: llvm.func internal @relu_0.body
// CHECK-SAME: (%[[STATUS:[^:]*]]: !llvm.ptr {llvm.align = 8 : i64, llvm.noalias, llvm.nonnull, llvm.noundef}
// CHECK-SAME: %[[X:[^:]*]]: !llvm.ptr {llvm.align = 4 : i64, llvm.noalias
// CHECK-SAME: , %{{[^:]*}}: i64, %[[BEGIN:[^:]*]]: i64, %[[END:[^:]*]]: i64)
// CHECK: llvm.insertvalue %[[X]], %{{.*}}[1]
// CHECK: %[[BUFFER:.*]] = builtin.unrealized_conversion_cast %{{.*}} to memref<?xf32>
// CHECK: %[[FROM:.*]] = builtin.unrealized_conversion_cast %[[BEGIN]] : i64 to index
// CHECK: memref.load %[[BUFFER]][%[[FROM]]]
// CHECK: llvm.return
// CHECK-LABEL: llvm.func @relu_0(%{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: i64)
// CHECK-SAME: opc.units = affine_map<()[s0] -> (s0)>
// CHECK-COUNT-4: llvm.load
// CHECK: llvm.call @relu_0.body(
// CHECK-NOT: opc.may_fault
func.func private @relu_0(%status: memref<4xi64>, %x: memref<?xf32>, %y: memref<?xf32>, %n: index, %begin: index, %end: index)
    attributes {opc.kernel, opc.units = affine_map<()[s0] -> (s0)>} {
  %0 = memref.load %x[%begin] : memref<?xf32>
  memref.store %0, %y[%begin] : memref<?xf32>
  return
}

// A kernel that works in place may not claim that its buffers differ; one that
// uses the status word can fail.
// CHECK-LABEL: llvm.func internal @gather_1.body
// CHECK-SAME: !llvm.ptr {llvm.align = 8 : i64, llvm.noalias,
// CHECK-SAME: !llvm.ptr {llvm.align = 4 : i64, llvm.nonnull,
// CHECK-SAME: !llvm.ptr {llvm.align = 4 : i64, llvm.nonnull,
// CHECK-LABEL: llvm.func @gather_1
// CHECK-SAME: opc.may_fault
func.func private @gather_1(%status: memref<4xi64>, %x: memref<?xf32>, %y: memref<?xf32>, %begin: index, %end: index)
    attributes {opc.inplace = [[0, 0]], opc.kernel, opc.units = affine_map<() -> (1)>} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : i64
  memref.store %c1, %status[%c0] : memref<4xi64>
  return
}
