//===- CheckTokens.cpp - what is in flight, and who touches it ------------===//
//
// Walks the function as a core does, with all that may be in flight at a place:
// a loop is walked until that repeats, a condition both ways. A buffer that a
// loop carries is followed to the op that made it, so that two which swap each
// round are told apart.
//
//===----------------------------------------------------------------------===//
#include "Checks.h"
#include "InFlight.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace opc::tile;

namespace {

using States = std::vector<InFlight>;

/// More than any program that a person or a schedule writes comes to.
constexpr size_t kMostStates = 4096;

bool holdsTiles(Operation &op) {
  return op
      .walk([](Operation *inner) {
        return isa<TileDialect>(inner->getDialect()) ? WalkResult::interrupt()
                                                     : WalkResult::advance();
      })
      .wasInterrupted();
}

class TokenCheck {
public:
  TokenCheck(const Machine &machine) : machine(machine) {}

  LogicalResult check(func::FuncOp function) {
    States states(1);
    if (failed(walk(function.front(), states)))
      return failure();
    for (InFlight &state : states)
      if (Operation *copy = state.anyInFlight())
        return neverWaited(copy);
    return success();
  }

private:
  LogicalResult neverWaited(Operation *copy) {
    return refuse(copy, machine) << "its token is not waited for";
  }

  LogicalResult walk(Block &block, States &states) {
    for (Operation &op : block.without_terminator())
      if (failed(step(op, states)))
        return failure();
    return success();
  }

  LogicalResult step(Operation &op, States &states) {
    if (auto loop = dyn_cast<scf::ForOp>(op))
      return walkLoop(loop, states);
    if (auto choice = dyn_cast<scf::IfOp>(op))
      return walkChoice(choice, states);
    if (op.getNumRegions() != 0 && holdsTiles(op))
      return refuse(&op, machine)
             << "ops on tiles stand in scf.for and scf.if alone";
    for (InFlight &state : states)
      if (failed(state.step(op, [&] { return refuse(&op, machine); })))
        return failure();
    return success();
  }

  /// Ends a block: what it yields goes on as `names`, and what it made is
  /// forgotten. Nothing in flight may be.
  LogicalResult leave(Block &block, ValueRange names, States &states) {
    for (InFlight &state : states) {
      Operation *lost = nullptr;
      Value escaped = state.leave(block, names, lost);
      if (escaped)
        return refuse(block.getParentOp(), machine)
               << "a buffer leaves the block that it is made in";
      if (lost)
        return neverWaited(lost);
    }
    return unite(block.getParentOp(), states, {});
  }

  /// Adds what `states` does not have; fails where that is beyond all reason.
  LogicalResult unite(Operation *op, States &states, const States &more) {
    States all;
    std::set<std::string> keys;
    for (const States *list : {&std::as_const(states), &more})
      for (const InFlight &state : *list)
        if (keys.insert(state.key()).second)
          all.push_back(state);
    states = std::move(all);
    if (states.size() > kMostStates)
      return refuse(op, machine)
             << "more than " << kMostStates << " ways of what may be in flight";
    return success();
  }

  LogicalResult walkChoice(scf::IfOp choice, States &states) {
    States otherwise = states;
    if (failed(walk(*choice.thenBlock(), states)) ||
        failed(leave(*choice.thenBlock(), choice.getResults(), states)))
      return failure();
    if (Block *block = choice.elseBlock())
      if (failed(walk(*block, otherwise)) ||
          failed(leave(*block, choice.getResults(), otherwise)))
        return failure();
    return unite(choice, states, otherwise);
  }

  /// The rounds of a loop, if they are known.
  static std::optional<int64_t> rounds(scf::ForOp loop) {
    APInt low, high, step;
    if (!matchPattern(loop.getLowerBound(), m_ConstantInt(&low)) ||
        !matchPattern(loop.getUpperBound(), m_ConstantInt(&high)) ||
        !matchPattern(loop.getStep(), m_ConstantInt(&step)))
      return std::nullopt;
    if (step.getSExtValue() <= 0)
      return std::nullopt;
    int64_t length = high.getSExtValue() - low.getSExtValue();
    return length <= 0 ? 0 : llvm::divideCeil(length, step.getSExtValue());
  }

  LogicalResult walkLoop(scf::ForOp loop, States &states) {
    std::optional<int64_t> known = rounds(loop);
    for (InFlight &state : states)
      state.rename(loop.getInitArgs(), loop.getRegionIterArgs());
    States after = known.value_or(0) == 0 ? states : States();
    States seen = states, round = std::move(states);
    int64_t most = known.value_or(std::numeric_limits<int64_t>::max());
    for (int64_t count = 0; count < most && !round.empty(); ++count) {
      Block &body = *loop.getBody();
      if (failed(walk(body, round)) ||
          failed(leave(body, loop.getRegionIterArgs(), round)) ||
          failed(unite(loop, after, round)))
        return failure();
      round = without(round, seen);
      if (failed(unite(loop, seen, round)))
        return failure();
    }
    states = std::move(after);
    for (InFlight &state : states)
      state.rename(loop.getRegionIterArgs(), loop.getResults());
    return success();
  }

  static States without(const States &states, const States &seen) {
    std::set<std::string> keys;
    for (const InFlight &state : seen)
      keys.insert(state.key());
    States rest;
    for (const InFlight &state : states)
      if (!keys.count(state.key()))
        rest.push_back(state);
    return rest;
  }

  const Machine &machine;
};

} // namespace

LogicalResult opc::tile::checkTokens(const Machine &machine,
                                     func::FuncOp function) {
  return TokenCheck(machine).check(function);
}
