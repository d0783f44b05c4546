//===- CheckMemory.cpp - whether buffers fit their spaces -----------------===//
#include "Checks.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace opc::tile;

namespace {

/// A buffer whose place is given.
struct Placed {
  Space space;
  int64_t begin, end;
};

/// What is set aside at a place in the program. A copy goes into each block, so
/// that buffers end with theirs.
struct Live {
  std::map<Space, int64_t> bytes;
  SmallVector<Placed> placed;
};

class MemoryCheck {
public:
  MemoryCheck(const Machine &machine) : machine(machine) {}

  LogicalResult check(Block &block, Live live) {
    for (Operation &op : block) {
      auto buffer = dyn_cast<BufferOp>(op);
      if (buffer && failed(add(buffer, live)))
        return failure();
      for (Region &region : op.getRegions())
        if (failed(check(region, live)))
          return failure();
    }
    return success();
  }

private:
  LogicalResult check(Region &region, const Live &live) {
    for (Block &block : region)
      if (failed(check(block, live)))
        return failure();
    return success();
  }

  LogicalResult add(BufferOp op, Live &live) {
    BufferType type = op.getY().getType();
    Space name = type.getSpace().getValue();
    const MemorySpace *space = machine.find(name);
    if (!space)
      return refuse(op, machine)
             << "there is no space " << stringifySpace(name);
    if (failed(checkFractals(op, type)))
      return failure();
    int64_t bytes = llvm::alignTo(type.bytes(), space->alignment);
    int64_t &taken = live.bytes[name];
    taken += bytes;
    if (taken > space->usable())
      return refuse(op, machine)
             << "live buffers of " << stringifySpace(name) << " take " << taken
             << " bytes, of " << space->usable();
    return op.getOffset() ? place(op, *space, bytes, live) : success();
  }

  LogicalResult place(BufferOp op, const MemorySpace &space, int64_t bytes,
                      Live &live) {
    int64_t begin = *op.getOffset(), end = begin + bytes;
    if (begin % space.alignment != 0)
      return refuse(op, machine)
             << "offset " << begin << " in " << stringifySpace(space.space)
             << " is not a multiple of " << space.alignment;
    if (end > space.usable())
      return refuse(op, machine)
             << "the buffer ends at byte " << end << " of "
             << stringifySpace(space.space) << ", of " << space.usable();
    for (const Placed &other : live.placed)
      if (other.space == space.space && begin < other.end && other.begin < end)
        return refuse(op, machine) << "bytes " << begin << " to " << end
                                   << " of " << stringifySpace(space.space)
                                   << " are those of a live buffer at "
                                   << other.begin << " to " << other.end;
    live.placed.push_back({space.space, begin, end});
    return success();
  }

  LogicalResult checkFractals(BufferOp op, BufferType type) {
    Layout layout = type.getLayout();
    if (isPlain(layout))
      return success();
    const Fractal *fractal = machine.find(layout);
    if (!fractal)
      return refuse(op, machine)
             << "there is no layout " << stringifyLayout(layout);
    std::array<int64_t, 2> units = fractal->extents(type.elementBytes());
    for (auto [extent, unit] : llvm::zip(type.getPadded().take_back(2), units))
      if (extent % unit != 0)
        return refuse(op, machine)
               << "padded extent " << extent << " is not a multiple of the "
               << unit << " of a fractal of " << stringifyLayout(layout);
    return success();
  }

  const Machine &machine;
};

} // namespace

LogicalResult opc::tile::checkMemory(const Machine &machine,
                                     func::FuncOp function) {
  for (BlockArgument argument : function.getArguments())
    if (auto type = dyn_cast<BufferType>(argument.getType()))
      if (!type.isGlobal())
        return refuse(function, machine)
               << "argument " << argument.getArgNumber() << " is in "
               << stringifySpace(type.getSpace().getValue())
               << ", and memory of cores is set aside in the function";
  return MemoryCheck(machine).check(function.front(), {});
}
