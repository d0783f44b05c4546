// A program for one chip may have ops for another (opc.target). What a machine
// must have is what all of its kernels ask for, and the code of each is that of
// its own chip: here AVX512-FP16 rounds to halves.
// RUN: %opc compile %s --target=cpu:x86-64-v3 --no-cache -o %t.so
// RUN: %opc inspect %t.so --json | FileCheck %s --check-prefix=NEEDS
// RUN: llvm-objdump -d --no-show-raw-insn %t.so | FileCheck %s --check-prefix=CODE
// NEEDS: "features": [
// NEEDS: "avx512fp16"
// CODE: vcvtps2phx

// RUN: %opc compile %s --target=cpu:x86-64-v3 --stop-after form-kernels -o - | FileCheck %s --check-prefix=KERNELS
// KERNELS: func.func private @cast_0{{.*}}opc.target = "cpu:x86-64-amx"
// KERNELS: func.func private @exp_1{{.*}}opc.target = "cpu:x86-64-v3"
// KERNELS: func.func private @tanh_2{{.*}}opc.target = "reference:plain"

// Composites are what their own target takes: a softmax of the reference breaks
// down into ops of the reference.
// RUN: %opc compile %s --target=cpu:x86-64-v3 --stop-after legalise -o - | FileCheck %s --check-prefix=LEGAL
// LEGAL-NOT: opc.softmax
// LEGAL: opc.reduce %{{.*}}opc.target = "reference:plain"
// LEGAL: opc.div %{{.*}}opc.target = "reference:plain"

func.func @main(%x: tensor<12x64xf32> {opc.name = "x"}) -> (tensor<12x64xf16> {opc.name = "y"}, tensor<12x64xf32> {opc.name = "z"}, tensor<12x64xf32> {opc.name = "s"}) {
  %0 = opc.cast %x {saturate = false, opc.target = "cpu:x86-64-amx"} : (tensor<12x64xf32>) -> tensor<12x64xf16>
  %1 = opc.exp %x : (tensor<12x64xf32>) -> tensor<12x64xf32>
  %2 = opc.tanh %1 {opc.target = "reference:plain"} : (tensor<12x64xf32>) -> tensor<12x64xf32>
  %3 = opc.softmax %x {axis = 1 : i64, opc.target = "reference"} : (tensor<12x64xf32>) -> tensor<12x64xf32>
  return %0, %2, %3 : tensor<12x64xf16>, tensor<12x64xf32>, tensor<12x64xf32>
}
