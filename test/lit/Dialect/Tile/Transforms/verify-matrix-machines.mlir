// RUN: opc-opt %s --opc-verify-tile=machine=%include/../lib/Targets/Ascend/Machines/910b-cube.json | FileCheck %s
// RUN: opc-opt %s --opc-verify-tile=machine=%include/../lib/Targets/Ascend/Machines/950-cube.json | FileCheck %s
// RUN: not opc-opt %s --opc-verify-tile=machine=%include/../lib/Targets/Ascend/Machines/910b-vector.json 2>&1 | FileCheck %s --check-prefix=VECTOR

// A product through fractals, with any number of rows of a.

// VECTOR: error: 'tile.buffer' op machine 910b-vector: there is no space shared

// CHECK-LABEL: func.func @product
func.func @product(%a: !tile.buffer<?x64xf16, global>, %b: !tile.buffer<64x32xf16, global>,
                   %c: !tile.buffer<?x32xf16, global>, %rows: index) {
  %zero = arith.constant 0 : index
  %tile = arith.constant 48 : index
  %new = arith.constant false
  %al = tile.buffer : <48x64xf16, shared, layout = nz>
  %bl = tile.buffer : <64x32xf16, shared, layout = nz>
  %a0 = tile.buffer : <48x64xf16, matrix_a, layout = zz>
  %b0 = tile.buffer : <64x32xf16, matrix_b, layout = zn>
  %c0 = tile.buffer : <48x32xf32, matrix_c, layout = nz>
  %s = tile.copy_async %b[0, 0] to %bl[0, 0] sizes [64, 32] : <64x32xf16, global> to <64x32xf16, shared, layout = nz>
  tile.wait %s
  %t = tile.copy_async %bl[0, 0] to %b0[0, 0] sizes [64, 32] : <64x32xf16, shared, layout = nz> to <64x32xf16, matrix_b, layout = zn>
  tile.wait %t
  scf.for %i = %zero to %rows step %tile {
    %left = arith.subi %rows, %i : index
    %here = arith.minsi %left, %tile : index
    %u = tile.copy_async %a[%i, 0] to %al[0, 0] sizes [%here, 64] : <?x64xf16, global> to <48x64xf16, shared, layout = nz>
    tile.wait %u
    %v = tile.copy_async %al[0, 0] to %a0[0, 0] sizes [48, 64] : <48x64xf16, shared, layout = nz> to <48x64xf16, matrix_a, layout = zz>
    tile.wait %v
    // CHECK: tile.mma
    tile.mma %a0, %b0 to %c0 accumulate %new : <48x64xf16, matrix_a, layout = zz>, <64x32xf16, matrix_b, layout = zn> to <48x32xf32, matrix_c, layout = nz>
    %w = tile.copy_async %c0[0, 0] to %c[%i, 0] sizes [%here, 32] : <48x32xf32, matrix_c, layout = nz> to <?x32xf16, global>
    tile.wait %w
  }
  return
}
