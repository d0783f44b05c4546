//===- FusionCut.cpp - Splits kernels that would have many results --------===//
//
// Whether a value that several ops read will be needed outside of its kernel is
// known only when the kernel is complete (v and sigmoid(v) meet again in a
// product). So groups grow freely and are cut here: the longest first part
// whose results are few enough and of equal extents is a kernel, the rest is
// cut again.
//
//===----------------------------------------------------------------------===//
#include "FusionCut.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace opc;

/// The role that decides what the kernel may hold.
static FusionRole leaderOf(ArrayRef<Operation *> ops,
                           const FusionRules &rules) {
  for (Operation *op : ops) {
    FusionRole role = rules.classOf(op).role;
    if (role != FusionRole::Pointwise && role != FusionRole::View &&
        role != FusionRole::Generator)
      return role;
  }
  return FusionRole::Pointwise;
}

/// Rows and what is reduced from them differ in extents; all else is equal.
static bool agree(const llvm::SetVector<Value> &results, FusionRole leader,
                  ShapeEnv &env) {
  if (leader == FusionRole::Reduction)
    return true;
  return llvm::all_of(results, [&](Value value) {
    return env.dims(value) == env.dims(results.front());
  });
}

/// The length of the longest first part that may be one kernel; at least 1.
static size_t longestPart(ArrayRef<Operation *> ops, ShapeEnv &env,
                          const FusionRules &rules) {
  llvm::SetVector<Value> escaping;
  DenseMap<Value, int64_t> usesLeft;
  size_t longest = 1;
  for (auto [index, op] : llvm::enumerate(ops)) {
    for (Value operand : op->getOperands())
      if (auto it = usesLeft.find(operand);
          it != usesLeft.end() && --it->second == 0)
        escaping.remove(operand);
    for (Value result : op->getResults()) {
      usesLeft[result] = std::distance(result.use_begin(), result.use_end());
      if (!result.use_empty())
        escaping.insert(result);
    }
    FusionRole leader = leaderOf(ops.take_front(index + 1), rules);
    const FusionLimits *limits = rules.limitsOf(leader);
    if (limits && escaping.size() <= limits->results &&
        agree(escaping, leader, env))
      longest = index + 1;
  }
  return longest;
}

void opc::cutGroup(ArrayRef<Operation *> ops, ShapeEnv &env,
                   const FusionRules &rules, std::vector<FusionGroup> &result) {
  while (!ops.empty()) {
    size_t length = ops.size() == 1 ? 1 : longestPart(ops, env, rules);
    result.push_back({llvm::to_vector<2>(ops.take_front(length)), true});
    ops = ops.drop_front(length);
  }
}
