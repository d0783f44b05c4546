//===- TileFootprint.h - what tiles of a size take and cost -----*- C++ -*-===//
#ifndef OPC_LIB_DIALECT_TILE_TRANSFORMS_TILEFOOTPRINT_H
#define OPC_LIB_DIALECT_TILE_TRANSFORMS_TILEFOOTPRINT_H

#include "opc/Dialect/Tile/Transforms/CopyBlocks.h"
#include "opc/Dialect/Tile/Transforms/TilePlan.h"
#include <tuple>

namespace opc::tile {

/// Sizes of tiles, one for each axis, and how many there are.
struct Tiling {
  Tiling(const PlanKernel &kernel, llvm::ArrayRef<int64_t> tiles);

  llvm::SmallVector<int64_t, 4> tiles, trips;
  int64_t parallel = 1, reduced = 1; ///< tiles of all parallel and reduced axes
};

/// What moving the tiles of a plan costs; smaller is better.
struct TileCost {
  /// Of the busiest core: short runs as a whole burst, and one for the start of
  /// each copy.
  double bytes = 0;
  int64_t steps = 0;
  int64_t run = 0; ///< the shortest; a longer one is better

  bool operator<(const TileCost &other) const {
    return std::tie(bytes, steps, other.run) <
           std::tie(other.bytes, other.steps, run);
  }
};

/// Answers questions about tiles of one kernel on one machine.
class TileFootprint {
public:
  TileFootprint(const PlanKernel &kernel, const Machine &machine)
      : kernel(kernel), machine(machine) {}

  PlannedBuffer buffer(const PlanOperand &operand, const Tiling &tiles,
                       bool doubled) const;
  /// Bytes of each space, in the machine's order.
  llvm::SmallVector<SpaceUse, 4> spaces(const Tiling &tiles,
                                        bool doubled) const;
  /// Whether tiles fit. `doubled` asks for two of each buffer that every step
  /// copies.
  bool fits(const Tiling &tiles, bool doubled) const;
  /// Why they do not, in a few words; "" where they do.
  std::string tooLarge(const Tiling &tiles, bool doubled) const;

  TileCost cost(const Tiling &tiles) const;
  /// Bytes that the busiest core moves.
  double bytesMoved(const Tiling &tiles) const;
  int64_t steps(const Tiling &tiles) const;
  /// The shortest run of bytes of all copies; 0 where there are none.
  int64_t shortestRun(const Tiling &tiles) const;

private:
  /// A buffer without its name.
  PlannedBuffer measure(const PlanOperand &operand, const Tiling &tiles,
                        bool doubled) const;
  PlanLevel level(const PlanOperand &operand, const Tiling &tiles) const;
  int64_t copiesOf(PlanLevel level, const Tiling &tiles) const;
  double copiedBytes(const PlanOperand &operand, const Tiling &tiles) const;
  int64_t runBytes(const PlanOperand &operand, const Tiling &tiles) const;
  CopyBlocks blocksOf(const PlanOperand &operand, const PlannedBuffer &buffer,
                      const Tiling &tiles) const;
  std::string notCopied(const PlanOperand &operand, const PlannedBuffer &buffer,
                        const Tiling &tiles) const;

  const PlanKernel &kernel;
  const Machine &machine;
};

} // namespace opc::tile

#endif // OPC_LIB_DIALECT_TILE_TRANSFORMS_TILEFOOTPRINT_H
