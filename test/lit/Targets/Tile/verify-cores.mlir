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
