// RUN: opc-opt %s --opc-verify-tile=machine=%S/Inputs/small.json --split-input-file --verify-diagnostics

func.func @capacity() {
  %a = tile.buffer : <1024xf32, vector>
  %b = tile.buffer : <1000xf32, vector>
  // expected-error @+1 {{machine small: live buffers of vector take 8224 bytes, of 8192}}
  %c = tile.buffer : <25xf32, vector>
  return
}

// -----

func.func @double_buffers() {
  %a = tile.buffer : <1024xf32, vector>
  // expected-error @+1 {{machine small: live buffers of vector take 8448 bytes, of 8192}}
  %b = tile.buffer : <1024xf32, vector, padded = [1088]>
  return
}

// -----

func.func @blocks_end(%n: index, %c: i1) {
  scf.for %i = %n to %n step %n {
    %a = tile.buffer : <2048xf32, vector>
  }
  %b = tile.buffer : <2048xf32, vector>
  scf.if %c {
    // expected-error @+1 {{machine small: live buffers of vector take 8224 bytes, of 8192}}
    %d = tile.buffer : <1xf32, vector>
  }
  return
}

// -----

func.func @no_space() {
  // expected-error @+1 {{machine small: there is no space scalar}}
  %a = tile.buffer : <8xf32, scalar>
  return
}

// -----

func.func @offset() {
  // expected-error @+1 {{machine small: offset 16 in vector is not a multiple of 32}}
  %a = tile.buffer {offset = 16 : i64} : <8xf32, vector>
  return
}

// -----

func.func @offset_end() {
  // expected-error @+1 {{machine small: the buffer ends at byte 8224 of vector, of 8192}}
  %a = tile.buffer {offset = 8160 : i64} : <16xf32, vector>
  return
}

// -----

func.func @offset_overlap() {
  %a = tile.buffer {offset = 64 : i64} : <16xf32, vector>
  // expected-error @+1 {{machine small: bytes 96 to 128 of vector are those of a live buffer at 64 to 128}}
  %b = tile.buffer {offset = 96 : i64} : <8xf32, vector>
  return
}

// -----

func.func @fractal() {
  // expected-error @+1 {{machine small: padded extent 24 is not a multiple of the 16 of a fractal of nz}}
  %a = tile.buffer : <24x16xf16, shared, layout = nz>
  return
}

// -----

func.func @fractal_bytes() {
  // expected-error @+1 {{machine small: padded extent 8 is not a multiple of the 16 of a fractal of zz}}
  %a = tile.buffer : <16x8xf16, matrix_a, layout = zz>
  return
}

// -----

// expected-error @+1 {{machine small: argument 1 is in vector, and memory of cores is set aside in the function}}
func.func @argument(%a: !tile.buffer<8xf32, global>, %b: !tile.buffer<8xf32, vector>) {
  return
}

// -----

func.func @no_way(%g: !tile.buffer<64x64xf16, global>) {
  %a = tile.buffer : <16x16xf16, matrix_a, layout = zz>
  // expected-error @+1 {{machine small: nothing copies from global to matrix_a}}
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [16, 16] : <64x64xf16, global> to <16x16xf16, matrix_a, layout = zz>
  tile.wait %t
  return
}

// -----

func.func @no_layout(%g: !tile.buffer<64x64xf16, global>) {
  %a = tile.buffer : <16x16xf16, shared>
  // expected-error @+1 {{machine small: load_nz: makes nz of row_major, not row_major of row_major}}
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [16, 16] : <64x64xf16, global> to <16x16xf16, shared>
  tile.wait %t
  return
}

// -----

func.func @converts(%g: !tile.buffer<64x64xf32, global>) {
  %a = tile.buffer : <4x64xf16, vector>
  // expected-error @+1 {{machine small: load: does not convert f32->f16; load_pad: does not convert f32->f16}}
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf16, vector>
  tile.wait %t
  return
}

// -----

func.func @block_unit(%g: !tile.buffer<64x64xf32, global>) {
  %a = tile.buffer : <4x64xf32, vector>
  // expected-error @+1 {{machine small: store: the source starts at a multiple of 4 bytes, not of 32}}
  %t = tile.copy_async %a[0, 1] to %g[0, 0] sizes [4, 5] : <4x64xf32, vector> to <64x64xf32, global>
  tile.wait %t
  return
}

// -----

func.func @starts(%g: !tile.buffer<64x64xf32, global>) {
  %a = tile.buffer : <4x64xf32, vector>
  // expected-error @+1 {{machine small: load: the destination starts at a multiple of 12 bytes, not of 32; load_pad: the destination starts at a multiple of 12 bytes, not of 32}}
  %t = tile.copy_async %g[0, 0] to %a[0, 3] sizes [4, 3] : <64x64xf32, global> to <4x64xf32, vector>
  tile.wait %t
  return
}

