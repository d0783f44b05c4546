// RUN: opc-opt %s --opc-expand-math | FileCheck %s
// RUN: opc-opt %s --opc-expand-math=scalef=true | FileCheck %s --check-prefix=SCALEF

// CHECK-LABEL: @exp
// CHECK-NOT: math.exp
// CHECK: math.fma
// SCALEF: llvm.call_intrinsic "llvm.x86.avx512.mask.scalef.ps.512"
func.func @exp(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp %x : vector<16xf32>
  return %y : vector<16xf32>
}

// Scalars are libm's.
// CHECK-LABEL: @scalar
// CHECK: math.exp
func.func @scalar(%x: f32) -> f32 {
  %y = math.exp %x : f32
  return %y : f32
}

// CHECK-LABEL: @lanes
// CHECK-COUNT-8: math.asinh {{.*}} : f32
func.func @lanes(%x: vector<8xf32>) -> vector<8xf32> {
  %y = math.asinh %x : vector<8xf32>
  return %y : vector<8xf32>
}
