// RUN: opc-opt --opc-lower-host --canonicalize %s --split-input-file | FileCheck %s

// What begins when the input was read lies in its memory, one at a time: %1 and %3
// there, %0 and %2 in the arena, of which one is enough for both.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK: %[[BYTES:.*]] = llvm.mlir.constant(16384 : i64) : i64
// CHECK: llvm.call %{{.*}}(%arg0, %[[BYTES]]) : !llvm.ptr, (!llvm.ptr, i64) -> !llvm.ptr
// CHECK-NOT: (!llvm.ptr, i64) -> !llvm.ptr
func.func @main(%x: tensor<4096xf32> {opc.dims = affine_map<() -> (4096)>, opc.lent}) -> tensor<4096xf32> attributes {opc.symbols = []} {
  %0 = opc.launch @k(%x) {dims = [affine_map<() -> (4096)>], symbols = affine_map<() -> ()>} : (tensor<4096xf32>) -> tensor<4096xf32>
  %1 = opc.launch @k(%0) {dims = [affine_map<() -> (4096)>], symbols = affine_map<() -> ()>} : (tensor<4096xf32>) -> tensor<4096xf32>
  %2 = opc.launch @k(%1) {dims = [affine_map<() -> (4096)>], symbols = affine_map<() -> ()>} : (tensor<4096xf32>) -> tensor<4096xf32>
  %3 = opc.launch @k(%2) {dims = [affine_map<() -> (4096)>], symbols = affine_map<() -> ()>} : (tensor<4096xf32>) -> tensor<4096xf32>
  %4 = opc.launch @k(%3) {dims = [affine_map<() -> (4096)>], symbols = affine_map<() -> ()>} : (tensor<4096xf32>) -> tensor<4096xf32>
  return %4 : tensor<4096xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (4096)>}

// -----

// Not while it is read, by another name as well, or given back.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK: llvm.mlir.constant(32768 : i64) : i64
func.func @main(%x: tensor<4096xf32> {opc.dims = affine_map<() -> (4096)>, opc.lent}, %y: tensor<4096xf32> {opc.dims = affine_map<() -> (4096)>, opc.lent}) -> (tensor<4096xf32>, tensor<4096xf32>) attributes {opc.symbols = []} {
  %r = opc.reshape %x {dims = affine_map<() -> (64, 64)>} : (tensor<4096xf32>) -> tensor<64x64xf32>
  %0 = opc.launch @k(%x) {dims = [affine_map<() -> (4096)>], symbols = affine_map<() -> ()>} : (tensor<4096xf32>) -> tensor<4096xf32>
  %1 = opc.launch @k(%0) {dims = [affine_map<() -> (4096)>], symbols = affine_map<() -> ()>} : (tensor<4096xf32>) -> tensor<4096xf32>
  %2 = opc.launch @two(%1, %r) {dims = [affine_map<() -> (4096)>], symbols = affine_map<() -> ()>} : (tensor<4096xf32>, tensor<64x64xf32>) -> tensor<4096xf32>
  return %2, %y : tensor<4096xf32>, tensor<4096xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (4096)>}
llvm.func @two(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (4096)>}

// -----

// Nor what does not fit.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK: llvm.mlir.constant(65536 : i64) : i64
func.func @main(%x: tensor<4096xf32> {opc.dims = affine_map<() -> (4096)>, opc.lent}) -> tensor<8192xf32> attributes {opc.symbols = []} {
  %0 = opc.launch @k(%x) {dims = [affine_map<() -> (8192)>], symbols = affine_map<() -> ()>} : (tensor<4096xf32>) -> tensor<8192xf32>
  %1 = opc.launch @k(%0) {dims = [affine_map<() -> (8192)>], symbols = affine_map<() -> ()>} : (tensor<8192xf32>) -> tensor<8192xf32>
  %2 = opc.launch @k(%1) {dims = [affine_map<() -> (8192)>], symbols = affine_map<() -> ()>} : (tensor<8192xf32>) -> tensor<8192xf32>
  return %2 : tensor<8192xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (4096)>}

// -----

// Nor where little of much would be taken: a run that does not lend it copies all.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK: llvm.mlir.constant(32768 : i64) : i64
func.func @main(%x: tensor<131072xf32> {opc.dims = affine_map<() -> (131072)>, opc.lent}) -> tensor<4096xf32> attributes {opc.symbols = []} {
  %0 = opc.launch @k(%x) {dims = [affine_map<() -> (4096)>], symbols = affine_map<() -> ()>} : (tensor<131072xf32>) -> tensor<4096xf32>
  %1 = opc.launch @k(%0) {dims = [affine_map<() -> (4096)>], symbols = affine_map<() -> ()>} : (tensor<4096xf32>) -> tensor<4096xf32>
  %2 = opc.launch @k(%1) {dims = [affine_map<() -> (4096)>], symbols = affine_map<() -> ()>} : (tensor<4096xf32>) -> tensor<4096xf32>
  return %2 : tensor<4096xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (4096)>}
