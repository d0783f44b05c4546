//===- GemmTile.h - the register tile under matmul and conv -----*- C++ -*-===//
//
// rows x vectors accumulators, held in registers while the reduction runs:
// every step loads `vectors` vectors of B, and for each row broadcasts one
// element of A and adds. A is read where it lies; B is packed in columns of one
// vector: [columns / lanes][reduction][lanes]. Where the machine adds up
// several products at once (`dot`), a step takes that many neighbours of the
// reduction, and B is packed in [columns / lanes][reduction /
// group][lanes][group].
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_CPU_PRODUCTS_GEMMTILE_H
#define OPC_TARGETS_CPU_PRODUCTS_GEMMTILE_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Value.h"
#include "opc/Targets/Core/TargetDesc.h"
#include "llvm/ADT/SmallVector.h"

namespace opc::cpu {

/// One level of the reduction, outermost first. Each turn moves A and B on by
/// these many elements.
struct ReductionLoop {
  mlir::Value begin, end; ///< index
  mlir::Value aStep;      ///< index
  mlir::Value bStep;      ///< index
};

/// The innermost level of the reduction: `count` elements from these positions
/// (relative to the loops around). All are index values.
struct ReductionRun {
  mlir::Value count;
  mlir::Value aAt, bAt;
  mlir::Value aStep, bStep;
};

struct GemmTile {
  int64_t rows = 1;
  int64_t vectors = 1;
  int64_t lanes = 16;
  mlir::Type accumulator; ///< element type of the sums; a float may be wider
                          ///< than the elements of A and B
  bool fused = true;      ///< floats are multiplied and added with one rounding
  /// What multiplies integers; null for floats, multiplied one by one.
  const MatrixUnit *dot = nullptr;

  mlir::Value a;           ///< flat memref
  mlir::Value aBase;       ///< position of row 0 where all loops are at zero
  mlir::Value aRowStep;    ///< elements from one row to the next (index)
  mlir::Value b;           ///< flat memref
  mlir::Value bBase;       ///< position of vector 0 where all loops are at zero
  mlir::Value bVectorStep; ///< elements from one vector's column to the next
  bool bAligned = true; ///< every vector of B starts at a multiple of its size
  /// Lanes of the last vector of B that may be read; null: all.
  mlir::Value lastMask;

  llvm::SmallVector<ReductionLoop, 2> loops;
  ReductionRun run;
  /// Steps of B that are prefetched into L1 ahead of their use; 0 for none.
  int64_t prefetchSteps = 0;
  /// Partial sums of each sum, which hide the latency of adding where a tile
  /// has few: step k of a run goes to number k modulo this.
  int64_t chains = 1;
  /// Sums to start from (rows * vectors, row-major), or empty for zeros.
  llvm::SmallVector<mlir::Value> initial;

  /// Elements of the reduction that one step takes.
  int64_t group() const { return dot ? dot->k : 1; }
};

/// Builds the tile at the insertion point of `b` and returns the sums,
/// rows * vectors values of vector<lanes x accumulator>, row-major.
llvm::SmallVector<mlir::Value>
emitGemmTile(mlir::OpBuilder &b, mlir::Location loc, const GemmTile &tile);

} // namespace opc::cpu

#endif // OPC_TARGETS_CPU_PRODUCTS_GEMMTILE_H
