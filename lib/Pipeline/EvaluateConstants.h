//===- EvaluateConstants.h - Runs constant work now -------------*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_EVALUATECONSTANTS_H
#define OPC_LIB_PIPELINE_EVALUATECONSTANTS_H

#include "ConstantWork.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "opc/Pipeline/Options.h"

namespace opc {

/// Compiles `work`, which lies in `module`, for this machine and runs it. Gives
/// one constant for each of its results; equal ones may be one attribute.
Status evaluateConstants(mlir::ModuleOp module, const ConstantWork &work,
                         llvm::SmallVectorImpl<mlir::ElementsAttr> &values);

} // namespace opc

#endif // OPC_LIB_PIPELINE_EVALUATECONSTANTS_H
