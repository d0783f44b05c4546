//===- ConstantWork.h - What is worth computing at compile time -*- C++ -*-===//
//
// The choice that opc-fold-constants makes. An op is constant work when it is
// pure, its operands are constants or constant work, and its extents are known.
// Where constant work meets what a run must do, a value is kept as a constant
//  - if that takes little room: its bytes are at most `kGrowth` times those of
//    the constants that it is computed from, and `kSlack` more (so an 8-bit
//    weight may become any type, a mask of a megabyte stays a formula);
//  - or if it costs real work: `kWorthwhile` additions for each of its
//  elements,
//    and it is not larger than `kLargestGain`.
// and as long as all that is kept adds no more to the program than it may grow
// by. What is not kept is computed at every run, from constants where they are.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_PIPELINE_CONSTANTWORK_H
#define OPC_LIB_PIPELINE_CONSTANTWORK_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace opc {

/// What a model computes from constants alone.
struct ConstantWork {
  static constexpr int64_t kGrowth = 8;
  static constexpr int64_t kSlack = 65536;
  static constexpr int64_t kWorthwhile = 8;
  static constexpr int64_t kLargestGain = int64_t(1) << 26;
  /// No value of more bytes is computed.
  static constexpr int64_t kLargestValue = int64_t(1) << 31;
  /// Additions, or elements moved, of all constant work: some seconds of the
  /// slowest code. A file of few bytes may ask for any amount.
  static constexpr int64_t kMostWork = int64_t(1) << 32;
  /// A larger file may ask for as many for each of its bytes: weights of four
  /// bits are packed by some twenty.
  static constexpr int64_t kWorkPerByte = 64;

  /// Finds the constant work of `main` and of the regions in it. What moves
  /// elements alone is left to the target, which moves constants further. What
  /// is kept adds at most `growth` bytes to the program.
  static ConstantWork find(mlir::func::FuncOp main, int64_t growth);

  bool empty() const { return results.empty(); }
  /// The part that gives `count` results from number `first` on.
  ConstantWork part(size_t first, size_t count) const;

  /// What is kept.
  llvm::SmallVector<mlir::Value> results;
  /// The ops that compute it, in program order.
  llvm::SmallVector<mlir::Operation *> ops;
};

} // namespace opc

#endif // OPC_LIB_PIPELINE_CONSTANTWORK_H
