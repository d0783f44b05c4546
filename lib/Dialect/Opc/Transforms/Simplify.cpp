//===- Simplify.cpp - rewrites that make the graph smaller ----------------===//
//
// One walk in program order: each op is offered to the rules of its name, and
// users of what a rule replaces see the replacement when their turn comes. Dead
// ops are erased at the end, so no value dies while extents are remembered.
//
//   %1 = opc.transpose %0 {perm = [0, 2, 1]}
//   %2 = opc.transpose %1 {perm = [0, 2, 1]}     ->  users of %2 use %0
//
//===----------------------------------------------------------------------===//
#include "SimplifyRules.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"

namespace opc {
#define GEN_PASS_DEF_SIMPLIFYPASS
#include "opc/Dialect/Opc/Transforms/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

std::optional<double> opc::splatOf(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  auto dense = constant ? dyn_cast<DenseElementsAttr>(constant.getValue())
                        : DenseElementsAttr();
  if (!dense || !dense.isSplat())
    return std::nullopt;
  if (isa<FloatType>(dense.getElementType()))
    return dense.getSplatValue<APFloat>().convertToDouble();
  if (dense.getElementType().isUnsignedInteger() ||
      dense.getElementType().isInteger(1))
    return double(dense.getSplatValue<APInt>().getZExtValue());
  return double(dense.getSplatValue<APInt>().getSExtValue());
}

static SimplifyTable allRules() {
  SimplifyTable table;
  addMovementRules(table);
  addArithRules(table);
  addNormalizeRules(table);
  addCancellationRules(table);
  return table;
}

static SimplifyTable functionRules() {
  SimplifyTable table;
  addCancellationRules(table);
  return table;
}

static void simplifyOp(Operation *op, const SimplifyTable &table,
                       ShapeEnv &env) {
  auto rules = table.find(op->getName().getStringRef());
  if (rules == table.end() || op->getNumResults() != 1)
    return;
  SuccessorBuilder b(op);
  for (SimplifyRule rule : rules->second) {
    Value replacement = rule(op, b, env);
    // A sum made of several promises what they do, if that is the same.
    if (!replacement || !inheritNumerics(op->getResult(0), b.built()))
      continue;
    op->getResult(0).replaceAllUsesWith(replacement);
    return;
  }
}

/// All ops of a function, each before the ops of its regions.
static SmallVector<Operation *> opsOf(func::FuncOp function) {
  SmallVector<Operation *> ops;
  function->walk<WalkOrder::PreOrder>(
      [&](Operation *op) { ops.push_back(op); });
  return ops;
}

namespace {
struct SimplifyPass : public opc::impl::SimplifyPassBase<SimplifyPass> {
  using SimplifyPassBase::SimplifyPassBase;
  void runOnOperation() override {
    static const SimplifyTable all = allRules(), functions = functionRules();
    const SimplifyTable &table = functionsOnly ? functions : all;
    ShapeEnv env(&getContext());
    for (Operation *op : opsOf(getOperation()))
      simplifyOp(op, table, env);
    // Rules may leave new ops without users as well as the old ones.
    SmallVector<Operation *> ops = opsOf(getOperation());
    for (Operation *op : llvm::reverse(ops))
      if (isOpTriviallyDead(op))
        op->erase();
  }
};
} // namespace