// -----

func.func @pitch(%g: !tile.buffer<64x64xf32, global>) {
  %a = tile.buffer : <4x60xf32, vector>
  // expected-error @+1 {{machine small: load: blocks start every 240 bytes, which is not a multiple of 32; load_pad: blocks start every 240 bytes, which is not a multiple of 32}}
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 56] : <64x64xf32, global> to <4x60xf32, vector>
  tile.wait %t
  return
}

// -----

func.func @padding(%g: !tile.buffer<64x256xf32, global>) {
  %p = arith.constant 0.0 : f32
  %a = tile.buffer : <4x8xf32, vector>
  // expected-error @+1 {{load: does not pad; load_pad: pads up to 32 bytes, not 64}}
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 8] pad %p : f32 align 64 : <64x256xf32, global> to <4x8xf32, vector>
  tile.wait %t
  return
}

// -----

func.func @block_count(%g: !tile.buffer<128x64xf32, global>) {
  %a = tile.buffer : <128x8xf32, vector>
  // expected-error @+1 {{machine small: load: 100 blocks, of 64; load_pad: 100 blocks, of 64}}
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [100, 8] : <128x64xf32, global> to <128x8xf32, vector>
  tile.wait %t
  return
}

// -----

func.func @block_bytes(%g: !tile.buffer<64x2048xf32, global>) {
  %a = tile.buffer : <1x1600xf32, vector>
  // expected-error @+1 {{machine small: load: blocks of up to 6400 bytes, of 4096; load_pad: blocks of up to 6400 bytes, of 4096}}
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [1, 1600] : <64x2048xf32, global> to <1x1600xf32, vector>
  tile.wait %t
  return
}

// -----

func.func @unknown_start(%g: !tile.buffer<64x64xf32, global>, %i: index) {
  %a = tile.buffer : <4x64xf32, vector>
  // expected-error @+1 {{store: the source starts at a multiple of 4 bytes, not of 32}}
  %t = tile.copy_async %a[0, %i] to %g[0, 0] sizes [4, 8] : <4x64xf32, vector> to <64x64xf32, global>
  tile.wait %t
  return
}

// -----

func.func @fractal_start() {
  %s = tile.buffer : <32x32xf16, shared, layout = nz>
  %a = tile.buffer : <16x16xf16, matrix_a, layout = zz>
  // expected-error @+1 {{machine small: load_a: a window starts at a multiple of 8, and fractals of nz at 16}}
  %t = tile.copy_async %s[8, 0] to %a[0, 0] sizes [16, 16] : <32x32xf16, shared, layout = nz> to <16x16xf16, matrix_a, layout = zz>
  tile.wait %t
  return
}

// -----

func.func @fractal_steps(%g: !tile.buffer<64x64xf16, global>) {
  %s = tile.buffer : <32x32xf16, shared, layout = nz>
  // expected-error @+1 {{machine small: load_nz: takes every element}}
  %t = tile.copy_async %g[0, 0] to %s[0, 0] sizes [16, 16] from_steps [2, 1] : <64x64xf16, global> to <32x32xf16, shared, layout = nz>
  tile.wait %t
  return
}

// -----

func.func @stride(%g: !tile.buffer<64x64xf32, global>) {
  %a = tile.buffer : <4x80xf32, vector>
  // expected-error @+1 {{machine small: load: blocks of 12 bytes are not a multiple of 32; load_pad: a stride of 9 is above 7}}
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 3] : <64x64xf32, global> to <4x80xf32, vector>
  tile.wait %t
  return
}

// -----

func.func @no_length(%g: !tile.buffer<?x?xf32, global>, %h: !tile.buffer<?x?xf32, global>, %n: index) {
  // expected-error @+1 {{machine small: move: the length of blocks has no bound}}
  %t = tile.copy_async %g[0, 0] to %h[0, 0] sizes [4, %n] : <?x?xf32, global> to <?x?xf32, global>
  tile.wait %t
  return
}

// -----

func.func @no_count(%g: !tile.buffer<?x64xf32, global>, %h: !tile.buffer<?x96xf32, global>, %n: index) {
  // expected-error @+1 {{machine small: move: an unknown number of blocks, of 64}}
  %t = tile.copy_async %g[0, 0] to %h[0, 0] sizes [%n, 8] : <?x64xf32, global> to <?x96xf32, global>
  tile.wait %t
  return
}

// -----

