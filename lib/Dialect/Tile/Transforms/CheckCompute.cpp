//===- CheckCompute.cpp - whether a space's unit has the op ---------------===//
#include "Checks.h"

#include "opc/Dialect/Tile/Transforms/CopyBlocks.h"

using namespace mlir;
using namespace opc::tile;

namespace {

BufferType typeOf(Value buffer) { return cast<BufferType>(buffer.getType()); }

/// Bytes of a run of elements, up to and with its padding.
int64_t rowBytes(BufferType type) {
  int64_t bytes = type.elementBytes();
  for (auto [extent, padded] :
       llvm::reverse(llvm::zip_equal(type.getShape(), type.getPadded()))) {
    bytes *= padded;
    if (extent != padded)
      break;
  }
  return bytes;
}

class ComputeCheck {
public:
  ComputeCheck(const Machine &machine) : machine(machine) {}

  LogicalResult check(ComputeOp op) {
    if (auto mma = dyn_cast<MmaOp>(op.getOperation()))
      return checkProduct(mma);
    Space space = typeOf(op.written()).getSpace().getValue();
    for (Value buffer : buffersOf(op))
      if (typeOf(buffer).getSpace().getValue() != space)
        return refuse(op, machine)
               << "buffers are in " << stringifySpace(space) << " and in "
               << stringifySpace(typeOf(buffer).getSpace().getValue());
    if (failed(checkTable(op, space)))
      return failure();
    return checkRows(op);
  }

  /// A part begins where ops can begin.
  LogicalResult check(ViewOp view) {
    BufferType type = view.getX().getType();
    const MemorySpace *space = machine.find(type.getSpace().getValue());
    if (type.isGlobal() || !space)
      return success();
    for (auto [start, stride] : llvm::zip(view.mixedStarts(), type.strides())) {
      int64_t multiple = stride * type.elementBytes() * knownMultiple(start);
      if (multiple % space->alignment != 0)
        return refuse(view, machine)
               << "the part starts at a multiple of " << multiple
               << " bytes, and " << stringifySpace(space->space)
               << " is aligned to " << space->alignment;
    }
    return success();
  }

private:
  LogicalResult checkTable(ComputeOp op, Space space) {
    std::string name = op.tableName(), type = op.tableType();
    if (machine.lists(name, type, space))
      return success();
    return refuse(op, machine)
           << stringifySpace(space) << " has no " << name << " of " << type;
  }

  LogicalResult checkRows(ComputeOp op) {
    for (Value buffer : buffersOf(op)) {
      BufferType type = typeOf(buffer);
      if (type.getLayout() != Layout::RowMajor)
        return refuse(op, machine) << "works on rows, and not on layout "
                                   << stringifyLayout(type.getLayout());
      int64_t bytes = rowBytes(type);
      if (bytes % machine.rowMultiple != 0)
        return refuse(op, machine)
               << "rows of " << bytes << " bytes are not a multiple of "
               << machine.rowMultiple;
    }
    return success();
  }

  static bool lies(Value buffer, const MmaOperand &operand) {
    BufferType type = typeOf(buffer);
    return type.getSpace().getValue() == operand.space &&
           type.getLayout() == operand.layout &&
           spelling(type.getElementType()) == operand.type;
  }

  LogicalResult checkProduct(MmaOp op) {
    const auto *unit =
        llvm::find_if(machine.mmaUnits, [&](const MmaUnit &unit) {
          return lies(op.getA(), unit.a) && lies(op.getB(), unit.b) &&
                 lies(op.getC(), unit.c);
        });
    if (unit == machine.mmaUnits.end())
      return refuse(op, machine)
             << "no matrix unit makes " << op.getC().getType() << " of "
             << op.getA().getType() << " and " << op.getB().getType();
    ArrayRef<int64_t> a = typeOf(op.getA()).getPadded(),
                      b = typeOf(op.getB()).getPadded(),
                      c = typeOf(op.getC()).getPadded();
    std::tuple<StringRef, int64_t, int64_t> limits[] = {
        {"m", a[0], unit->m}, {"m", c[0], unit->m}, {"k", a[1], unit->k},
        {"k", b[0], unit->k}, {"n", b[1], unit->n}, {"n", c[1], unit->n}};
    for (auto [name, extent, multiple] : limits)
      if (extent % multiple != 0)
        return refuse(op, machine) << "padded extent " << extent << " of "
                                   << name << " is not a multiple of the "
                                   << multiple << " of " << unit->name;
    return success();
  }

  const Machine &machine;
};

} // namespace

LogicalResult opc::tile::checkCompute(const Machine &machine,
                                      func::FuncOp function) {
  ComputeCheck checks(machine);
  WalkResult walk = function.walk([&](Operation *op) {
    LogicalResult good = success();
    if (auto compute = dyn_cast<ComputeOp>(op))
      good = checks.check(compute);
    else if (auto view = dyn_cast<ViewOp>(op))
      good = checks.check(view);
    return failed(good) ? WalkResult::interrupt() : WalkResult::advance();
  });
  return failure(walk.wasInterrupted());
}
