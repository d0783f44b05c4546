//===- PlacementGraph.h - Steps of @main and what flows between -*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_PLACEMENTGRAPH_H
#define OPC_LIB_PIPELINE_PLACEMENTGRAPH_H

#include "CostModel.h"
#include "PlacementProblem.h"
#include "TargetSet.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <vector>

namespace opc {

/// The steps of a function and the values that they read and write, with what
/// copies of these cost. What is no step is on the host.
class PlacementGraph {
public:
  /// `isStep` says which ops of `main` are to be placed.
  PlacementGraph(mlir::func::FuncOp main, const TargetSet &set, ShapeEnv &env,
                 llvm::function_ref<bool(mlir::Operation *op)> isStep);

  llvm::ArrayRef<mlir::Operation *> steps() const { return ops; }
  /// One for each place.
  std::vector<CostModel> &models() { return costs; }
  /// The steps have no times yet.
  PlacementProblem &problem() { return graph; }
  /// What became of the value, whatever shape it is seen in.
  const PlacementProblem::Value *valueOf(mlir::Value value) const;
  /// What the value is a view of.
  static mlir::Value whole(mlir::Value value);
  std::optional<unsigned> indexOf(mlir::Operation *op) const;

private:
  void add(mlir::Operation *op);
  PlacementProblem::Value &valueFor(mlir::Value value);

  std::vector<CostModel> costs;
  PlacementProblem graph;
  llvm::SmallVector<mlir::Operation *> ops;
  llvm::DenseMap<mlir::Operation *, unsigned> numbers;
  llvm::DenseMap<mlir::Value, unsigned> values;
};

/// Whether kernels hold the constant themselves.
bool isPartOfCode(mlir::Value value);

} // namespace opc

#endif // OPC_LIB_PIPELINE_PLACEMENTGRAPH_H
