// RUN: opc-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{there is no space 'nram'}}
func.func private @type(!tile.buffer<8xf32, nram>)

// -----

// expected-error @+1 {{there is no layout 'zigzag'}}
func.func private @type(!tile.buffer<8x8xf32, vector, layout = zigzag>)

// -----

// expected-error @+1 {{a buffer has no 'stride'}}
func.func private @type(!tile.buffer<8xf32, vector, stride = 4>)

// -----

// expected-error @+1 {{a buffer has 1 axis or more}}
func.func private @type(!tile.buffer<f32, vector>)

// -----

// expected-error @+1 {{elements of 'i4' are no whole bytes}}
func.func private @type(!tile.buffer<8xi4, vector>)

// -----

// expected-error @+1 {{elements of 'index' are no whole bytes}}
func.func private @type(!tile.buffer<8xindex, vector>)

// -----

// expected-error @+1 {{padded has 1 axes, the buffer 2}}
func.func private @type(!tile.buffer<8x8xf32, vector, padded = [8]>)

// -----

// expected-error @+1 {{padded extent 4 is below the extent 8}}
func.func private @type(!tile.buffer<8xf32, vector, padded = [4]>)

// -----

// expected-error @+1 {{layout nz takes 2 axes or more}}
func.func private @type(!tile.buffer<8xf32, vector, layout = nz>)

// -----

func.func @global_buffer() {
  // expected-error @+1 {{makes no buffer in global memory}}
  %x = tile.buffer : !tile.buffer<8xf32, global>
  return
}

// -----

func.func @unknown_buffer() {
  // expected-error @+1 {{makes buffers of extents that are known, not '!tile.buffer<?xf32, vector>'}}
  %x = tile.buffer : !tile.buffer<?xf32, vector>
  return
}

// -----

func.func @negative_offset() {
  // expected-error @+1 {{attribute 'offset' failed to satisfy constraint}}
  %x = tile.buffer {offset = -8 : i64} : !tile.buffer<8xf32, vector>
  return
}

// -----

func.func @view_entries() {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{starts has 1 entries, the buffer has 2 axes}}
  %v = tile.view %x[0] sizes [1, 1] : !tile.buffer<4x64xf32, vector> to !tile.buffer<1x1xf32, vector, padded = [4, 64]>
  return
}

// -----

func.func @view_type() {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{a view has the elements, space, padded extents and layout of its buffer}}
  %v = tile.view %x[0, 0] sizes [1, 8] : !tile.buffer<4x64xf32, vector> to !tile.buffer<1x8xf32, vector>
  return
}

// -----

func.func @view_sizes() {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{sizes are not the extents of '!tile.buffer<1x8xf32, vector, padded = [4, 64]>'}}
  %v = tile.view %x[0, 0] sizes [1, 4] : !tile.buffer<4x64xf32, vector> to !tile.buffer<1x8xf32, vector, padded = [4, 64]>
  return
}

// -----

func.func @view_outside() {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{the window ends at 5 of extent 4 on axis 0}}
  %v = tile.view %x[4, 0] sizes [1, 64] : !tile.buffer<4x64xf32, vector> to !tile.buffer<1x64xf32, vector, padded = [4, 64]>
  return
}

// -----

func.func @copy_rank(%g: !tile.buffer<4x64xf32, global>) {
  %x = tile.buffer : !tile.buffer<64xf32, vector>
  // expected-error @+1 {{copies between ranks 2 and 1}}
  %t = tile.copy_async %g[0, 0] to %x[0] sizes [1, 64] : !tile.buffer<4x64xf32, global> to !tile.buffer<64xf32, vector>
  return
}

// -----

func.func @copy_itself() {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{copies a buffer to itself}}
  %t = tile.copy_async %x[0, 0] to %x[1, 0] sizes [1, 64] : !tile.buffer<4x64xf32, vector> to !tile.buffer<4x64xf32, vector>
  return
}

// -----

func.func @copy_entries(%g: !tile.buffer<4x64xf32, global>) {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{sizes has 1 entries, the buffer has 2 axes}}
  %t = tile.copy_async %g[0, 0] to %x[0, 0] sizes [1] : !tile.buffer<4x64xf32, global> to !tile.buffer<4x64xf32, vector>
  return
}

// -----

