//===- Passes.td - from kernels on tensors to loops ---------*- tablegen -*-===//
#ifndef OPC_CONVERSION_OPCTOLOOPS_PASSES_TD
#define OPC_CONVERSION_OPCTOLOOPS_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerKernelsPass : Pass<"opc-lower-kernels", "::mlir::func::FuncOp"> {
  let summary = "kernels on tensors become plain loops on flat buffers";
  let description = [{
    Takes every function with the attribute `opc.kernel` that still works on
    tensors. The loops run in the order of the op's definition, without
    reassociation and without vectors: this is the schedule of the reference
    target, and the last resort of every other.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
}

#endif // OPC_CONVERSION_OPCTOLOOPS_PASSES_TD
