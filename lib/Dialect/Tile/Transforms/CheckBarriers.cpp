//===- CheckBarriers.cpp - whether all cores come to a barrier ------------===//
//
// A value differs between cores if it comes from tile.core_id: through
// operands, through what a condition or a loop's bounds chose, or around a
// loop.
//
//===----------------------------------------------------------------------===//
#include "Checks.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace opc::tile;

namespace {

/// Follows what values come from.
class Divergence {
public:
  bool differs(Value value) {
    seen.clear();
    return reaches(value);
  }

private:
  bool reaches(Value value) {
    if (!seen.insert(value).second)
      return false;
    if (auto argument = dyn_cast<BlockArgument>(value))
      return reachesArgument(argument);
    Operation *op = value.getDefiningOp();
    if (isa<CoreIdOp>(op) || anyReaches(op->getOperands()))
      return true;
    unsigned result = cast<OpResult>(value).getResultNumber();
    return llvm::any_of(op->getRegions(), [&](Region &region) {
      return !region.empty() && reachesYield(region, result);
    });
  }

  bool reachesYield(Region &region, unsigned result) {
    Operation *yield = region.front().getTerminator();
    return result < yield->getNumOperands() &&
           reaches(yield->getOperand(result));
  }

  /// Of a function nothing differs; of a loop what bounds, starts and rounds
  /// say.
  bool reachesArgument(BlockArgument argument) {
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    if (!loop)
      return !isa<func::FuncOp>(argument.getOwner()->getParentOp());
    if (argument == loop.getInductionVar())
      return anyReaches({loop.getLowerBound(), loop.getStep()});
    unsigned place = argument.getArgNumber() - 1;
    return reaches(loop.getInitArgs()[place]) ||
           reachesYield(loop.getRegion(), place);
  }

  bool anyReaches(ValueRange values) {
    return llvm::any_of(values, [&](Value value) { return reaches(value); });
  }

  DenseSet<Value> seen;
};

/// What decides whether, and how often, the regions of `op` are entered.
SmallVector<Value> decidingOperands(Operation *op) {
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return {loop.getLowerBound(), loop.getUpperBound(), loop.getStep()};
  return op->getOperands();
}

/// The op around `barrier` that not all cores enter equally often, or null.
Operation *divergentParent(Operation *barrier) {
  Divergence divergence;
  for (Operation *op = barrier->getParentOp(); !isa<func::FuncOp>(op);
       op = op->getParentOp())
    if (llvm::any_of(decidingOperands(op),
                     [&](Value value) { return divergence.differs(value); }))
      return op;
  return nullptr;
}

} // namespace

LogicalResult opc::tile::checkBarriers(const Machine &machine,
                                       func::FuncOp function) {
  WalkResult walk = function.walk([&](BarrierOp barrier) {
    Scope scope = barrier.getScope();
    if (!llvm::is_contained(machine.barriers, scope)) {
      refuse(barrier, machine)
          << "there is no barrier of scope " << stringifyScope(scope);
      return WalkResult::interrupt();
    }
    Operation *parent =
        scope == Scope::Core ? nullptr : divergentParent(barrier);
    if (!parent)
      return WalkResult::advance();
    refuse(barrier, machine)
        << "cores of scope " << stringifyScope(scope)
        << " may not all come to it: what " << parent->getName()
        << " around it asks for depends on tile.core_id";
    return WalkResult::interrupt();
  });
  return failure(walk.wasInterrupted());
}
