//===- TileSteps.h - a kernel as work on whole tiles ------------*- C++ -*-===//
//
// Ops of the graph become ops of the dialect tile by what they say of a number
// (ScalarOp, ReductionOp): there is no list of them here.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_TILE_TILESTEPS_H
#define OPC_TARGETS_TILE_TILESTEPS_H

#include "opc/Dialect/Tile/IR/Machine.h"
#include "opc/Targets/Tile/TileAxes.h"

namespace opc::tile {

/// A tile's worth of a value: an input's, a result's, or one between.
struct TileValue {
  mlir::Type element;
  Spread spread;
  /// Set from a reduction's total on: what does not change from tile to tile
  /// of the reduced axis.
  bool ofTotals = false;
};

/// One op of the dialect.
struct TileStep {
  enum class Kind {
    Unary,
    Binary,
    Scalar,
    Cast,
    Compare,
    Select,
    Broadcast,
    Reduce
  };
  Kind kind;
  unsigned code = 0; ///< the UnaryKind, BinaryKind, Predicate or ReduceKind
  llvm::SmallVector<unsigned, 3> operands; ///< values
  mlir::TypedAttr number;                  ///< of Scalar: known, or else
  mlir::Value ofRun; ///< a tensor of one element that follows from extents
  unsigned result = 0;
  /// Of Reduce: in which order sums add up (NumericPlan).
  int64_t chains = 1, rest = 1;
};

struct TileSteps {
  std::vector<TileValue> values;
  std::vector<TileStep> steps;
  /// Of the kernel's inputs that are read, and of its results.
  llvm::DenseMap<mlir::Value, unsigned> valueOf;
  /// What no step makes: the result of the product.
  std::optional<unsigned> product;

  /// Sets `steps` where the machine has all ops; else says which it lacks.
  static ScheduleResult of(KernelForm &kernel, const TileAxes &axes,
                           const Machine &machine,
                           std::optional<TileSteps> &steps);
};

} // namespace opc::tile

#endif // OPC_TARGETS_TILE_TILESTEPS_H
