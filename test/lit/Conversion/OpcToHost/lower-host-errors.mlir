// RUN: opc-opt --opc-lower-host --verify-diagnostics --split-input-file %s

func.func @main(%x: tensor<4xf32> {opc.dims = affine_map<() -> (4)>}) -> tensor<4xf32> attributes {opc.symbols = []} {
  // expected-error@+1 {{'opc.relu' op is not part of a kernel}}
  %0 = opc.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @main(%x: tensor<4xf32> {opc.dims = affine_map<() -> (4)>}) -> tensor<4xf32> attributes {opc.symbols = []} {
  // expected-error@+1 {{kernel k has no entry (opc-kernel-entries)}}
  %0 = opc.launch @k(%x) {dims = [affine_map<() -> (4)>], symbols = affine_map<() -> ()>} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @k(%x: tensor<4xf32>) -> tensor<4xf32> attributes {opc.kernel}

// -----

func.func @main(%x: tensor<4xf32> {opc.dims = affine_map<() -> (4)>}) -> tensor<4294967296x4294967296xf32> attributes {opc.symbols = []} {
  // expected-error@+1 {{a tensor of type 'tensor<4294967296x4294967296xf32>' is too large to address}}
  %0 = opc.launch @k(%x) {dims = [affine_map<() -> (4294967296, 4294967296)>], symbols = affine_map<() -> ()>} : (tensor<4xf32>) -> tensor<4294967296x4294967296xf32>
  return %0 : tensor<4294967296x4294967296xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (1)>}

// -----

// expected-error@+1 {{the module has no function @main}}
module {}

// -----

func.func @main(%x: tensor<4xf32> {opc.dims = affine_map<() -> (4)>}) -> tensor<1x4xf32> attributes {opc.symbols = []} {
  // expected-error@+1 {{'opc.launch' op with opc.may_alias must have one input, and one result of the same rank}}
  %0 = opc.launch @k(%x) {opc.may_alias, dims = [affine_map<() -> (1, 4)>], symbols = affine_map<() -> ()>} : (tensor<4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.ops = ["opc.broadcast"], opc.units = affine_map<() -> (4)>}

// -----

func.func @main(%x: tensor<4xf32> {opc.dims = affine_map<() -> (4)>}) -> tensor<4xf32> attributes {opc.symbols = []} {
  // expected-error@+1 {{'opc.launch' op with opc.may_alias launches a kernel that is no opc.broadcast}}
  %0 = opc.launch @k(%x) {opc.may_alias, dims = [affine_map<() -> (4)>], symbols = affine_map<() -> ()>} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.ops = ["opc.broadcast", "opc.relu"], opc.units = affine_map<() -> (4)>}
