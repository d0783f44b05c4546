//===- Passes.td - what SIMT kernels go through ------------*- tablegen -*-===//
#ifndef OPC_TARGETS_SIMT_PASSES
#define OPC_TARGETS_SIMT_PASSES

include "mlir/Pass/PassBase.td"

def GridLoopsPass : Pass<"opc-grid-loops", "mlir::func::FuncOp"> {
  let summary = "Plain loops become a unit for each work item";
  let description = [{
    ```mlir
    scf.for %u = %begin to %end step %c1 { ... }
    // becomes
    scf.for %unit = %first to %units step %stride {   // by gpu.thread_id ...
      scf.for %u = %unit to %unit_1 step %c1 { ... }
    }
    ```
    A kernel that has `opc.group` is left alone.
  }];
  let options = [
    Option<"group", "group", "int64_t", "256", "items of a group, at most">
  ];
  let dependentDialects = ["mlir::gpu::GPUDialect", "mlir::scf::SCFDialect",
                           "mlir::arith::ArithDialect"];
}

#endif // OPC_TARGETS_SIMT_PASSES
