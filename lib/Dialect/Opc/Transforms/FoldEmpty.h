//===- FoldEmpty.h - what has no elements is not computed -------*- C++ -*-===//
#ifndef OPC_LIB_DIALECT_OPC_TRANSFORMS_FOLDEMPTY_H
#define OPC_LIB_DIALECT_OPC_TRANSFORMS_FOLDEMPTY_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace opc {

/// Makes constants of results that are known to have no elements, and zeros of
/// contractions over nothing.
void foldEmpty(mlir::func::FuncOp function);

} // namespace opc

#endif // OPC_LIB_DIALECT_OPC_TRANSFORMS_FOLDEMPTY_H
