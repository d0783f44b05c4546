// --explain says of each kernel which schedule wrote it, and why those that are
// meant for such kernels did not: products of f32 are none for tiles of bf16, and a
// sum along an axis is no convolution.
// RUN: %opc compile %s --target=cpu:x86-64-v3 --explain -o %t.so 2>&1 | FileCheck %s --check-prefix=CPU
// RUN: %opc compile %s --target=cpu:x86-64-amx --explain -o %t.so 2>&1 | FileCheck %s --check-prefix=CPU
// RUN: %opc compile %s --target=reference --explain -o %t.so 2>&1 | FileCheck %s --check-prefix=REFERENCE
// It is said again though the program is in the cache.
// RUN: %opc compile %s --target=cpu:x86-64-v3 --explain -o %t.so 2>&1 | FileCheck %s --check-prefix=CPU
// RUN: %opc compile %s --target=cpu:x86-64-v3 -o %t.so 2>&1 | FileCheck %s --check-prefix=SILENT --allow-empty

// CPU: kernel @packed_matmul_relu_{{[0-9]+}} (packed_matmul, relu): schedule gemm
// CPU-NEXT: kernel @cumulative_{{[0-9]+}} (cumulative): schedule plain-loops
// CPU-NEXT: pointwise declined: an op that is not element by element
// CPU-NEXT: kernel @matmul_{{[0-9]+}} (matmul): schedule plain-loops
// CPU-NEXT: gemm declined: no product of these types
// CPU-NEXT: pointwise declined: an op that is not element by element
// CPU-NOT: declined
// REFERENCE: kernel @matmul_{{[0-9]+}} (matmul): schedule plain-loops
// REFERENCE-NOT: declined
// SILENT-NOT: kernel

func.func @main(%x: tensor<4x8xf32> {opc.name = "x"}, %i: tensor<8x8xi64> {opc.name = "i"})
    -> (tensor<4x16xf32> {opc.name = "y"}, tensor<4x8xf32> {opc.name = "z"}, tensor<8x8xi64> {opc.name = "p"}) {
  %w = opc.constant {value = dense<0.5> : tensor<8x16xf32>} : tensor<8x16xf32>
  %0 = opc.matmul %x, %w {transpose_a = false, transpose_b = false} : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  %1 = opc.relu %0 : (tensor<4x16xf32>) -> tensor<4x16xf32>
  %2 = opc.cumulative %x {kind = "sum", axis = 1 : i64, exclusive = false, reverse = false} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = opc.matmul %i, %i {transpose_a = false, transpose_b = false} : (tensor<8x8xi64>, tensor<8x8xi64>) -> tensor<8x8xi64>
  return %1, %2, %3 : tensor<4x16xf32>, tensor<4x8xf32>, tensor<8x8xi64>
}
