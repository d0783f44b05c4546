//===- Passes.td - what kernels go through to be source ----*- tablegen -*-===//
#ifndef OPC_TARGETS_SOURCE_PASSES
#define OPC_TARGETS_SOURCE_PASSES

include "mlir/Pass/PassBase.td"

def OutlineMathPass : Pass<"opc-outline-math", "mlir::ModuleOp"> {
  let summary = "Functions of f32 become calls of functions of our own";
  let description = [{
    ```mlir
    %y = math.exp %x : f32
    // becomes
    %y = func.call @opc_exp(%x) : (f32) -> f32
    ```
    so that they have the same bits wherever they run, and are written once.
  }];
  let dependentDialects = ["mlir::func::FuncDialect",
                           "mlir::arith::ArithDialect",
                           "mlir::math::MathDialect"];
}

#endif // OPC_TARGETS_SOURCE_PASSES
