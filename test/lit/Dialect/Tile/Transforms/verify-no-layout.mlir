// RUN: opc-opt %s --opc-verify-tile=machine=%include/../lib/Targets/Ascend/Machines/910b-vector.json --verify-diagnostics

func.func @no_layout() {
  // expected-error @+1 {{machine 910b-vector: there is no layout nz}}
  %x = tile.buffer : <16x16xf16, vector, layout = nz>
  return
}
