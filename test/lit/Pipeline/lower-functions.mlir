// RUN: opc-opt %s --pass-pipeline='builtin.module(llvm.func(opc-lower-functions))' | FileCheck %s

// Loops become branches, sums of bf16 are computed in f32.
// CHECK-LABEL: llvm.func @kernel
// CHECK-NOT: scf.for
// CHECK: cf.cond_br
// CHECK-NOT: arith.addf {{.*}} : bf16
// CHECK: arith.addf %{{.*}}, %{{.*}} : f32
llvm.func @kernel(%n: i64) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %end = arith.index_cast %n : i64 to index
  %x = memref.alloca(%end) : memref<?xbf16>
  scf.for %i = %zero to %end step %one {
    %0 = memref.load %x[%i] : memref<?xbf16>
    %1 = arith.addf %0, %0 : bf16
    memref.store %1, %x[%i] : memref<?xbf16>
  }
  llvm.return
}

// What LLVM ops alone make up is left as it is, with all that could be folded.
// CHECK-LABEL: llvm.func @entry
// CHECK-NEXT: %[[A:.*]] = llvm.mlir.constant(1 : i64)
// CHECK-NEXT: %[[B:.*]] = llvm.mlir.constant(1 : i64)
// CHECK-NEXT: llvm.add %[[A]], %[[B]]
llvm.func @entry() -> i64 {
  %0 = llvm.mlir.constant(1 : i64) : i64
  %1 = llvm.mlir.constant(1 : i64) : i64
  %2 = llvm.add %0, %1 : i64
  llvm.return %2 : i64
}
