//===- TileFootprint.cpp - what tiles of a size take and cost -------------===//
#include "TileFootprint.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace opc::tile;
using mlir::ShapedType;

namespace {

/// Elements of an operand's axis that extents of the kernel's axes need.
int64_t needed(const PlanDim &dim, llvm::ArrayRef<int64_t> extents) {
  int64_t count = dim.span;
  for (const PlanDim::Term &term : dim.terms)
    count += term.step * (extents[term.axis] - 1);
  return count;
}

/// More than any memory or any loop has; products end there.
constexpr int64_t kMost = int64_t(1) << 50;

int64_t product(int64_t a, int64_t b) {
  return b != 0 && a > kMost / b ? kMost : a * b;
}

/// The whole of every axis.
llvm::SmallVector<int64_t, 4> wholeExtents(const PlanKernel &kernel) {
  llvm::SmallVector<int64_t, 4> extents;
  for (const PlanAxis &axis : kernel.axes)
    extents.push_back(std::max<int64_t>(axis.extent, 1));
  return extents;
}

/// The part of a tile that lies in its axis.
llvm::SmallVector<int64_t, 4> clipped(const PlanKernel &kernel,
                                      llvm::SmallVector<int64_t, 4> tiles) {
  for (auto [tile, axis] : llvm::zip(tiles, kernel.axes))
    tile = std::min(tile, std::max<int64_t>(axis.extent, 1));
  return tiles;
}

/// The axis of the buffer that rows run along: the last one that is not 1.
unsigned rowAxis(const PlanOperand &operand) {
  unsigned row = operand.dims.size() - 1;
  while (row > 0 && operand.dims[row].terms.empty() &&
         operand.dims[row].span == 1 && operand.dims[row].multiple == 1)
    --row;
  return row;
}

} // namespace

Tiling::Tiling(const PlanKernel &kernel, llvm::ArrayRef<int64_t> sizes)
    : tiles(sizes) {
  for (auto [axis, tile] : llvm::zip(kernel.axes, tiles)) {
    trips.push_back(llvm::divideCeil(axis.extent, tile));
    if (axis.reduced)
      reduced = product(reduced, std::max<int64_t>(trips.back(), 1));
    else
      parallel = product(parallel, trips.back());
  }
}

PlanLevel TileFootprint::level(const PlanOperand &operand,
                               const Tiling &tiles) const {
  PlanLevel level =
      operand.role == PlanRole::Output ? PlanLevel::Tile : PlanLevel::Once;
  for (const PlanDim &dim : operand.dims)
    for (const PlanDim::Term &term : dim.terms)
      if (tiles.trips[term.axis] > 1)
        level =
            std::max(level, kernel.axes[term.axis].reduced ? PlanLevel::Step
                                                           : PlanLevel::Tile);
  return level;
}

PlannedBuffer TileFootprint::buffer(const PlanOperand &operand,
                                    const Tiling &tiles, bool doubled) const {
  PlannedBuffer planned = measure(operand, tiles, doubled);
  planned.name = operand.name;
  return planned;
}

PlannedBuffer TileFootprint::measure(const PlanOperand &operand,
                                     const Tiling &tiles, bool doubled) const {
  const MemorySpace *space = machine.find(operand.space);
  PlannedBuffer buffer;
  buffer.space = operand.space;
  buffer.level = level(operand, tiles);
  int64_t elements = 1;
  for (auto [place, dim] : llvm::enumerate(operand.dims)) {
    int64_t extent = needed(dim, tiles.tiles), multiple = dim.multiple;
    if (place == rowAxis(operand)) {
      int64_t bytes = std::lcm(machine.rowMultiple, space->alignment);
      multiple = std::lcm(multiple, std::lcm(bytes, operand.elementBytes) /
                                        operand.elementBytes);
    }
    buffer.shape.push_back(extent);
    buffer.padded.push_back(llvm::alignTo(extent, multiple));
    elements = product(elements, buffer.padded.back());
  }
  buffer.bytes =
      llvm::alignTo(product(elements, operand.elementBytes), space->alignment);
  // The loop that is innermost, and so has copies to go on beside its work.
  bool inner = tiles.reduced > 1
                   ? buffer.level == PlanLevel::Step
                   : buffer.level == PlanLevel::Tile && tiles.parallel > 1;
  if (doubled && inner && operand.role != PlanRole::Temporary)
    buffer.count = 2;
  return buffer;
}

llvm::SmallVector<SpaceUse, 4> TileFootprint::spaces(const Tiling &tiles,
                                                     bool doubled) const {
  llvm::SmallVector<SpaceUse, 4> uses;
  for (const MemorySpace &space : machine.spaces) {
    SpaceUse use{space.space, 0, space.usable()};
    for (const PlanOperand &operand : kernel.operands)
      if (operand.space == space.space) {
        PlannedBuffer planned = measure(operand, tiles, doubled);
        use.bytes += planned.bytes * planned.count;
      }
    if (use.bytes > 0)
      uses.push_back(use);
  }
  return uses;
}

