//===- Verifiers.h - operands and attributes that fit -----------*- C++ -*-===//
#ifndef OPC_DIALECT_OPC_IR_VERIFIERS_H
#define OPC_DIALECT_OPC_IR_VERIFIERS_H

#include "opc/Dialect/Opc/IR/OpcDialect.h"

namespace opc {

/// Checks what ODS and an op's own verifier leave to whoever makes the op: that
/// axes, extents, element types and data of its operands and attributes fit
/// each other. Those of an op from text may not. Extents of results are not
/// looked at: inferDims gives them, for an op that passed. Says what is wrong
/// on the op.
llvm::LogicalResult checkOperands(mlir::Operation *op);

/// Whether an op of the dialect is one that stages make: it does not stand in a
/// graph as import leaves it.
bool isMadeByStages(mlir::OperationName op);

} // namespace opc

#endif // OPC_DIALECT_OPC_IR_VERIFIERS_H
