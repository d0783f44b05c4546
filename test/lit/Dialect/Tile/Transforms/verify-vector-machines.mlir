// RUN: opc-opt %s --opc-verify-tile=machine=%include/../lib/Targets/Ascend/Machines/910b-vector.json | FileCheck %s
// RUN: opc-opt %s --opc-verify-tile=machine=%include/../lib/Targets/Ascend/Machines/950-vector.json | FileCheck %s
// RUN: opc-opt %s --opc-verify-tile=machine=%include/../lib/Targets/Sunway/Machines/sw26010-pro.json | FileCheck %s
// RUN: opc-opt %s --opc-verify-tile=machine=%include/../lib/Targets/Cambricon/Machines/mlu370.json | FileCheck %s
// RUN: opc-opt %s --opc-verify-tile=machine=%include/../lib/Targets/Cambricon/Machines/mlu590.json | FileCheck %s
// RUN: not opc-opt %s --opc-verify-tile=machine=%include/../lib/Targets/Sunway/Machines/sw26010.json 2>&1 | FileCheck %s --check-prefix=SMALL
// RUN: not opc-opt %s --opc-verify-tile=machine=%S/Inputs/none.json 2>&1 | FileCheck %s --check-prefix=NONE

// One program on every machine of vectors; rows of 100 and of any number.

// SMALL: error: 'tile.buffer' op machine sw26010: live buffers of vector take 65536 bytes, of 57344
// NONE: error: machine {{.*}}none.json: No such file or directory

// CHECK-LABEL: func.func @scaled_product
func.func @scaled_product(%x: !tile.buffer<?x100xf32, global>, %y: !tile.buffer<?x?xf32, global>,
                          %z: !tile.buffer<?x100xf32, global>, %rows: index, %s: f32) {
  %zero = arith.constant 0 : index
  %tile = arith.constant 64 : index
  %id = tile.core_id
  %n = tile.num_cores
  %first = arith.muli %id, %tile : index
  %step = arith.muli %n, %tile : index
  %a = tile.buffer : <64x100xf32, vector, padded = [64, 128]>
  %b = tile.buffer : <64x100xf32, vector, padded = [64, 128]>
  %c = tile.buffer : <64x100xf32, vector, padded = [64, 128]>
  scf.for %i = %first to %rows step %step {
    %left = arith.subi %rows, %i : index
    %here = arith.minsi %left, %tile : index
    %t = tile.copy_async %x[%i, 0] to %a[0, 0] sizes [%here, 100] : <?x100xf32, global> to <64x100xf32, vector, padded = [64, 128]>
    %u = tile.copy_async %y[%i, 0] to %b[0, 0] sizes [%here, 100] : <?x?xf32, global> to <64x100xf32, vector, padded = [64, 128]>
    tile.wait %t, %u
    tile.binary mul %a, %b to %c : <64x100xf32, vector, padded = [64, 128]>, <64x100xf32, vector, padded = [64, 128]> to <64x100xf32, vector, padded = [64, 128]>
    // CHECK: tile.binary_scalar mul
    tile.binary_scalar mul %c, %s to %c : <64x100xf32, vector, padded = [64, 128]>, f32 to <64x100xf32, vector, padded = [64, 128]>
    %v = tile.copy_async %c[0, 0] to %z[%i, 0] sizes [%here, 100] : <64x100xf32, vector, padded = [64, 128]> to <?x100xf32, global>
    tile.wait %v
  }
  return
}
