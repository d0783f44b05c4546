//===- OverlapOrder.cpp - Devices begin early, the host waits late --------===//
//
//   %0 = device A        %0 = device A
//   %1 = host(%0)   to   %2 = device B
//   %2 = device B        %3 = host C
//   %3 = host C          %1 = host(%0)
//
//===----------------------------------------------------------------------===//
#include "OverlapOrder.h"

#include "mlir/IR/Operation.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include <set>
#include <tuple>

using namespace mlir;
using namespace opc;

namespace {

/// Ops between two that stay where they are.
class Segment {
public:
  Segment(ArrayRef<Operation *> ops, DeviceOf deviceOf)
      : ops(ops), steps(ops.size()) {
    Index index;
    for (auto [i, op] : llvm::enumerate(ops)) {
      steps[i].isFree = isa<ConstantOp, ReshapeOp>(op);
      steps[i].isOnHost = !deviceOf(op);
      if (auto reshape = dyn_cast<ReshapeOp>(op))
        steps[i].isOnHost = isOnHost(reshape.getX(), index);
      index[op] = i;
      for (Value operand : op->getOperands()) {
        auto found = index.find(operand.getDefiningOp());
        if (found == index.end() || found->second == i)
          continue;
        const Step &before = steps[found->second];
        bool waits = steps[i].isOnHost && !before.isOnHost;
        steps[i].waits = std::max(steps[i].waits, before.waits + waits);
        steps[found->second].after.push_back(i);
        ++steps[i].missing;
      }
    }
  }

  /// Moves them before `end`.
  void order(Operation *end) {
    std::set<Key> ready;
    for (unsigned i = 0; i < steps.size(); ++i)
      if (steps[i].missing == 0)
        ready.insert(keyOf(i));
    while (!ready.empty()) {
      unsigned i = std::get<2>(*ready.begin());
      ready.erase(ready.begin());
      ops[i]->moveBefore(end);
      for (unsigned next : steps[i].after)
        if (--steps[next].missing == 0)
          ready.insert(keyOf(next));
    }
  }

private:
  using Index = llvm::DenseMap<Operation *, unsigned>;

  struct Step {
    bool isFree = false; ///< a constant or a view: nothing is done
    bool isOnHost = true;
    unsigned waits = 0;   ///< of the host, until this can begin
    unsigned missing = 0; ///< operands that are still to come
    SmallVector<unsigned, 2> after;
  };
  using Key = std::tuple<unsigned, bool, unsigned>;

  Key keyOf(unsigned i) const {
    return {steps[i].waits, steps[i].isOnHost && !steps[i].isFree, i};
  }
  bool isOnHost(Value value, const Index &index) const {
    auto found = index.find(value.getDefiningOp());
    return found == index.end() || steps[found->second].isOnHost;
  }

  ArrayRef<Operation *> ops;
  std::vector<Step> steps;
};

} // namespace

void opc::orderForOverlap(Block &block, DeviceOf deviceOf,
                          llvm::function_ref<bool(Operation *op)> isMovable) {
  SmallVector<Operation *> all;
  for (Operation &op : block)
    all.push_back(&op);
  SmallVector<Operation *> segment;
  for (Operation *op : all) {
    if (isMovable(op)) {
      segment.push_back(op);
      continue;
    }
    Segment(segment, deviceOf).order(op);
    segment.clear();
  }
}
