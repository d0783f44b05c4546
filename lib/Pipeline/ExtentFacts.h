//===- ExtentFacts.h - what a graph's bindings say of extents ---*- C++ -*-===//
//
//   opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0, s1)>, symbol = 2}
//   // s0 and s1 broadcast to s2 where the run goes on
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_PIPELINE_EXTENTFACTS_H
#define OPC_LIB_PIPELINE_EXTENTFACTS_H

#include "opc/Dialect/Opc/IR/ExtentBounds.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/IR/SymbolMeanings.h"

namespace opc {

/// What may be relied on behind the bindings that were noted. Two extents are
/// one, or broadcast to another, only where that can be shown.
class ExtentFacts {
public:
  /// Takes in what an opc.bind_* op makes sure of; other ops say nothing.
  void note(mlir::Operation *op, ShapeEnv &env);

  bool areEqual(mlir::AffineExpr a, mlir::AffineExpr b) const;
  bool isAtMost(mlir::AffineExpr a, mlir::AffineExpr b) const;
  /// Whether `from` is 1 or `to`.
  bool broadcasts(mlir::AffineExpr from, mlir::AffineExpr to) const;

private:
  void note(BindBroadcastOp op);
  void note(BindClampOp op);
  void note(BindElementOp op);
  void noteEqual(mlir::AffineExpr a, mlir::AffineExpr b);
  void noteBroadcast(mlir::AffineExpr from, mlir::AffineExpr to);
  bool define(mlir::AffineExpr symbol, mlir::AffineExpr value);
  bool solve(mlir::AffineExpr a, mlir::AffineExpr b);
  mlir::AffineExpr canonical(mlir::AffineExpr e) const;

  SymbolMeanings meanings;
  /// Extents, and those that each is unless it is 1.
  llvm::DenseMap<mlir::AffineExpr, llvm::SmallVector<mlir::AffineExpr, 2>>
      wider;
  /// Between which values symbols lie.
  ExtentBounds bounds;
};

/// Checks that operands reach as far as `op` reads them, of ops that combine
/// extents: what broadcasts, what must be equal, and what is packed. The
/// extents of the result are known to fit its type.
llvm::LogicalResult checkOperandExtents(mlir::Operation *op, ShapeEnv &env,
                                        const ExtentFacts &facts);

/// Has the run check what `op` relies on and these facts do not show, by
/// opc.bind_clamp ops before it; fails where numbers do not fit.
llvm::LogicalResult guardExtents(mlir::Operation *op, ShapeEnv &env,
                                 const ExtentFacts &facts);

} // namespace opc

#endif // OPC_LIB_PIPELINE_EXTENTFACTS_H
