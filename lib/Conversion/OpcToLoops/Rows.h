//===- Rows.h - work units that are rows of a result ------------*- C++ -*-===//
//
// Most lowerings write each element of a result on its own. They share here how
// elements are split into units, and how operands are read.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_CONVERSION_OPCTOLOOPS_ROWS_H
#define OPC_LIB_CONVERSION_OPCTOLOOPS_ROWS_H

#include "opc/Conversion/OpcToLoops/KernelEmitter.h"
#include "opc/Dialect/Opc/IR/Access.h"

namespace opc {

/// Units of a tensor of extents `dims`: its rows along the last axis, or its
/// elements where rows would be few.
mlir::AffineExpr rowUnits(llvm::ArrayRef<mlir::AffineExpr> dims, ShapeEnv &env);
/// Runs `body` for the indices of each element of units [begin, end).
void emitRows(llvm::ArrayRef<mlir::AffineExpr> dims, mlir::Value begin,
              mlir::Value end, KernelEmitter &e,
              const KernelEmitter::NestBody &body);

/// A lowering that computes each element of result 0 on its own.
NestLowering perElement(
    std::function<mlir::Value(mlir::Operation *op, mlir::ValueRange indices,
                              KernelEmitter &e)>
        element);
/// A lowering whose units are the positions of result 0, [batch, spatial...];
/// `point` writes all channels (axis 1) of one.
NestLowering
perPoint(std::function<void(mlir::Operation *op, mlir::ValueRange point,
                            KernelEmitter &e)>
             point);
/// A lowering whose units are the elements of result 0's extents without `axis`
/// (by name of an integer attribute); `line` handles one unit. The indices hold
/// null at the axis.
using LineBody =
    std::function<void(mlir::Operation *op, llvm::ArrayRef<mlir::Value> indices,
                       KernelEmitter &e)>;
NestLowering perLine(LineBody line);
/// A lowering that cannot be divided.
NestLowering
atOnce(std::function<void(mlir::Operation *op, KernelEmitter &e)> emit);

/// The element that an access of `op` reads, of its result at `indices`.
mlir::Value emitRead(mlir::Operation *op, const Access &access,
                     mlir::ValueRange indices, KernelEmitter &e);
/// Whether there is any element along axes of these extents (i1).
mlir::Value isAny(llvm::ArrayRef<mlir::AffineExpr> extents, KernelEmitter &e);
/// The element of an op that only moves elements, as its accesses say.
mlir::Value emitMoved(mlir::Operation *op, unsigned result,
                      mlir::ValueRange indices, KernelEmitter &e);

/// The element type of a tensor.
mlir::Type elementType(mlir::Value tensor);

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOLOOPS_ROWS_H
