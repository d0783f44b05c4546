//===- FormKernels.h - Moves ops into kernel functions ----------*- C++ -*-===//
#ifndef OPC_LIB_DIALECT_OPC_TRANSFORMS_FORMKERNELS_H
#define OPC_LIB_DIALECT_OPC_TRANSFORMS_FORMKERNELS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Dialect/Opc/Transforms/FusionRules.h"

namespace opc {

/// Told of each kernel, under its name, and of the ops that became it.
using KernelObserver = llvm::function_ref<void(
    llvm::ArrayRef<mlir::Operation *> ops, llvm::StringRef kernel)>;

/// Moves every computing op of `function` into a kernel. What is a launch
/// already stays one. No kernel has ops of several targets. Fails, with an
/// error at an op, where an extent has no expression.
llvm::LogicalResult formKernels(mlir::func::FuncOp function,
                                const FusionRulesOf &rules,
                                KernelObserver observer = {});

} // namespace opc

#endif // OPC_LIB_DIALECT_OPC_TRANSFORMS_FORMKERNELS_H