func.func @copy_steps(%g: !tile.buffer<4x64xf32, global>) {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{from_steps has 1 entries, the buffer has 2 axes}}
  %t = tile.copy_async %g[0, 0] to %x[0, 0] sizes [1, 1] from_steps [1] : !tile.buffer<4x64xf32, global> to !tile.buffer<4x64xf32, vector>
  return
}

// -----

func.func @copy_step_0(%g: !tile.buffer<4x64xf32, global>) {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{steps must be 1 or more}}
  %t = tile.copy_async %g[0, 0] to %x[0, 0] sizes [1, 1] to_steps [1, 0] : !tile.buffer<4x64xf32, global> to !tile.buffer<4x64xf32, vector>
  return
}

// -----

func.func @copy_pad_type(%g: !tile.buffer<4x64xf32, global>) {
  %p = arith.constant 0.0 : f16
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{pads 'f32' with 'f16'}}
  %t = tile.copy_async %g[0, 0] to %x[0, 0] sizes [1, 1] pad %p : f16 align 32 : !tile.buffer<4x64xf32, global> to !tile.buffer<4x64xf32, vector>
  return
}

// -----

func.func @copy_pad_alone(%g: !tile.buffer<4x64xf32, global>) {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{pads with a number up to an alignment, given both}}
  %t = tile.copy_async %g[0, 0] to %x[0, 0] sizes [1, 1] {pad_alignment = 32 : i64} : !tile.buffer<4x64xf32, global> to !tile.buffer<4x64xf32, vector>
  return
}

// -----

func.func @copy_source(%g: !tile.buffer<4x64xf32, global>) {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{source window ends at 65 of extent 64 on axis 1}}
  %t = tile.copy_async %g[0, 1] to %x[0, 0] sizes [4, 64] : !tile.buffer<4x64xf32, global> to !tile.buffer<4x64xf32, vector>
  return
}

// -----

func.func @copy_destination(%g: !tile.buffer<4x64xf32, global>) {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{destination window ends at 7 of extent 4 on axis 0}}
  %t = tile.copy_async %g[0, 0] to %x[0, 0] sizes [4, 64] to_steps [2, 1] : !tile.buffer<4x64xf32, global> to !tile.buffer<4x64xf32, vector>
  return
}

// -----

func.func @copy_negative(%g: !tile.buffer<4x64xf32, global>) {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{source window has a negative start or size on axis 0}}
  %t = tile.copy_async %g[-1, 0] to %x[0, 0] sizes [1, 64] : !tile.buffer<4x64xf32, global> to !tile.buffer<4x64xf32, vector>
  return
}

// -----

func.func @wait_nothing() {
  // expected-error @+1 {{waits for no token}}
  tile.wait
  return
}

// -----

func.func @unary_extents() {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  %y = tile.buffer : !tile.buffer<4x32xf32, vector>
  // expected-error @+1 {{extents of '!tile.buffer<4x64xf32, vector>' are not those of '!tile.buffer<4x32xf32, vector>'}}
  tile.unary exp %x to %y : !tile.buffer<4x64xf32, vector> to !tile.buffer<4x32xf32, vector>
  return
}

// -----

func.func @unary_elements() {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  %y = tile.buffer : !tile.buffer<4x64xf16, vector>
  // expected-error @+1 {{elements of '!tile.buffer<4x64xf32, vector>' are not those of '!tile.buffer<4x64xf16, vector>'}}
  tile.unary exp %x to %y : !tile.buffer<4x64xf32, vector> to !tile.buffer<4x64xf16, vector>
  return
}

// -----

func.func @unary_name() {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+2 {{expected ::opc::tile::UnaryKind to be one of}}
  // expected-error @+1 {{failed to parse}}
  tile.unary gamma %x to %x : !tile.buffer<4x64xf32, vector> to !tile.buffer<4x64xf32, vector>
  return
}

// -----

func.func @binary_extents() {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  %y = tile.buffer : !tile.buffer<4x1xf32, vector>
  // expected-error @+1 {{are not those of}}
  tile.binary add %x, %y to %x : !tile.buffer<4x64xf32, vector>, !tile.buffer<4x1xf32, vector> to !tile.buffer<4x64xf32, vector>
  return
}

// -----

func.func @scalar(%s: f64) {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{takes a number of 'f32', not of 'f64'}}
  tile.binary_scalar add %x, %s to %x : !tile.buffer<4x64xf32, vector>, f64 to !tile.buffer<4x64xf32, vector>
  return
}

// -----

