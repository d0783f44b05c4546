// The last of 17 columns is stored alone: a masked store of one lane that also truncates
// would write four bytes.
// RUN: %opc compile %s --target=cpu:x86-64-v4 --emit llvm -o %t.ll
// RUN: FileCheck %s --input-file=%t.ll
// RUN: %opc compile %s --target=cpu:x86-64-v4 --emit obj -o %t.o
// RUN: llvm-objdump -d --no-show-raw-insn %t.o | FileCheck %s --check-prefix=CODE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/../Ops/Inputs/compare.py %t.reference %t.cpu --rtol 1e-2

// CHECK-LABEL: define {{.*}} @packed_matmul_cast
// CHECK-NOT: masked.store
// CHECK: store <1 x i16> {{.*}}, align 2
// CHECK-NOT: masked.store
// CHECK: store <1 x i16> {{.*}}, align 2
// CHECK-NOT: masked.store
// CHECK: store <1 x i16> {{.*}}, align 2
// CHECK-NOT: masked.store
// Seven lanes in parts of four, two and one.
// CHECK-LABEL: define {{.*}} @packed_matmul_cast
// CHECK-NOT: masked.store
// CHECK: store <4 x i16> {{.*}}, align 2
// CHECK: store <2 x i16> {{.*}}, align 2
// CHECK: store <1 x i16> {{.*}}, align 2
// CODE-LABEL: <packed_matmul_cast_{{.*}}>:
// CODE-NOT: {{vmovss.*xmm[0-9]+, .*\(|vmovd.*xmm[0-9]+, .*\(}}
// CODE: vpextrw $0x0, %xmm{{[0-9]+}}, {{.*}}(
func.func @main(%x: tensor<3x8xbf16> {opc.name = "x"}) -> (tensor<3x17xbf16> {opc.name = "y"}, tensor<3x23xbf16> {opc.name = "z"}) {
  %w = opc.constant {value = dense<0.5> : tensor<8x17xbf16>} : tensor<8x17xbf16>
  %y = opc.matmul %x, %w : (tensor<3x8xbf16>, tensor<8x17xbf16>) -> tensor<3x17xbf16>
  %v = opc.constant {value = dense<0.25> : tensor<8x23xbf16>} : tensor<8x23xbf16>
  %z = opc.matmul %x, %v : (tensor<3x8xbf16>, tensor<8x23xbf16>) -> tensor<3x23xbf16>
  return %y, %z : tensor<3x17xbf16>, tensor<3x23xbf16>
}
