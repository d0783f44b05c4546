//===- Passes.td - from kernels on buffers to the LLVM dialect -*- tablegen -*-===//
#ifndef OPC_PIPELINE_PASSES_TD
#define OPC_PIPELINE_PASSES_TD

include "mlir/Pass/PassBase.td"

def ExpandConversionsPass : Pass<"opc-expand-conversions"> {
  let summary = "float conversions without hardware or libc, by integer steps";
  let description = [{
    LLVM turns a truncation to bf16, and one from f64 to f16, into calls of a
    compiler's support library, which a program of opc does not have. Here f64 is
    first rounded to f32 *to odd* (the lowest bit of the result is set when the
    rounding was inexact), after which rounding to the small type gives the
    correctly rounded result; f32 to bf16 is rounded to nearest even on the bits.
    The result is the same bits as one correct rounding, NaN stays NaN.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

def LowerToLLVMPass : Pass<"opc-lower-to-llvm", "::mlir::ModuleOp"> {
  let summary = "kernels on buffers to the LLVM dialect, in one conversion";
  let description = [{
    Takes arith, cf, func, index, math, memref, ub and vector; functions of math
    for which LLVM has neither an instruction nor an intrinsic become calls of
    libm.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::func::FuncDialect"];
}

#endif // OPC_PIPELINE_PASSES_TD
