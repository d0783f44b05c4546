//===- IRText.h - graphs as MLIR text ---------------------------*- C++ -*-===//
//
// What stands in a file is not trusted: text is parsed and checked as far as
// the stages rely on it, so that a fault is one line and no crash.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_PIPELINE_IRTEXT_H
#define OPC_LIB_PIPELINE_IRTEXT_H

#include "opc/Pipeline/Compiler.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace opc {

/// Reads a graph in the form that the stage import leaves; its bodies may nest
/// as deep as `deepest`.
Status readText(const ModelSource &source, int64_t deepest,
                mlir::MLIRContext &context,
                mlir::OwningOpRef<mlir::ModuleOp> &module);

/// Checks a verified module further, as far as it is what import leaves:
/// one function @main on ranked tensors, extents that agree with the types, and
/// symbols that are bound before they are used. Says what is not on the op.
llvm::LogicalResult checkGraph(mlir::ModuleOp module);

} // namespace opc

#endif // OPC_LIB_PIPELINE_IRTEXT_H
