// RUN: opc-opt %s --opc-lower-external-kernels | FileCheck %s

// One call for all units; equal functions are there once, with what they need,
// under names that are nobody else's.
// CHECK:       #[[$ONE:.*]] = affine_map<() -> (1)>
// CHECK-LABEL: func.func private @fill_0
// CHECK-SAME:  (%{{.*}}: memref<4xi64>, %[[X:.*]]: memref<?xf32>, %[[Y:.*]]: memref<?xf32>, %[[N:.*]]: index, %{{.*}}: index, %{{.*}}: index)
// CHECK-SAME:  opc.schedule = "external"
// CHECK-SAME:  opc.units = #[[$ONE]]}
// CHECK:       %[[XF:.*]] = builtin.unrealized_conversion_cast %[[X]]
// CHECK:       %[[XP:.*]] = llvm.extractvalue %[[XF]][1]
// CHECK:       %[[YF:.*]] = builtin.unrealized_conversion_cast %[[Y]]
// CHECK:       %[[YP:.*]] = llvm.extractvalue %[[YF]][1]
// CHECK:       %[[COUNT:.*]] = arith.index_cast %{{.*}} : index to i64
// CHECK:       llvm.call @fill.external0(%[[XP]], %[[YP]], %[[COUNT]])
func.func private @fill_0(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>}) -> tensor<?xf32> attributes {opc.kernel, opc.target = "cpu:x86-64-v3", opc.symbols = [""]} {
  %0 = opc.external_kernel %x {function = "fill", ir = "@table = private constant [1 x float] [float 2.0]  define void @fill(ptr %x, ptr align 64 %y, i64 %n) #0 { call void @first(ptr %x, ptr %y) ret void } define void @first(ptr %x, ptr %y) { %v = load float, ptr %x, align 16 %t = load float, ptr @table, align 16 %w = fmul float %v, %t store float %w, ptr %y ret void } attributes #0 = { noinline optnone \22target-cpu\22=\22znver4\22 }", extents = affine_map<()[s0] -> (s0 * 2)>, dims = [affine_map<()[s0] -> (s0)>]} : (tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// CHECK-LABEL: func.func private @fill_1
// CHECK:       llvm.call @fill.external0(
func.func private @fill_1(%x: tensor<8xf32> {opc.dims = affine_map<() -> (8)>}) -> tensor<8xf32> attributes {opc.kernel, opc.target = "cpu:x86-64-v3", opc.symbols = []} {
  %0 = opc.external_kernel %x {function = "fill", ir = "@table = private constant [1 x float] [float 2.0]  define void @fill(ptr %x, ptr align 64 %y, i64 %n) #0 { call void @first(ptr %x, ptr %y) ret void } define void @first(ptr %x, ptr %y) { %v = load float, ptr %x, align 16 %t = load float, ptr @table, align 16 %w = fmul float %v, %t store float %w, ptr %y ret void } attributes #0 = { noinline optnone \22target-cpu\22=\22znver4\22 }", extents = affine_map<() -> (16)>, dims = [affine_map<() -> (8)>]} : (tensor<8xf32>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}

// CHECK:       llvm.mlir.global private constant @table.external0
// CHECK-NOT:   optimize_none
// CHECK-NOT:   znver4
// CHECK:       llvm.func internal @fill.external0(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: i64)
// Buffers are aligned to their element, tables to what their IR says.
// CHECK:       llvm.func internal @first.external0
// CHECK:       llvm.load %{{.*}} {alignment = 4 : i64}
// CHECK:       llvm.load %{{.*}} {alignment = 16 : i64}
// CHECK-NOT:   external1
