// RUN: opc-opt %s --opc-prepare-images | FileCheck %s

// Halves are computed with in f32 and converted by integers, where a chip says of
// no instructions; loops stay.
module attributes {opc.target = "opencl:gpu"} {
  // CHECK-LABEL: @halves
  // CHECK-NOT: arith.extf
  // CHECK: scf.for
  // CHECK: arith.addf %{{.*}}, %{{.*}} : f32
  // CHECK-NOT: arith.truncf
  // CHECK: return
  func.func @halves(%x: memref<?xbf16>, %n: index) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    scf.for %i = %c0 to %n step %c1 {
      %0 = memref.load %x[%i] : memref<?xbf16>
      %1 = arith.addf %0, %0 : bf16
      memref.store %1, %x[%i] : memref<?xbf16>
    }
    return
  }
}
