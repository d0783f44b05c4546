// RUN: opc-opt %s --opc-verify-cores --split-input-file --verify-diagnostics

func.func private @fits() attributes {opc.target = "sunway:sw26010"} {
  %x = tile.buffer : <64x64xf32, vector>
  return
}

// -----

func.func private @large() attributes {opc.target = "sunway:sw26010"} {
  // expected-error @+1 {{machine sw26010: live buffers of vector take 65536 bytes, of 57344}}
  %x = tile.buffer : <128x128xf32, vector>
  return
}

// -----

// expected-error @+1 {{no kind of core has the spaces of its buffers}}
func.func private @elsewhere() attributes {opc.target = "sunway:sw26010"} {
  %x = tile.buffer : <16x16xf32, matrix_a>
  return
}

// -----

// Memory that is seen as a buffer inside of a loop outlives the round.
func.func private @in_flight(%memory: memref<?xf32>, %n: index) attributes {opc.target = "sunway:sw26010"} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %size = arith.constant 64 : index
  %x = tile.buffer : <1x64xf32, vector>
  %y = tile.buffer : <1x64xf32, vector>
  %done = tile.done
  %a, %b, %t, %u = scf.for %i = %zero to %n step %one iter_args(%now = %x, %other = %y, %s = %done, %v = %done)
      -> (!tile.buffer<1x64xf32, vector>, !tile.buffer<1x64xf32, vector>, !tile.token, !tile.token) {
    tile.wait %s
    %at = arith.muli %i, %size : index
    %z = tile.global %memory[%at] sizes [1, 64] : memref<?xf32> to <1x64xf32, global>
    %w = tile.copy_async %now[0, 0] to %z[0, 0] sizes [1, 64] : <1x64xf32, vector> to <1x64xf32, global>
    scf.yield %other, %now, %v, %w : !tile.buffer<1x64xf32, vector>, !tile.buffer<1x64xf32, vector>, !tile.token, !tile.token
  }
  tile.wait %t, %u
  return
}
