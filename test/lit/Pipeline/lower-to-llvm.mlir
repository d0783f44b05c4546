// RUN: opc-opt %s --opc-lower-to-llvm | FileCheck %s

// One conversion, after which only the LLVM dialect is left.
// CHECK-NOT: unrealized_conversion_cast

// CHECK-LABEL: llvm.func @load
func.func @load(%x: memref<?xf32>, %i: index) -> f32 {
  // CHECK: llvm.load %{{.*}} : !llvm.ptr -> f32
  %0 = memref.load %x[%i] : memref<?xf32>
  return %0 : f32
}

// An intrinsic where LLVM has one, a call of libm where it has none.
// CHECK-LABEL: llvm.func @functions
func.func @functions(%x: f32) -> f32 {
  // CHECK: llvm.intr.sqrt
  %0 = math.sqrt %x : f32
  // CHECK: llvm.call @erff
  %1 = math.erf %0 : f32
  return %1 : f32
}

// CHECK-LABEL: llvm.func @vectors
func.func @vectors(%x: memref<?xf32>, %i: index, %y: vector<16xf32>) -> vector<16xf32> {
  // CHECK: llvm.load %{{.*}} {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
  %0 = vector.load %x[%i] : memref<?xf32>, vector<16xf32>
  // CHECK: llvm.intr.fmuladd
  %1 = vector.fma %0, %y, %y : vector<16xf32>
  return %1 : vector<16xf32>
}

// No flag is added: nothing may be reassociated or contracted that did not say so.
// CHECK-LABEL: llvm.func @exact
func.func @exact(%x: f32, %y: f32) -> f32 {
  // CHECK: llvm.fmul %{{.*}}, %{{.*}} : f32
  // CHECK: llvm.fadd %{{.*}}, %{{.*}} : f32
  %0 = arith.mulf %x, %y : f32
  %1 = arith.addf %0, %y : f32
  return %1 : f32
}

// LLVM would carry a bf16 through a phi by way of f32 and a call: bits it is.
// CHECK-LABEL: llvm.func @bf16_is_bits
func.func @bf16_is_bits(%c: i1, %x: memref<?xbf16>, %i: index) {
  // CHECK-DAG: llvm.mlir.constant(-128 : i16) : i16
  // CHECK-DAG: llvm.mlir.constant(dense<16256> : vector<4xi16>) : vector<4xi16>
  %low = arith.constant 0xFF80 : bf16
  %ones = arith.constant dense<1.0> : vector<4xbf16>
  cf.cond_br %c, ^store(%low : bf16), ^load
^load:
  // CHECK: llvm.load %{{.*}} : !llvm.ptr -> i16
  %y = memref.load %x[%i] : memref<?xbf16>
  cf.br ^store(%y : bf16)
^store(%z: bf16):
  // CHECK: ^bb{{.*}}(%{{.*}}: i16):
  memref.store %z, %x[%i] : memref<?xbf16>
  vector.store %ones, %x[%i] : memref<?xbf16>, vector<4xbf16>
  // CHECK-NOT: bf16
  return
}
