//===- TilePlan.h - how large tiles are, and how many buffers ---*- C++ -*-===//
//
// The scratchpad planner. A kernel is described by its axes and by what of each
// operand a tile of them needs; the plan says how large tiles are so that all
// buffers, temporaries and padding fit a core's memories, and whether copies go
// on while a tile is worked on. It is all plain structs.
//
// What a plan is for is two loops: one over the tiles of all parallel axes, in
// row-major order, which cores take in turns; in it one over the tiles of all
// reduced axes. What needs no tile of an axis that has several is copied once.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_TILE_TRANSFORMS_TILEPLAN_H
#define OPC_DIALECT_TILE_TRANSFORMS_TILEPLAN_H

#include "opc/Dialect/Tile/IR/Machine.h"

namespace opc::tile {

/// When an axis has more than one tile.
enum class Splitting {
  Free,       ///< whenever that is better
  LastResort, ///< only where a tile with all of it fits nothing else
  Never       ///< the kernel needs all of it at once
};

/// An axis that the kernel iterates over, outermost first.
struct PlanAxis {
  std::string name;
  int64_t extent = 1;   ///< what is expected, where only the run knows
  int64_t multiple = 1; ///< tiles are multiples of it, the last one padded
  bool reduced = false;
  Splitting splitting = Splitting::Free;
};

/// One axis of an operand: a tile needs `span` elements and `step` more for
/// each step along an axis of the kernel. An axis of its own is {{{axis, 1}},
/// 1}; 3 neighbours of every 2nd element are {{{axis, 2}}, 3}; with no axis it
/// is a broadcast one.
struct PlanDim {
  struct Term {
    unsigned axis = 0;
    int64_t step = 1;
  };
  llvm::SmallVector<Term, 2> terms;
  int64_t span = 1;
  int64_t multiple = 1; ///< elements that memory is set aside for in
};

enum class PlanRole { Input, Output, Temporary };

/// An operand, or a temporary of a tile.
struct PlanOperand {
  std::string name;
  PlanRole role = PlanRole::Input;
  Space space = Space::Vector;
  int64_t elementBytes = 4;
  llvm::SmallVector<PlanDim, 4> dims;
};

/// What a kernel needs.
struct PlanKernel {
  std::string name;
  llvm::SmallVector<PlanAxis, 4> axes;
  std::vector<PlanOperand> operands;
  bool twoBuffers = true; ///< copies may go on beside the work
};

/// How often a buffer is copied.
enum class PlanLevel {
  Once, ///< for each core
  Tile, ///< for each tile of the parallel axes
  Step  ///< for each tile of the reduced axes in it
};

/// A buffer as the plan has it.
struct PlannedBuffer {
  std::string name;
  Space space = Space::Vector;
  llvm::SmallVector<int64_t, 4> shape, padded;
  int64_t bytes = 0; ///< of one, rounded up to the space's alignment
  int64_t count = 1; ///< 2: one is copied while the other is worked on
  PlanLevel level = PlanLevel::Tile;
};

/// What buffers take of a space.
struct SpaceUse {
  Space space = Space::Vector;
  int64_t bytes = 0, usable = 0;
};

/// What was chosen, and why.
struct TilePlan {
  std::string kernel, machine;
  llvm::SmallVector<int64_t, 4> tiles; ///< elements of each axis
  llvm::SmallVector<int64_t, 4> trips; ///< tiles of each axis
  std::vector<PlannedBuffer> buffers;  ///< one for each operand
  llvm::SmallVector<SpaceUse, 4> spaces;
  bool doubled = false;           ///< some buffer is there twice
  double bytesMoved = 0;          ///< by the core that has most to do
  int64_t steps = 0;              ///< of that core
  int64_t shortestRun = 0;        ///< bytes that lie together in global memory
  std::string limit;              ///< what keeps tiles from being larger
  std::vector<std::string> tried; ///< ways, in order, and what became of each
};

/// Chooses tiles that fit the machine: those that move the fewest bytes, where
/// runs below the machine's efficient burst count as one, and so does the start
/// of each copy; of these those with the fewest steps, then with the longest
/// runs. Two buffers where they fit, then one; axes that are split as a last
/// resort are whole for as long as that fits. Fails where one element (one
/// `multiple`) of each axis does not fit, with what it takes.
llvm::Expected<TilePlan> planTiles(const PlanKernel &kernel,
                                   const Machine &machine);

/// The plan as a person reads it, a line for each axis, buffer, space and way
/// that was tried.
std::string explain(const TilePlan &plan, const PlanKernel &kernel);

} // namespace opc::tile

#endif // OPC_DIALECT_TILE_TRANSFORMS_TILEPLAN_H
