// RUN: opc-opt %s | opc-opt | FileCheck %s

// CHECK-LABEL: func.func @cores
func.func @cores() -> (index, index) {
  // CHECK: %[[ID:.*]] = tile.core_id
  %id = tile.core_id
  // CHECK: %[[N:.*]] = tile.num_cores
  %n = tile.num_cores
  // CHECK: tile.barrier device
  tile.barrier device
  // CHECK: tile.barrier cluster
  tile.barrier cluster
  // CHECK: tile.barrier core
  tile.barrier core
  // CHECK: return %[[ID]], %[[N]]
  return %id, %n : index, index
}

// CHECK-LABEL: func.func @buffers
func.func @buffers(%x: !tile.buffer<?x100xf32, global>, %i: index, %n: index) {
  %zero = arith.constant 0.0 : f32
  // CHECK: %[[X:.*]] = tile.buffer : <16x100xf32, vector, padded = [16, 104]>
  %b = tile.buffer : <16x100xf32, vector, padded = [16, 104]>
  // CHECK: tile.buffer {offset = 64 : i64} : <32x64xf16, matrix_a, layout = zz>
  %a = tile.buffer {offset = 64 : i64} : <32x64xf16, matrix_a, layout = zz>
  // CHECK: tile.view %[[X]][8, 0] sizes [%{{.*}}, 100] : <16x100xf32, vector, padded = [16, 104]> to <?x100xf32, vector, padded = [16, 104]>
  %v = tile.view %b[8, 0] sizes [%n, 100] : <16x100xf32, vector, padded = [16, 104]> to <?x100xf32, vector, padded = [16, 104]>
  // CHECK: %[[T:.*]] = tile.copy_async %{{.*}}[%{{.*}}, 0] to %[[X]][0, 0] sizes [%{{.*}}, 100] pad %{{.*}} : f32 align 32 : <?x100xf32, global> to
  %t = tile.copy_async %x[%i, 0] to %b[0, 0] sizes [%n, 100] pad %zero : f32 align 32
      : <?x100xf32, global> to <16x100xf32, vector, padded = [16, 104]>
  // CHECK: %[[U:.*]] = tile.copy_async {{.*}} sizes [2, 3] from_steps [2, 1] to_steps [1, 2] : 
  %u = tile.copy_async %x[%i, 0] to %b[0, 0] sizes [2, 3] from_steps [2, 1] to_steps [1, 2]
      : <?x100xf32, global> to <16x100xf32, vector, padded = [16, 104]>
  // CHECK: %[[D:.*]] = tile.done
  %d = tile.done
  // CHECK: tile.wait %[[T]], %[[U]], %[[D]]
  tile.wait %t, %u, %d
  return
}

