//===- Passes.td - the host program and its kernels' entries -*- tablegen -*-===//
#ifndef OPC_CONVERSION_OPCTOHOST_PASSES_TD
#define OPC_CONVERSION_OPCTOHOST_PASSES_TD

include "mlir/Pass/PassBase.td"

def KernelEntriesPass : Pass<"opc-kernel-entries", "::mlir::ModuleOp"> {
  let summary = "scheduled kernels get the form of opc_kernel_fn";
  let description = [{
    A kernel function on flat buffers becomes an `llvm.func` on plain pointers,
    none of which alias but for those that opc.inplace lists, and an entry of the
    kernel's name that takes them out of the words array of a launch. Bodies keep
    their ops (memref, vector, scf, arith); casts connect them to the pointers and
    vanish when the bodies become LLVM.

    ```mlir
    llvm.func @relu_0(%words: !llvm.ptr, %begin: i64, %end: i64)
    llvm.func internal @relu_0.body(%status: !llvm.ptr {llvm.noalias}, ...)
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def LowerHostPass : Pass<"opc-lower-host", "::mlir::ModuleOp"> {
  let summary = "@main becomes the program's entry function";
  let description = [{
    Rewrites `@main`, which holds launches and control flow only, into
    `llvm.func @opc_entry(!llvm.ptr) -> i32` after opc-c/module.h: binds symbols,
    lays out the arena, allocates what depends on data, and calls the runtime for
    each launch. Runs behind opc-kernel-entries and reads the attributes that the
    schedules left on the kernels.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // OPC_CONVERSION_OPCTOHOST_PASSES_TD
