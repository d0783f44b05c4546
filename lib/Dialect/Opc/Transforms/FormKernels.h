//===- FormKernels.h - Moves ops into kernel functions ----------*- C++ -*-===//
#ifndef OPC_LIB_DIALECT_OPC_TRANSFORMS_FORMKERNELS_H
#define OPC_LIB_DIALECT_OPC_TRANSFORMS_FORMKERNELS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Dialect/Opc/Transforms/FusionRules.h"

namespace opc {

/// Moves every computing op of `function` into a kernel. What is a launch
/// already stays one. Fails, with an error at an op, where an extent has no
/// expression.
llvm::LogicalResult formKernels(mlir::func::FuncOp function,
                                const FusionRules &rules);

} // namespace opc

#endif // OPC_LIB_DIALECT_OPC_TRANSFORMS_FORMKERNELS_H
