// RUN: opc-opt --opc-lower-host %s --split-input-file | FileCheck %s

// A result of known size is written in place by the branch that computes it, and
// copied by the one that only has it.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK: llvm.icmp "ne" %{{.*}}, %{{.*}} : i64
// CHECK-NEXT: llvm.cond_br %{{.*}}, ^[[THEN:bb[0-9]+]], ^[[ELSE:bb[0-9]+]]
// CHECK: ^[[THEN]]:
// CHECK: llvm.call @opc_launch.
// CHECK-NOT: llvm.intr.memcpy
// CHECK: llvm.br ^[[AFTER:bb[0-9]+]]
// CHECK: ^[[ELSE]]:
// CHECK: "llvm.intr.memcpy"
// CHECK: llvm.br ^[[AFTER]]
func.func @main(%c: tensor<i1> {opc.dims = affine_map<() -> ()>}, %x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>}) -> tensor<16xf32> attributes {opc.symbols = []} {
  %0 = opc.if %c {dims = [affine_map<() -> (16)>]} : (tensor<i1>) -> tensor<16xf32> {
    %1 = opc.launch @k(%x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
    opc.yield %1 : tensor<16xf32>
  } else {
    opc.yield %x : tensor<16xf32>
  }
  return %0 : tensor<16xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (1)>}
