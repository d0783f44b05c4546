// RUN: opc-opt %s --opc-split-kernels=size=3 | FileCheck %s
// RUN: opc-opt %s --opc-split-kernels | FileCheck %s --check-prefix=ONE
// RUN: opc-opt %s --opc-split-kernels=large-entry=2 | FileCheck %s --check-prefix=ALONE

// Each kernel with its body; the entry sees declarations.
// CHECK:      module {
// CHECK-NEXT:   module {
// CHECK-NEXT:     llvm.func @a(!llvm.ptr)
// CHECK-NOT:      {
// CHECK:          llvm.func @b(!llvm.ptr)
// CHECK:          llvm.func @opc_entry
// CHECK:        module {
// CHECK:          llvm.func @a(%{{.*}}: !llvm.ptr) {
// CHECK:          llvm.func internal @a.body
// CHECK:        module {
// CHECK:          llvm.func @b(%{{.*}}: !llvm.ptr) {

// ONE-COUNT-2: module {
// ONE-NOT:     module {

// A large entry leaves no kernel unoptimised.
// ALONE:      module {
// ALONE-NEXT:   module {
// ALONE-NEXT:     llvm.func @a(!llvm.ptr)
// ALONE-NEXT:     llvm.func @b(!llvm.ptr)
// ALONE-NEXT:     llvm.func @opc_entry
// ALONE:        module {
// ALONE:          llvm.func @a(
// ALONE:          llvm.func @b(
llvm.func @opc_entry(%x: !llvm.ptr) {
  llvm.call @a(%x) : (!llvm.ptr) -> ()
  llvm.call @b(%x) : (!llvm.ptr) -> ()
  llvm.return
}
llvm.func @a(%x: !llvm.ptr) {
  llvm.call @a.body(%x) : (!llvm.ptr) -> ()
  llvm.return
}
llvm.func internal @a.body(%x: !llvm.ptr) {
  llvm.return
}
llvm.func @b(%x: !llvm.ptr) {
  llvm.return
}