func.func @no_pitch(%g: !tile.buffer<?x?xf16, global>, %h: !tile.buffer<?x?xf16, global>) {
  // expected-error @+1 {{machine small: move: blocks start every a multiple of 2 bytes, which need not be a multiple of 4}}
  %t = tile.copy_async %g[0, 0] to %h[0, 0] sizes [4, 8] : <?x?xf16, global> to <?x?xf16, global>
  tile.wait %t
  return
}

// -----

func.func @transfers(%g: !tile.buffer<4x3x12xf32, global>, %h: !tile.buffer<4x3x12xf32, global>) {
  // expected-error @+1 {{machine small: move: transfers start every 144 bytes, not at multiples of 32}}
  %t = tile.copy_async %g[0, 0, 0] to %h[0, 0, 0] sizes [2, 2, 8] : <4x3x12xf32, global> to <4x3x12xf32, global>
  tile.wait %t
  return
}

// -----

func.func @no_op() {
  %a = tile.buffer : <4x64xf32, vector>
  // expected-error @+1 {{machine small: vector has no abs of f32}}
  tile.unary abs %a to %a : <4x64xf32, vector> to <4x64xf32, vector>
  return
}

// -----

func.func @no_type() {
  %a = tile.buffer : <4x64xf64, vector>
  // expected-error @+1 {{machine small: vector has no exp of f64}}
  tile.unary exp %a to %a : <4x64xf64, vector> to <4x64xf64, vector>
  return
}

// -----

func.func @no_cast() {
  %a = tile.buffer : <4x64xf32, vector>
  %b = tile.buffer : <4x64xi32, vector>
  // expected-error @+1 {{machine small: vector has no cast of f32->i32}}
  tile.cast %a to %b : <4x64xf32, vector> to <4x64xi32, vector>
  return
}

// -----

func.func @no_reduce() {
  %a = tile.buffer : <4x64xf32, vector>
  %b = tile.buffer : <1x64xf32, vector>
  // expected-error @+1 {{machine small: vector has no reduce_sum_first of f32}}
  tile.reduce sum first %a to %b : <4x64xf32, vector> to <1x64xf32, vector>
  return
}

// -----

func.func @global_op(%g: !tile.buffer<64x64xf32, global>) {
  // expected-error @+1 {{machine small: global has no exp of f32}}
  tile.unary exp %g to %g : <64x64xf32, global> to <64x64xf32, global>
  return
}

// -----

func.func @two_spaces() {
  %a = tile.buffer : <4x64xf32, vector>
  %b = tile.buffer : <4x64xf32, shared>
  // expected-error @+1 {{machine small: buffers are in shared and in vector}}
  tile.unary exp %a to %b : <4x64xf32, vector> to <4x64xf32, shared>
  return
}

// -----

func.func @rows() {
  %a = tile.buffer : <4x60xf32, vector, padded = [4, 62]>
  // expected-error @+1 {{machine small: rows of 248 bytes are not a multiple of 32}}
  tile.unary exp %a to %a : <4x60xf32, vector, padded = [4, 62]> to <4x60xf32, vector, padded = [4, 62]>
  return
}

// -----

func.func @row_layout() {
  %a = tile.buffer : <4x64xf32, vector, layout = column_major>
  // expected-error @+1 {{machine small: works on rows, and not on layout column_major}}
  tile.unary exp %a to %a : <4x64xf32, vector, layout = column_major> to <4x64xf32, vector, layout = column_major>
  return
}

// -----

func.func @view_start() {
  %a = tile.buffer : <4x64xf32, vector>
  // expected-error @+1 {{machine small: the part starts at a multiple of 4 bytes, and vector is aligned to 32}}
  %v = tile.view %a[0, 1] sizes [4, 8] : <4x64xf32, vector> to <4x8xf32, vector, padded = [4, 64]>
  return
}

// -----

func.func @mma_type(%m: i1) {
  %a = tile.buffer : <16x8xf32, matrix_a, layout = zz>
  %b = tile.buffer : <8x16xf32, matrix_b, layout = zn>
  %c = tile.buffer : <16x16xf32, matrix_c, layout = nz>
  // expected-error @+1 {{machine small: no matrix unit makes '!tile.buffer<16x16xf32, matrix_c, layout = nz>' of '!tile.buffer<16x8xf32, matrix_a, layout = zz>' and '!tile.buffer<8x16xf32, matrix_b, layout = zn>'}}
  tile.mma %a, %b to %c accumulate %m : <16x8xf32, matrix_a, layout = zz>, <8x16xf32, matrix_b, layout = zn> to <16x16xf32, matrix_c, layout = nz>
  return
}

// -----