/// A copy of a tile as blocks, as opc-verify-tile sees it.
CopyBlocks TileFootprint::blocksOf(const PlanOperand &operand,
                                   const PlannedBuffer &buffer,
                                   const Tiling &tiles) const {
  llvm::SmallVector<BlockLevel> levels;
  llvm::SmallVector<int64_t, 4> all = wholeExtents(kernel);
  int64_t global = operand.elementBytes, local = global;
  for (size_t axis = operand.dims.size(); axis-- > 0;) {
    const PlanDim &dim = operand.dims[axis];
    int64_t extent = needed(dim, all);
    bool split = llvm::any_of(dim.terms, [&](const PlanDim::Term &term) {
      return tiles.trips[term.axis] > 1;
    });
    Amount count = split
                       ? Amount{std::min(extent, buffer.shape[axis]), false, 1}
                       : Amount::exactly(extent);
    Amount from = Amount::exactly(global), to = Amount::exactly(local);
    if (operand.role == PlanRole::Output)
      std::swap(from, to);
    levels.push_back({count, from, to});
    global = product(global, extent);
    local = product(local, buffer.padded[axis]);
  }
  return joined(operand.elementBytes, std::move(levels));
}

/// Why none of the machine's copies takes a tile of the operand; "" if one
/// does.
std::string TileFootprint::notCopied(const PlanOperand &operand,
                                     const PlannedBuffer &buffer,
                                     const Tiling &tiles) const {
  std::string why;
  if (operand.role == PlanRole::Temporary)
    return why;
  bool input = operand.role == PlanRole::Input;
  CopyBlocks blocks = blocksOf(operand, buffer, tiles);
  for (const CopyForm &form : machine.copies) {
    if (form.from != (input ? Space::Global : operand.space) ||
        form.to != (input ? operand.space : Space::Global))
      continue;
    llvm::Error failed = checkBlocks(form, blocks);
    if (!failed)
      return "";
    why = llvm::formatv("a copy of {0}, of which {1} has no such form: {2}",
                        operand.name, form.name,
                        llvm::toString(std::move(failed)));
  }
  return why;
}

bool TileFootprint::fits(const Tiling &tiles, bool doubled) const {
  for (const SpaceUse &use : spaces(tiles, doubled))
    if (use.bytes > use.usable)
      return false;
  return llvm::all_of(kernel.operands, [&](const PlanOperand &operand) {
    return notCopied(operand, measure(operand, tiles, doubled), tiles).empty();
  });
}

std::string TileFootprint::tooLarge(const Tiling &tiles, bool doubled) const {
  for (const SpaceUse &use : spaces(tiles, doubled))
    if (use.bytes > use.usable)
      return llvm::formatv("{0} bytes of {1}, of {2}", use.bytes,
                           stringifySpace(use.space), use.usable);
  for (const PlanOperand &operand : kernel.operands) {
    std::string why =
        notCopied(operand, measure(operand, tiles, doubled), tiles);
    if (!why.empty())
      return why;
  }
  return "";
}

/// Bytes of one copy, on average: the last tile of an axis is shorter.
double TileFootprint::copiedBytes(const PlanOperand &operand,
                                  const Tiling &tiles) const {
  double bytes = operand.elementBytes;
  for (const PlanDim &dim : operand.dims) {
    double count = dim.span;
    for (const PlanDim::Term &term : dim.terms)
      count += double(term.step) *
               (double(std::max<int64_t>(kernel.axes[term.axis].extent, 1)) /
                    double(std::max<int64_t>(tiles.trips[term.axis], 1)) -
                1);
    bytes *= count;
  }
  return bytes;
}

int64_t TileFootprint::runBytes(const PlanOperand &operand,
                                const Tiling &tiles) const {
  llvm::SmallVector<int64_t, 4> here = clipped(kernel, tiles.tiles),
                                all = wholeExtents(kernel);
  int64_t run = operand.elementBytes;
  for (const PlanDim &dim : llvm::reverse(operand.dims)) {
    run = product(run, needed(dim, here));
    if (needed(dim, here) != needed(dim, all))
      break;
  }
  return run;
}

/// Copies that the busiest core makes of what is copied so often.
int64_t TileFootprint::copiesOf(PlanLevel level, const Tiling &tiles) const {
  if (level == PlanLevel::Once)
    return std::min<int64_t>(tiles.parallel, 1);
  int64_t cores = std::max<int64_t>(machine.cores, 1);
  int64_t here = llvm::divideCeil(tiles.parallel, cores);
  return level == PlanLevel::Tile ? here : product(here, tiles.reduced);
}

TileCost TileFootprint::cost(const Tiling &tiles) const {
  TileCost cost;
  for (const PlanOperand &operand : kernel.operands) {
    if (operand.role == PlanRole::Temporary)
      continue;
    double burst = double(machine.efficientBurst);
    double shortness = burst / double(runBytes(operand, tiles));
    double bytes = copiedBytes(operand, tiles) * std::max(shortness, 1.0);
    cost.bytes +=
        (bytes + burst) * double(copiesOf(level(operand, tiles), tiles));
  }
  cost.steps = steps(tiles);
  cost.run = shortestRun(tiles);
  return cost;
}

double TileFootprint::bytesMoved(const Tiling &tiles) const {
  double bytes = 0;
  for (const PlanOperand &operand : kernel.operands)
    if (operand.role != PlanRole::Temporary)
      bytes += copiedBytes(operand, tiles) *
               double(copiesOf(level(operand, tiles), tiles));
  return bytes;
}

int64_t TileFootprint::steps(const Tiling &tiles) const {
  return copiesOf(PlanLevel::Step, tiles);
}

int64_t TileFootprint::shortestRun(const Tiling &tiles) const {
  int64_t shortest = 0;
  for (const PlanOperand &operand : kernel.operands)
    if (operand.role != PlanRole::Temporary) {
      int64_t run = runBytes(operand, tiles);
      shortest = shortest == 0 ? run : std::min(shortest, run);
    }
  return shortest;
}
