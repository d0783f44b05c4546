//===- SliceStarts.h - Where slices start as symbols ------------*- C++ -*-===//
#ifndef OPC_LIB_DIALECT_OPC_TRANSFORMS_SLICESTARTS_H
#define OPC_LIB_DIALECT_OPC_TRANSFORMS_SLICESTARTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

namespace opc {

/// Whether the slices of a kernel start at constants that their extents do not
/// imply.
bool hasStarts(mlir::func::FuncOp kernel);

/// Makes symbols of those constants, behind the symbols that the kernel has,
/// and returns their values: kernels that differ in nothing else become equal.
llvm::SmallVector<mlir::AffineExpr> liftStarts(mlir::func::FuncOp kernel);

} // namespace opc

#endif // OPC_LIB_DIALECT_OPC_TRANSFORMS_SLICESTARTS_H