func.func @mma_layout(%m: i1) {
  %a = tile.buffer : <16x16xf16, matrix_a, layout = zz>
  %b = tile.buffer : <16x16xf16, matrix_b, layout = nz>
  %c = tile.buffer : <16x16xf32, matrix_c, layout = nz>
  // expected-error @+1 {{machine small: no matrix unit makes}}
  tile.mma %a, %b to %c accumulate %m : <16x16xf16, matrix_a, layout = zz>, <16x16xf16, matrix_b, layout = nz> to <16x16xf32, matrix_c, layout = nz>
  return
}

// -----

func.func @mma_space(%m: i1) {
  %a = tile.buffer : <16x16xf16, shared, layout = zz>
  %b = tile.buffer : <16x16xf16, matrix_b, layout = zn>
  %c = tile.buffer : <16x16xf32, matrix_c, layout = nz>
  // expected-error @+1 {{machine small: no matrix unit makes}}
  tile.mma %a, %b to %c accumulate %m : <16x16xf16, shared, layout = zz>, <16x16xf16, matrix_b, layout = zn> to <16x16xf32, matrix_c, layout = nz>
  return
}

// -----

func.func @mma_shape(%m: i1) {
  %a = tile.buffer : <16x16xf16, matrix_a, layout = zz>
  %b = tile.buffer : <16x8xf16, matrix_b, padded = [16, 16], layout = zn>
  %c = tile.buffer : <16x8xf32, matrix_c, layout = nz>
  // expected-error @+1 {{machine small: padded extent 8 of n is not a multiple of the 16 of cube}}
  tile.mma %a, %b to %c accumulate %m : <16x16xf16, matrix_a, layout = zz>, <16x8xf16, matrix_b, padded = [16, 16], layout = zn> to <16x8xf32, matrix_c, layout = nz>
  return
}

// -----

func.func @no_scope() {
  // expected-error @+1 {{machine small: there is no barrier of scope cluster}}
  tile.barrier cluster
  return
}

// -----

func.func @divergent_if() {
  %id = tile.core_id
  %zero = arith.constant 0 : index
  %first = arith.cmpi eq, %id, %zero : index
  scf.if %first {
  // expected-error @+1 {{machine small: cores of scope device may not all come to it: what scf.if around it asks for depends on tile.core_id}}
    tile.barrier device
  }
  return
}

// -----

func.func @divergent_for() {
  %id = tile.core_id
  %n = tile.num_cores
  %c = arith.constant 100 : index
  scf.for %i = %id to %c step %n {
  // expected-error @+1 {{what scf.for around it asks for depends on tile.core_id}}
    tile.barrier device
  }
  return
}

// -----

func.func @divergent_result() {
  %id = tile.core_id
  %n = tile.num_cores
  %c = arith.constant 1 : index
  %k = scf.for %i = %c to %n step %c iter_args(%j = %c) -> index {
    %s = arith.addi %j, %id : index
    scf.yield %s : index
  }
  %b = arith.cmpi eq, %k, %c : index
  scf.if %b {
  // expected-error @+1 {{what scf.if around it asks for depends on tile.core_id}}
    tile.barrier device
  }
  return
}

// -----

func.func @uniform() {
  %id = tile.core_id
  %n = tile.num_cores
  %c = arith.constant 1 : index
  %b = arith.cmpi eq, %n, %c : index
  scf.if %b {
    tile.barrier device
  }
  %d = arith.cmpi eq, %id, %c : index
  scf.if %d {
    tile.barrier core
  }
  return
}

// -----

func.func @read_early(%g: !tile.buffer<64x64xf32, global>) {
  %a = tile.buffer : <4x64xf32, vector>
  %b = tile.buffer : <4x64xf32, vector>
  // expected-note @+1 {{the copy is this}}
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
  // expected-error @+1 {{machine small: reads '!tile.buffer<4x64xf32, vector>' before the copy into it was waited for}}
  tile.unary exp %a to %b : <4x64xf32, vector> to <4x64xf32, vector>
  tile.wait %t
  return
}

// -----

func.func @view_early(%g: !tile.buffer<64x64xf32, global>) {
  %a = tile.buffer : <4x64xf32, vector>
  %b = tile.buffer : <4x64xf32, vector>
  // expected-note @+1 {{the copy is this}}
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
  %v = tile.view %a[1, 0] sizes [1, 64] : <4x64xf32, vector> to <1x64xf32, vector, padded = [4, 64]>
  // expected-error @+1 {{machine small: reads '!tile.buffer<4x64xf32, vector>' before the copy into it was waited for}}
  tile.unary exp %v to %v : <1x64xf32, vector, padded = [4, 64]> to <1x64xf32, vector, padded = [4, 64]>
  tile.wait %t
  return
}

// -----

