//===- ArenaPlan.h - Where each intermediate lies in the arena --*- C++ -*-===//
//
// Intermediates whose sizes are formulas of the program's entry symbols share
// one block of memory. The block is a row of regions. A region is as large as
// the largest of its formulas; within a region an item has an offset that is a
// constant times the region's unit. So all offsets follow from a prefix sum
// over the regions, done once at entry, and static programs have constant
// offsets.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_CONVERSION_OPCTOHOST_ARENAPLAN_H
#define OPC_LIB_CONVERSION_OPCTOHOST_ARENAPLAN_H

#include "mlir/IR/AffineExpr.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <vector>

namespace opc {

/// One buffer: its size in bytes and the time, both ends included, for which
/// nothing else may lie there.
struct ArenaItem {
  mlir::AffineExpr bytes;
  int64_t begin, end;
};

struct ArenaPlan {
  struct Region {
    /// Its size is the largest of these (each rounded up to 64 bytes).
    llvm::SmallVector<mlir::AffineExpr, 1> sizes;
  };
  /// An item lies at `offset` times `unit` bytes from the start of `region`;
  /// `unit` is null where the offset is in bytes.
  struct Place {
    unsigned region = 0;
    int64_t offset = 0;
    mlir::AffineExpr unit;
  };
  std::vector<Region> regions;
  std::vector<Place> places; ///< one for each item
};

/// The value that stands for every symbol when sizes must be compared.
inline constexpr int64_t kTypicalExtent = 256;

ArenaPlan planArena(llvm::ArrayRef<ArenaItem> items);

/// Size of the arena in bytes when symbol i has the value `symbols[i]`, and the
/// offset of an item; for tests and reports.
int64_t arenaBytes(const ArenaPlan &plan, llvm::ArrayRef<int64_t> symbols);
int64_t arenaOffset(const ArenaPlan &plan, size_t item,
                    llvm::ArrayRef<int64_t> symbols);

/// `expr` as coefficient times the rest; (value, null) for a constant.
std::pair<int64_t, mlir::AffineExpr> splitCoefficient(mlir::AffineExpr expr);
/// The value of an expression, saturated at the limits of int64_t.
int64_t evaluateExpr(mlir::AffineExpr expr, llvm::ArrayRef<int64_t> symbols);

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOHOST_ARENAPLAN_H
