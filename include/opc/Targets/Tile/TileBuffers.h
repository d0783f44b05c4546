//===- TileBuffers.h - which values of a tile share memory ------*- C++ -*-===//
#ifndef OPC_TARGETS_TILE_TILEBUFFERS_H
#define OPC_TARGETS_TILE_TILEBUFFERS_H

#include "opc/Dialect/Tile/Transforms/TilePlan.h"
#include "opc/Targets/Tile/TileSteps.h"

namespace opc::tile {

/// A buffer that values have one after another.
struct TileBuffer {
  std::string name;
  mlir::Type element;
  Spread spread;
  PlanRole role = PlanRole::Temporary;
};

struct TileBuffers {
  std::vector<TileBuffer> buffers;
  std::vector<unsigned> ofValue; ///< the buffer of each value
  /// Of a step that reduces: what the total of one tile goes to, where there
  /// are several; by the step's result.
  llvm::DenseMap<unsigned, unsigned> partOf;

  TileBuffers(KernelForm &kernel, const TileSteps &steps);
};

/// What the planner is asked: buffers as operands in their order, the axes rows
/// and columns.
PlanKernel planKernel(KernelForm &kernel, const TileAxes &axes,
                      const TileBuffers &buffers);

} // namespace opc::tile

#endif // OPC_TARGETS_TILE_TILEBUFFERS_H