func.func @copy_early(%g: !tile.buffer<64x64xf32, global>) {
  %a = tile.buffer : <4x64xf32, vector>
  // expected-note @+1 {{the copy is this}}
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
  // expected-error @+1 {{machine small: reads '!tile.buffer<4x64xf32, vector>' before the copy into it was waited for}}
  %u = tile.copy_async %a[0, 0] to %g[0, 0] sizes [4, 64] : <4x64xf32, vector> to <64x64xf32, global>
  tile.wait %t, %u
  return
}

// -----

func.func @write_early(%g: !tile.buffer<64x64xf32, global>) {
  %a = tile.buffer : <4x64xf32, vector>
  %b = tile.buffer : <4x64xf32, vector>
  // expected-note @+1 {{the copy is this}}
  %t = tile.copy_async %a[0, 0] to %g[0, 0] sizes [4, 64] : <4x64xf32, vector> to <64x64xf32, global>
  // expected-error @+1 {{machine small: writes '!tile.buffer<4x64xf32, vector>' while a copy still reads it}}
  tile.unary exp %b to %a : <4x64xf32, vector> to <4x64xf32, vector>
  tile.wait %t
  return
}

// -----

func.func @copy_into_reader(%g: !tile.buffer<64x64xf32, global>, %h: !tile.buffer<64x64xf32, global>) {
  %a = tile.buffer : <4x64xf32, vector>
  // expected-note @+1 {{the copy is this}}
  %t = tile.copy_async %a[0, 0] to %g[0, 0] sizes [4, 64] : <4x64xf32, vector> to <64x64xf32, global>
  // expected-error @+1 {{machine small: writes '!tile.buffer<4x64xf32, vector>' while a copy still reads it}}
  %u = tile.copy_async %h[0, 0] to %a[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
  tile.wait %t, %u
  return
}

// -----

func.func @write_twice(%g: !tile.buffer<64x64xf32, global>) {
  %a = tile.buffer : <4x64xf32, vector>
  // expected-note @+1 {{the copy is this}}
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
  // expected-error @+1 {{machine small: writes '!tile.buffer<4x64xf32, vector>' while a copy into it goes on}}
  %u = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
  tile.wait %t, %u
  return
}

// -----

func.func @apart(%g: !tile.buffer<64x64xf32, global>) {
  %a = tile.buffer : <4x64xf32, vector>
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [2, 64] : <64x64xf32, global> to <4x64xf32, vector>
  %u = tile.copy_async %g[0, 0] to %a[2, 0] sizes [2, 64] : <64x64xf32, global> to <4x64xf32, vector>
  tile.wait %t, %u
  return
}

// -----

func.func @global_twice(%g: !tile.buffer<64x64xf32, global>) {
  %a = tile.buffer : <4x64xf32, vector>
  // expected-note @+1 {{the copy is this}}
  %t = tile.copy_async %a[0, 0] to %g[0, 0] sizes [4, 64] : <4x64xf32, vector> to <64x64xf32, global>
  // expected-error @+1 {{writes '!tile.buffer<64x64xf32, global>' while a copy into it goes on}}
  %u = tile.copy_async %a[0, 0] to %g[2, 0] sizes [4, 64] : <4x64xf32, vector> to <64x64xf32, global>
  tile.wait %t, %u
  return
}

// -----

func.func @global_read(%g: !tile.buffer<64x64xf32, global>, %i: index) {
  %a = tile.buffer : <4x64xf32, vector>
  %b = tile.buffer : <4x64xf32, vector>
  // expected-note @+1 {{the copy is this}}
  %t = tile.copy_async %a[0, 0] to %g[%i, 0] sizes [4, 64] : <4x64xf32, vector> to <64x64xf32, global>
  // expected-error @+1 {{reads '!tile.buffer<64x64xf32, global>' before the copy into it was waited for}}
  %u = tile.copy_async %g[0, 0] to %b[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
  tile.wait %t, %u
  return
}

// -----

func.func @not_waited(%g: !tile.buffer<64x64xf32, global>) {
  %a = tile.buffer : <4x64xf32, vector>
  // expected-error @+1 {{machine small: its token is not waited for}}
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
  return
}

// -----

func.func @waited_one_way(%g: !tile.buffer<64x64xf32, global>, %c: i1) {
  %a = tile.buffer : <4x64xf32, vector>
  // expected-error @+1 {{machine small: its token is not waited for}}
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
  scf.if %c {
    tile.wait %t
  }
  return
}

// -----

func.func @not_waited_in_loop(%g: !tile.buffer<64x64xf32, global>, %n: index) {
  %a = tile.buffer : <4x64xf32, vector>
  scf.for %i = %n to %n step %n {
  // expected-error @+1 {{machine small: its token is not waited for}}
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
  }
  return
}

// -----

func.func @wait_twice(%g: !tile.buffer<64x64xf32, global>) {
  %a = tile.buffer : <4x64xf32, vector>
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
  tile.wait %t
  // expected-error @+1 {{machine small: a token is waited for twice}}
  tile.wait %t
  return
}

// -----

func.func @wait_in_loop(%g: !tile.buffer<64x64xf32, global>, %n: index, %z: index) {
  %a = tile.buffer : <4x64xf32, vector>
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
  scf.for %i = %z to %n step %n {
  // expected-error @+1 {{machine small: a token is waited for twice}}
    tile.wait %t
  }
  return
}

// -----

func.func @token_argument(%t: !tile.token) {
  // expected-error @+1 {{machine small: a token comes from outside of the function}}
  tile.wait %t
  return
}

// -----

func.func @leaves(%n: index) {
  %x = tile.buffer : <4x64xf32, vector>
  // expected-error @+1 {{'scf.for' op machine small: a buffer leaves the block that it is made in}}
  %r = scf.for %i = %n to %n step %n iter_args(%y = %x) -> !tile.buffer<4x64xf32, vector> {
    %z = tile.buffer : <4x64xf32, vector>
    scf.yield %z : !tile.buffer<4x64xf32, vector>
  }
  return
}

// -----

func.func @other_loops(%c: i1) {
  // expected-error @+1 {{ops on tiles stand in scf.for and scf.if alone}}
  scf.while : () -> () {
    scf.condition(%c)
  } do {
    tile.barrier core
    scf.yield
  }
  return
}

// -----

func.func @ping_pong(%g: !tile.buffer<64x64xf32, global>, %y: !tile.buffer<64x64xf32, global>, %n: index) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %four = arith.constant 4 : index
  %a = tile.buffer : <4x64xf32, vector>
  %b = tile.buffer : <4x64xf32, vector>
  %o = tile.buffer : <4x64xf32, vector>
  %t0 = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
  %d = tile.done
  %r:4 = scf.for %i = %zero to %n step %one iter_args(%cur = %a, %next = %b, %t = %t0, %s = %d)
      -> (!tile.buffer<4x64xf32, vector>, !tile.buffer<4x64xf32, vector>, !tile.token, !tile.token) {
    %j = arith.addi %i, %one : index
    %row = arith.muli %j, %four : index
    %out = arith.muli %i, %four : index
    %u = tile.copy_async %g[%row, 0] to %next[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
    tile.wait %t
    tile.wait %s
    tile.unary exp %cur to %o : <4x64xf32, vector> to <4x64xf32, vector>
    %v = tile.copy_async %o[0, 0] to %y[%out, 0] sizes [4, 64] : <4x64xf32, vector> to <64x64xf32, global>
    scf.yield %next, %cur, %u, %v : !tile.buffer<4x64xf32, vector>, !tile.buffer<4x64xf32, vector>, !tile.token, !tile.token
  }
  tile.wait %r#2, %r#3
  return
}

// -----

func.func @ping_pong_reads_next(%g: !tile.buffer<64x64xf32, global>, %y: !tile.buffer<64x64xf32, global>, %n: index) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %four = arith.constant 4 : index
  %a = tile.buffer : <4x64xf32, vector>
  %b = tile.buffer : <4x64xf32, vector>
  %o = tile.buffer : <4x64xf32, vector>
  %t0 = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
  %d = tile.done
  %r:4 = scf.for %i = %zero to %n step %one iter_args(%cur = %a, %next = %b, %t = %t0, %s = %d)
      -> (!tile.buffer<4x64xf32, vector>, !tile.buffer<4x64xf32, vector>, !tile.token, !tile.token) {
    %j = arith.addi %i, %one : index
    %row = arith.muli %j, %four : index
    %out = arith.muli %i, %four : index
    // expected-note @+1 {{the copy is this}}
    %u = tile.copy_async %g[%row, 0] to %next[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
    tile.wait %t
    tile.wait %s
  // expected-error @+1 {{machine small: reads '!tile.buffer<4x64xf32, vector>' before the copy into it was waited for}}
    tile.unary exp %next to %o : <4x64xf32, vector> to <4x64xf32, vector>
    %v = tile.copy_async %o[0, 0] to %y[%out, 0] sizes [4, 64] : <4x64xf32, vector> to <64x64xf32, global>
    scf.yield %next, %cur, %u, %v : !tile.buffer<4x64xf32, vector>, !tile.buffer<4x64xf32, vector>, !tile.token, !tile.token
  }
  tile.wait %r#2, %r#3
  return
}

// -----

func.func @ping_pong_store(%g: !tile.buffer<64x64xf32, global>, %y: !tile.buffer<64x64xf32, global>, %n: index) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %four = arith.constant 4 : index
  %a = tile.buffer : <4x64xf32, vector>
  %b = tile.buffer : <4x64xf32, vector>
  %o = tile.buffer : <4x64xf32, vector>
  %t0 = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
  %d = tile.done
  %r:4 = scf.for %i = %zero to %n step %one iter_args(%cur = %a, %next = %b, %t = %t0, %s = %d)
      -> (!tile.buffer<4x64xf32, vector>, !tile.buffer<4x64xf32, vector>, !tile.token, !tile.token) {
    %j = arith.addi %i, %one : index
    %row = arith.muli %j, %four : index
    %out = arith.muli %i, %four : index
    %u = tile.copy_async %g[%row, 0] to %next[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
    tile.wait %t
  // expected-error @+1 {{machine small: writes '!tile.buffer<4x64xf32, vector>' while a copy still reads it}}
    tile.unary exp %cur to %o : <4x64xf32, vector> to <4x64xf32, vector>
    tile.wait %s
  // expected-note @+1 {{the copy is this}}
    %v = tile.copy_async %o[0, 0] to %y[%out, 0] sizes [4, 64] : <4x64xf32, vector> to <64x64xf32, global>
    scf.yield %next, %cur, %u, %v : !tile.buffer<4x64xf32, vector>, !tile.buffer<4x64xf32, vector>, !tile.token, !tile.token
  }
  tile.wait %r#2, %r#3
  return
}

// -----

func.func @ping_pong_one_buffer(%g: !tile.buffer<64x64xf32, global>, %y: !tile.buffer<64x64xf32, global>, %n: index) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %four = arith.constant 4 : index
  %a = tile.buffer : <4x64xf32, vector>
  %b = tile.buffer : <4x64xf32, vector>
  %o = tile.buffer : <4x64xf32, vector>
  %t0 = tile.done
  %d = tile.done
  %r:4 = scf.for %i = %zero to %n step %one iter_args(%cur = %a, %next = %b, %t = %t0, %s = %d)
      -> (!tile.buffer<4x64xf32, vector>, !tile.buffer<4x64xf32, vector>, !tile.token, !tile.token) {
    %j = arith.addi %i, %one : index
    %row = arith.muli %j, %four : index
    %out = arith.muli %i, %four : index
  // expected-note @+1 {{the copy is this}}
    %u = tile.copy_async %g[%row, 0] to %cur[0, 0] sizes [4, 64] : <64x64xf32, global> to <4x64xf32, vector>
    tile.wait %t
    tile.wait %s
  // expected-error @+1 {{machine small: reads '!tile.buffer<4x64xf32, vector>' before the copy into it was waited for}}
    tile.unary exp %cur to %o : <4x64xf32, vector> to <4x64xf32, vector>
    %v = tile.copy_async %o[0, 0] to %y[%out, 0] sizes [4, 64] : <4x64xf32, vector> to <64x64xf32, global>
    scf.yield %cur, %next, %u, %v : !tile.buffer<4x64xf32, vector>, !tile.buffer<4x64xf32, vector>, !tile.token, !tile.token
  }
  tile.wait %r#2, %r#3
  return
}

// -----

func.func @fractal_pad(%g: !tile.buffer<64x64xf16, global>) {
  %p = arith.constant 0.0 : f16
  %s = tile.buffer : <32x32xf16, shared, layout = nz>
  // expected-error @+1 {{machine small: load_nz: does not pad}}
  %t = tile.copy_async %g[0, 0] to %s[0, 0] sizes [16, 16] pad %p : f16 align 32 : <64x64xf16, global> to <32x32xf16, shared, layout = nz>
  tile.wait %t
  return
}

// -----

func.func @ways(%g: !tile.buffer<64x64xf32, global>, %c: i1) {
  %a = tile.buffer : <13x8xf32, vector>
  %t0 = scf.if %c -> !tile.token {
    %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [1, 8] : <64x64xf32, global> to <13x8xf32, vector>
    scf.yield %t : !tile.token
  } else {
    %d = tile.done
    scf.yield %d : !tile.token
  }
  %t1 = scf.if %c -> !tile.token {
    %t = tile.copy_async %g[0, 0] to %a[1, 0] sizes [1, 8] : <64x64xf32, global> to <13x8xf32, vector>
    scf.yield %t : !tile.token
  } else {
    %d = tile.done
    scf.yield %d : !tile.token
  }
  %t2 = scf.if %c -> !tile.token {
    %t = tile.copy_async %g[0, 0] to %a[2, 0] sizes [1, 8] : <64x64xf32, global> to <13x8xf32, vector>
    scf.yield %t : !tile.token
  } else {
    %d = tile.done
    scf.yield %d : !tile.token
  }
  %t3 = scf.if %c -> !tile.token {
    %t = tile.copy_async %g[0, 0] to %a[3, 0] sizes [1, 8] : <64x64xf32, global> to <13x8xf32, vector>
    scf.yield %t : !tile.token
  } else {
    %d = tile.done
    scf.yield %d : !tile.token
  }
  %t4 = scf.if %c -> !tile.token {
    %t = tile.copy_async %g[0, 0] to %a[4, 0] sizes [1, 8] : <64x64xf32, global> to <13x8xf32, vector>
    scf.yield %t : !tile.token
  } else {
    %d = tile.done
    scf.yield %d : !tile.token
  }
  %t5 = scf.if %c -> !tile.token {
    %t = tile.copy_async %g[0, 0] to %a[5, 0] sizes [1, 8] : <64x64xf32, global> to <13x8xf32, vector>
    scf.yield %t : !tile.token
  } else {
    %d = tile.done
    scf.yield %d : !tile.token
  }
  %t6 = scf.if %c -> !tile.token {
    %t = tile.copy_async %g[0, 0] to %a[6, 0] sizes [1, 8] : <64x64xf32, global> to <13x8xf32, vector>
    scf.yield %t : !tile.token
  } else {
    %d = tile.done
    scf.yield %d : !tile.token
  }
  %t7 = scf.if %c -> !tile.token {
    %t = tile.copy_async %g[0, 0] to %a[7, 0] sizes [1, 8] : <64x64xf32, global> to <13x8xf32, vector>
    scf.yield %t : !tile.token
  } else {
    %d = tile.done
    scf.yield %d : !tile.token
  }
  %t8 = scf.if %c -> !tile.token {
    %t = tile.copy_async %g[0, 0] to %a[8, 0] sizes [1, 8] : <64x64xf32, global> to <13x8xf32, vector>
    scf.yield %t : !tile.token
  } else {
    %d = tile.done
    scf.yield %d : !tile.token
  }
  %t9 = scf.if %c -> !tile.token {
    %t = tile.copy_async %g[0, 0] to %a[9, 0] sizes [1, 8] : <64x64xf32, global> to <13x8xf32, vector>
    scf.yield %t : !tile.token
  } else {
    %d = tile.done
    scf.yield %d : !tile.token
  }
  %t10 = scf.if %c -> !tile.token {
    %t = tile.copy_async %g[0, 0] to %a[10, 0] sizes [1, 8] : <64x64xf32, global> to <13x8xf32, vector>
    scf.yield %t : !tile.token
  } else {
    %d = tile.done
    scf.yield %d : !tile.token
  }
  %t11 = scf.if %c -> !tile.token {
    %t = tile.copy_async %g[0, 0] to %a[11, 0] sizes [1, 8] : <64x64xf32, global> to <13x8xf32, vector>
    scf.yield %t : !tile.token
  } else {
    %d = tile.done
    scf.yield %d : !tile.token
  }
  // expected-error @+1 {{machine small: more than 4096 ways of what may be in flight}}
  %t12 = scf.if %c -> !tile.token {
    %t = tile.copy_async %g[0, 0] to %a[12, 0] sizes [1, 8] : <64x64xf32, global> to <13x8xf32, vector>
    scf.yield %t : !tile.token
  } else {
    %d = tile.done
    scf.yield %d : !tile.token
  }
  tile.wait %t0, %t1, %t2, %t3, %t4, %t5, %t6, %t7, %t8, %t9, %t10, %t11, %t12
  return
}

// -----

func.func @padded_row(%g: !tile.buffer<64x64xf32, global>) {
  %p = arith.constant 0.0 : f32
  %a = tile.buffer : <1x10xf32, vector>
  // expected-error @+1 {{machine small: load: does not pad; load_pad: pads up to element 16 of rows that have 10}}
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [1, 10] pad %p : f32 align 32 : <64x64xf32, global> to <1x10xf32, vector>
  tile.wait %t
  return
}

// -----

func.func @padding_stays(%g: !tile.buffer<64x64xf32, global>, %n: index) {
  %p = arith.constant 0.0 : f32
  %a = tile.buffer : <4x10xf32, vector, padded = [4, 16]>
  %t = tile.copy_async %g[0, 0] to %a[0, 0] sizes [4, %n] pad %p : f32 align 32 : <64x64xf32, global> to <4x10xf32, vector, padded = [4, 16]>
  tile.wait %t
  return
}
