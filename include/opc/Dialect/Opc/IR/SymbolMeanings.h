//===- SymbolMeanings.h - what symbols stand for ----------------*- C++ -*-===//
//
//   s2 = s0 * 2, s3 = s2 + s1     // s3 * s3 is (s0 * 2 + s1) * (s0 * 2 + s1)
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_OPC_IR_SYMBOLMEANINGS_H
#define OPC_DIALECT_OPC_IR_SYMBOLMEANINGS_H

#include "mlir/IR/AffineExpr.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace opc {

/// Symbols that are known to be expressions of others.
class SymbolMeanings {
public:
  /// Takes `symbol` for `value`, which is not made of it. False, and nothing
  /// is taken, where a symbol would then stand for too large an expression:
  /// squares of squares would grow without bound.
  bool define(unsigned symbol, mlir::AffineExpr value);

  /// `e` over symbols that stand for themselves, simplified at each step.
  mlir::AffineExpr canonical(
      mlir::AffineExpr e,
      llvm::function_ref<mlir::AffineExpr(mlir::AffineExpr)> simplify) const;

private:
  bool isSmall(mlir::AffineExpr e) const;
  void countParts(mlir::AffineExpr e, unsigned &parts) const;

  /// Of each symbol; itself where nothing else is known, or it is missing.
  llvm::SmallVector<mlir::AffineExpr> meaning;
  /// Symbols that meanings are made of.
  llvm::DenseSet<unsigned> used;
};

} // namespace opc

#endif // OPC_DIALECT_OPC_IR_SYMBOLMEANINGS_H
