//===- CombinedAxes.h - loops over what an element combines -----*- C++ -*-===//
//
// What IterationOps say (Access.h) as loops: which positions along the combined
// axes read elements that exist, and what they read.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_CONVERSION_OPCTOLOOPS_OPS_COMBINEDAXES_H
#define OPC_LIB_CONVERSION_OPCTOLOOPS_OPS_COMBINEDAXES_H

#include "Rows.h"

namespace opc {

/// One element of an op's result, and all that it is combined of.
class CombinedAxes {
public:
  using Fold = std::function<llvm::SmallVector<mlir::Value>(
      mlir::ValueRange positions, mlir::ValueRange carried)>;

  /// The element at `indices`.
  CombinedAxes(mlir::Operation *op, mlir::ValueRange indices, KernelEmitter &e);

  /// The extents of the combined axes.
  llvm::ArrayRef<mlir::AffineExpr> extents() const {
    return iteration.combined;
  }
  size_t numReads() const { return iteration.accesses.size(); }
  /// The operand that read `number` is from.
  mlir::Value operand(unsigned number) const {
    return op->getOperand(iteration.accesses[number].operand);
  }
  /// Where read `number` lies in its operand, for `positions` along the
  /// combined axes, and the element there.
  llvm::SmallVector<mlir::Value> place(unsigned number,
                                       mlir::ValueRange positions);
  mlir::Value read(unsigned number, mlir::ValueRange positions);

  /// The positions [first, last) of a combined axis at which all that is read
  /// exists: bounds are computed ahead of the loops, so that no read is tested.
  struct Range {
    mlir::Value first, last;
  };
  Range range(size_t axis);
  /// Folds over the first `axes` combined axes, the last of them innermost.
  llvm::SmallVector<mlir::Value> fold(size_t axes, mlir::ValueRange initial,
                                      const Fold &body);

private:
  mlir::Operation *op;
  llvm::SmallVector<mlir::Value> indices;
  KernelEmitter &e;
  const Iteration iteration;
};

/// ceil(x / y) for y > 0, and 0 for negative x (of type index).
mlir::Value stepsBelow(mlir::Value x, int64_t y, KernelEmitter &e);

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOLOOPS_OPS_COMBINEDAXES_H