// CHECK-LABEL: func.func @elements
func.func @elements(%s: f32) {
  %a = tile.buffer : <4x64xf32, vector>
  %b = tile.buffer : <4x64xf32, vector>
  %h = tile.buffer : <4x64xf16, vector>
  %c = tile.buffer : <4x64xi1, vector>
  %r = tile.buffer : <4x1xf32, vector>
  %f = tile.buffer : <1x64xf32, vector>
  %t = tile.buffer : <64x4xf32, vector>
  // CHECK: tile.fill %[[A:.*]], %{{.*}} : <4x64xf32, vector>, f32
  tile.fill %a, %s : <4x64xf32, vector>, f32
  // CHECK: tile.unary exp %[[A]] to %[[B:.*]] : <4x64xf32, vector> to <4x64xf32, vector>
  tile.unary exp %a to %b : <4x64xf32, vector> to <4x64xf32, vector>
  // CHECK: tile.binary max %[[A]], %[[B]] to %[[B]]
  tile.binary max %a, %b to %b : <4x64xf32, vector>, <4x64xf32, vector> to <4x64xf32, vector>
  // CHECK: tile.binary_scalar mul %[[A]], %{{.*}} to %[[B]] : <4x64xf32, vector>, f32 to
  tile.binary_scalar mul %a, %s to %b : <4x64xf32, vector>, f32 to <4x64xf32, vector>
  // CHECK: tile.cast %[[A]] to %{{.*}} : <4x64xf32, vector> to <4x64xf16, vector>
  tile.cast %a to %h : <4x64xf32, vector> to <4x64xf16, vector>
  // CHECK: tile.compare lt %[[A]], %[[B]] to %[[C:.*]] : {{.*}} to <4x64xi1, vector>
  tile.compare lt %a, %b to %c : <4x64xf32, vector>, <4x64xf32, vector> to <4x64xi1, vector>
  // CHECK: tile.select %[[C]], %[[A]], %[[B]] to %[[A]]
  tile.select %c, %a, %b to %a : <4x64xi1, vector>, <4x64xf32, vector>, <4x64xf32, vector> to <4x64xf32, vector>
  // CHECK: tile.reduce sum last %[[A]] to %[[R:.*]] : <4x64xf32, vector> to <4x1xf32, vector>
  tile.reduce sum last %a to %r : <4x64xf32, vector> to <4x1xf32, vector>
  // CHECK: tile.reduce max first %[[A]] to %{{.*}} : <4x64xf32, vector> to <1x64xf32, vector>
  tile.reduce max first %a to %f : <4x64xf32, vector> to <1x64xf32, vector>
  // CHECK: tile.transpose %[[A]] to %{{.*}} : <4x64xf32, vector> to <64x4xf32, vector>
  tile.transpose %a to %t : <4x64xf32, vector> to <64x4xf32, vector>
  // CHECK: tile.broadcast %[[R]] to %[[A]] : <4x1xf32, vector> to <4x64xf32, vector>
  tile.broadcast %r to %a : <4x1xf32, vector> to <4x64xf32, vector>
  return
}

// CHECK-LABEL: func.func @memory
func.func @memory(%memory: memref<?xf32>, %offset: index, %rows: index) {
  // CHECK: tile.global %{{.*}}[%{{.*}}] sizes [%{{.*}}, 100] : memref<?xf32> to <?x100xf32, global>
  %x = tile.global %memory[%offset] sizes [%rows, 100] : memref<?xf32> to <?x100xf32, global>
  // CHECK: tile.buffer {name = "rows"} : <16x100xf32, vector, padded = [16, 104]>
  %a = tile.buffer {name = "rows"} : <16x100xf32, vector, padded = [16, 104]>
  // CHECK: tile.memory %{{.*}} : <16x100xf32, vector, padded = [16, 104]> to memref<?xf32>
  %b = tile.memory %a : <16x100xf32, vector, padded = [16, 104]> to memref<?xf32>
  %y = tile.buffer : <16x1xf32, vector>
  // CHECK: tile.reduce sum last %{{.*}} to %{{.*}} {chains = 64 : i64, rest = 16 : i64}
  tile.reduce sum last %a to %y {chains = 64 : i64, rest = 16 : i64} : <16x100xf32, vector, padded = [16, 104]> to <16x1xf32, vector>
  return
}

// CHECK-LABEL: func.func @product
func.func @product(%more: i1) {
  %a = tile.buffer : <32x64xf16, matrix_a, layout = zz>
  %b = tile.buffer : <64x16xf16, matrix_b, layout = zn>
  %c = tile.buffer : <32x16xf32, matrix_c, layout = nz>
  // CHECK: tile.mma %{{.*}}, %{{.*}} to %{{.*}} accumulate %{{.*}} : <32x64xf16, matrix_a, layout = zz>, <64x16xf16, matrix_b, layout = zn> to <32x16xf32, matrix_c, layout = nz>
  tile.mma %a, %b to %c accumulate %more : <32x64xf16, matrix_a, layout = zz>, <64x16xf16, matrix_b, layout = zn> to <32x16xf32, matrix_c, layout = nz>
  return
}

// CHECK-LABEL: func.func @spaces(
// CHECK-SAME: !tile.buffer<8xi8, shared>, %{{.*}}: !tile.buffer<8xui8, scalar>
// CHECK-SAME: attributes {space = #tile<space matrix_b>}
func.func @spaces(%a: !tile.buffer<8xi8, shared>, %b: !tile.buffer<8xui8, scalar>) attributes {space = #tile<space matrix_b>} {
  return
}
