// A function that came as LLVM IR, on both targets.
// RUN: %opc compile %s --target=cpu:x86-64-v3 -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc compile %s --target=reference -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-6

// SCHEDULE: func.func private @external_kernel_{{[0-9]+}}({{.*}} opc.schedule = "external"
// SCHEDULE: llvm.call @swap.external0
func.func @main(%x0: tensor<2xf32> {opc.name = "x0"},
                %x1: tensor<3x2xf32> {opc.name = "x1"})
    -> (tensor<2xf32> {opc.name = "y0"}, tensor<3x2xf32> {opc.name = "y1"}) {
  %0 = opc.exp %x0 : (tensor<2xf32>) -> tensor<2xf32>
  %1 = opc.external_kernel %0 {function = "swap", ir = "define void @swap(ptr %x, ptr %y) {\0A  %p = getelementptr float, ptr %x, i64 1\0A  %q = getelementptr float, ptr %y, i64 1\0A  %a = load float, ptr %x\0A  %b = load float, ptr %p\0A  store float %b, ptr %y\0A  store float %a, ptr %q\0A  ret void\0A}\0A", dims = [affine_map<() -> (2)>]} : (tensor<2xf32>) -> tensor<2xf32>
  %2 = opc.add %x1, %1 : (tensor<3x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  return %1, %2 : tensor<2xf32>, tensor<3x2xf32>
}
