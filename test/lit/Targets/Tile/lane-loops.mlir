// RUN: opc-opt %s --opc-lane-loops=bits=128 --canonicalize --cse | FileCheck %s

// Neighbours share a loop of vectors and one for what is left; what only they use
// is no memory any more.
// CHECK-LABEL: @chain
// CHECK-NOT: tile.buffer : <2x6xf32, vector, padded = [2, 8]>
// CHECK-COUNT-2: tile.memory
// CHECK: scf.for
// CHECK: vector.load {{.*}} vector<4xf32>
// CHECK: arith.mulf {{.*}} vector<4xf32>
// CHECK: arith.addf {{.*}} vector<4xf32>
// CHECK: vector.store
// CHECK: scf.for
// CHECK: memref.load
// CHECK: arith.mulf {{.*}} f32
// CHECK: memref.store
// CHECK-NOT: tile.binary
func.func @chain(%x: !tile.buffer<2x6xf32, vector, padded = [2, 8]>,
                 %y: !tile.buffer<2x6xf32, vector, padded = [2, 8]>, %s: f32) {
  %t = tile.buffer : <2x6xf32, vector, padded = [2, 8]>
  tile.binary_scalar mul %x, %s to %t : <2x6xf32, vector, padded = [2, 8]>, f32 to <2x6xf32, vector, padded = [2, 8]>
  tile.binary add %t, %x to %y : <2x6xf32, vector, padded = [2, 8]>, <2x6xf32, vector, padded = [2, 8]> to <2x6xf32, vector, padded = [2, 8]>
  return
}

// A value that a loop inside reads is kept, whichever was written first.
// CHECK-LABEL: @kept
// CHECK: memref.store
// CHECK: arith.maximumf
// CHECK: memref.store
func.func @kept(%x: !tile.buffer<4x1xf32, vector>, %n: index) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %least = arith.constant 0xFF800000 : f32
  %total = tile.buffer : <4x1xf32, vector>
  tile.fill %total, %least : <4x1xf32, vector>, f32
  scf.for %i = %zero to %n step %one {
    tile.binary max %total, %x to %total : <4x1xf32, vector>, <4x1xf32, vector> to <4x1xf32, vector>
  }
  return
}

// Sums in the order that is asked for: partial totals, then halves of them.
// CHECK-LABEL: @ordered
// CHECK: %[[TOTALS:.*]] = memref.alloca() : memref<4xf32>
// CHECK: arith.remui
// CHECK: arith.addf
// CHECK: scf.for %{{.*}} = %c0 to %c2
// CHECK: arith.addf
func.func @ordered(%x: !tile.buffer<3x10xf32, vector, padded = [3, 16]>, %y: !tile.buffer<3x1xf32, vector>) {
  tile.reduce sum last %x to %y {chains = 4 : i64, rest = 2 : i64} : <3x10xf32, vector, padded = [3, 16]> to <3x1xf32, vector>
  return
}

// Rows of a product stay in registers, four vectors at a time.
// CHECK-LABEL: @product
// CHECK: scf.for {{.*}} step %c16
// CHECK: scf.for {{.*}} iter_args({{.*}}) -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>)
// CHECK-COUNT-4: math.fma
func.func @product(%a: !tile.buffer<2x8xf32, vector>, %b: !tile.buffer<8x32xf32, vector>,
                   %c: !tile.buffer<2x32xf32, vector>, %more: i1) {
  tile.mma %a, %b to %c accumulate %more : <2x8xf32, vector>, <8x32xf32, vector> to <2x32xf32, vector>
  return
}
