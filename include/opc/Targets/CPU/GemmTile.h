//===- GemmTile.h - the register tile under matmul and conv -----*- C++ -*-===//
//
// rows x vectors accumulators, held in registers while the reduction runs: every
// step loads `vectors` vectors of B, and for each row broadcasts one element of A
// and adds. A is read where it lies; B is packed in columns of one vector:
// [columns / lanes][reduction][lanes].
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_CPU_GEMMTILE_H
#define OPC_TARGETS_CPU_GEMMTILE_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"

namespace opc::cpu {

/// One level of the reduction, outermost first. Each turn moves A and B on by
/// these many elements; the innermost level usually has steps 1 and lanes.
struct ReductionLoop {
  mlir::Value begin, end; ///< index
  mlir::Value aStep;      ///< index
  mlir::Value bStep;      ///< index
};

struct GemmTile {
  int64_t rows = 1;
  int64_t vectors = 1;
  int64_t lanes = 16;
  mlir::Type accumulator; ///< element type of the sums

  mlir::Value a;          ///< flat memref
  mlir::Value aBase;      ///< position of row 0 where all loops are at zero
  mlir::Value aRowStep;   ///< elements from one row to the next (index)
  mlir::Value b;          ///< flat memref
  mlir::Value bBase;      ///< position of vector 0 where all loops are at zero
  mlir::Value bVectorStep; ///< elements from one vector's column to the next

  llvm::SmallVector<ReductionLoop, 3> loops;
  /// Steps of B that are prefetched into L1 ahead of their use; 0 for none.
  int64_t prefetchSteps = 0;
  /// Sums to start from (rows * vectors, row-major), or empty for zeros.
  llvm::SmallVector<mlir::Value> initial;
};

/// Builds the tile at the insertion point of `b` and returns the sums,
/// rows * vectors values of vector<lanes x accumulator>, row-major.
llvm::SmallVector<mlir::Value> emitGemmTile(mlir::OpBuilder &b,
                                            mlir::Location loc,
                                            const GemmTile &tile);

} // namespace opc::cpu

#endif // OPC_TARGETS_CPU_GEMMTILE_H