func.func @fill(%s: f64) {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{takes a number of 'f32', not of 'f64'}}
  tile.fill %x, %s : !tile.buffer<4x64xf32, vector>, f64
  return
}

// -----

func.func @cast() {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  %y = tile.buffer : !tile.buffer<4x32xf16, vector>
  // expected-error @+1 {{are not those of}}
  tile.cast %x to %y : !tile.buffer<4x64xf32, vector> to !tile.buffer<4x32xf16, vector>
  return
}

// -----

func.func @compare() {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{elements of '!tile.buffer<4x64xf32, vector>' are not i1}}
  tile.compare lt %x, %x to %x : !tile.buffer<4x64xf32, vector>, !tile.buffer<4x64xf32, vector> to !tile.buffer<4x64xf32, vector>
  return
}

// -----

func.func @select() {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{are not i1}}
  tile.select %x, %x, %x to %x : !tile.buffer<4x64xf32, vector>, !tile.buffer<4x64xf32, vector>, !tile.buffer<4x64xf32, vector> to !tile.buffer<4x64xf32, vector>
  return
}

// -----

func.func @reduce() {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  %y = tile.buffer : !tile.buffer<1x64xf32, vector>
  // expected-error @+1 {{cannot make '!tile.buffer<1x64xf32, vector>' of '!tile.buffer<4x64xf32, vector>'}}
  tile.reduce sum last %x to %y : !tile.buffer<4x64xf32, vector> to !tile.buffer<1x64xf32, vector>
  return
}

// -----

func.func @in_place() {
  %x = tile.buffer : !tile.buffer<4x4xf32, vector>
  // expected-error @+1 {{cannot be done in place}}
  tile.transpose %x to %x : !tile.buffer<4x4xf32, vector> to !tile.buffer<4x4xf32, vector>
  return
}

// -----

func.func @transpose() {
  %x = tile.buffer : !tile.buffer<4x4x4xf32, vector>
  %y = tile.buffer : !tile.buffer<4x4x4xf32, vector>
  // expected-error @+1 {{takes 2 axes, not 3}}
  tile.transpose %x to %y : !tile.buffer<4x4x4xf32, vector> to !tile.buffer<4x4x4xf32, vector>
  return
}

// -----

func.func @broadcast() {
  %x = tile.buffer : !tile.buffer<4x2xf32, vector>
  %y = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{cannot make '!tile.buffer<4x64xf32, vector>' of '!tile.buffer<4x2xf32, vector>'}}
  tile.broadcast %x to %y : !tile.buffer<4x2xf32, vector> to !tile.buffer<4x64xf32, vector>
  return
}

// -----

func.func @mma(%s: i1) {
  %x = tile.buffer : !tile.buffer<4x64xf32, vector>
  // expected-error @+1 {{cannot make '!tile.buffer<4x64xf32, vector>' of '!tile.buffer<4x64xf32, vector>' and '!tile.buffer<4x64xf32, vector>'}}
  tile.mma %x, %x to %x accumulate %s : !tile.buffer<4x64xf32, vector>, !tile.buffer<4x64xf32, vector> to !tile.buffer<4x64xf32, vector>
  return
}

// -----

func.func @mma_rank(%s: i1) {
  %x = tile.buffer : !tile.buffer<4xf32, vector>
  // expected-error @+1 {{multiplies matrices of 2 axes, not '!tile.buffer<4xf32, vector>'}}
  tile.mma %x, %x to %x accumulate %s : !tile.buffer<4xf32, vector>, !tile.buffer<4xf32, vector> to !tile.buffer<4xf32, vector>
  return
}

// -----

func.func @global_type(%x: memref<?xf32>, %at: index) {
  // expected-error @+1 {{gives elements of 'f32', not of 'f16'}}
  %y = tile.global %x[%at] sizes [4, 8] : memref<?xf32> to <4x8xf16, global>
  return
}

// -----

func.func @global_sizes(%x: memref<?xf32>, %at: index) {
  // expected-error @+1 {{gives a dense buffer of its sizes in global memory}}
  %y = tile.global %x[%at] sizes [4, 8] : memref<?xf32> to <4x9xf32, global>
  return
}

// -----

func.func @memory_of_global(%x: !tile.buffer<4x8xf32, global>) {
  // expected-error @+1 {{gives elements in rows of a core's memory}}
  %y = tile.memory %x : <4x8xf32, global> to memref<?xf32>
  return
}
