//===- ExtentBounds.h - between which values an extent lies -----*- C++ -*-===//
//
// What can be said of expressions over symbols without running the program: a
// least and a greatest value, and whether one expression is ever above another.
// It decides which clamps of the program can bind at all.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_OPC_IR_EXTENTBOUNDS_H
#define OPC_DIALECT_OPC_IR_EXTENTBOUNDS_H

#include "mlir/IR/AffineExpr.h"
#include "opc/Dialect/Opc/IR/Limits.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>

namespace opc {

/// The least and the greatest value of an expression; nothing where there is
/// none, or none that is easy to see.
struct Bounds {
  std::optional<int64_t> least, most;
};

/// Facts about the symbols of one function. A symbol of which nothing is known
/// is an extent: between 0 and kLargestExtent.
class ExtentBounds {
public:
  void set(unsigned symbol, Bounds bounds) { known[symbol] = bounds; }
  /// Notes that `symbol` is min(max(value, low), high).
  void setClamp(unsigned symbol, mlir::AffineExpr value, mlir::AffineExpr low,
                mlir::AffineExpr high);

  Bounds of(mlir::AffineExpr e) const;
  /// Whether a <= b whatever the symbols are.
  bool provablyAtMost(mlir::AffineExpr a, mlir::AffineExpr b) const;
  /// min(max(value, low), high) where it is one of the three for all symbols;
  /// else null.
  mlir::AffineExpr clamped(mlir::AffineExpr value, mlir::AffineExpr low,
                           mlir::AffineExpr high) const;
  /// Whether a and b broadcast only where they are equal: neither can be 1
  /// unless both are.
  bool broadcastOnlyIfEqual(mlir::AffineExpr a, mlir::AffineExpr b) const;

private:
  struct Clamp {
    mlir::AffineExpr value, low, high;
  };
  Bounds ofBinary(mlir::AffineBinaryOpExpr e) const;
  const Clamp *clampOf(mlir::AffineExpr e) const;
  bool atMost(mlir::AffineExpr a, mlir::AffineExpr b, unsigned depth) const;
  bool clampAtMost(mlir::AffineExpr a, mlir::AffineExpr b,
                   unsigned depth) const;
  bool isCutAboveOne(mlir::AffineExpr clamp, mlir::AffineExpr value) const;

  llvm::DenseMap<unsigned, Bounds> known;
  llvm::DenseMap<unsigned, Clamp> clamps;
};

} // namespace opc

#endif // OPC_DIALECT_OPC_IR_EXTENTBOUNDS_H
