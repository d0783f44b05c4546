//===- PlacementGraph.cpp - Steps of @main and what flows between ---------===//
#include "PlacementGraph.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace opc;

bool opc::isPartOfCode(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  if (!constant)
    return false;
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  return dense && dense.isSplat();
}

Value PlacementGraph::whole(Value value) {
  while (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getX();
  return value;
}

PlacementGraph::PlacementGraph(func::FuncOp main, const TargetSet &set,
                               ShapeEnv &env,
                               llvm::function_ref<bool(Operation *op)> isStep) {
  graph.places = set.chips.size();
  for (const TargetDesc *desc : set.chips)
    costs.emplace_back(*desc, env, threadsOf(main));
  main.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isStep(op)) {
      numbers[op] = ops.size();
      ops.push_back(op);
    }
    return isa<BodyOp>(op) ? WalkResult::skip() : WalkResult::advance();
  });
  main.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op != main)
      add(op);
    return isa<BodyOp>(op) ? WalkResult::skip() : WalkResult::advance();
  });
}

std::optional<unsigned> PlacementGraph::indexOf(Operation *op) const {
  auto found = numbers.find(op);
  return found == numbers.end() ? std::nullopt
                                : std::optional<unsigned>(found->second);
}

PlacementProblem::Value &PlacementGraph::valueFor(Value value) {
  auto [entry, isNew] = values.try_emplace(value, graph.values.size());
  if (!isNew)
    return graph.values[entry->second];
  PlacementProblem::Value &fresh = graph.values.emplace_back();
  if (std::optional<unsigned> step = indexOf(value.getDefiningOp()))
    fresh.producer = int(*step);
  for (CostModel &cost : costs)
    fresh.copy.push_back(cost.copyTime(value));
  return fresh;
}

const PlacementProblem::Value *PlacementGraph::valueOf(Value value) const {
  auto found = values.find(whole(value));
  return found == values.end() ? nullptr : &graph.values[found->second];
}

/// Extents are asked for wherever a value is, and views are where it is.
void PlacementGraph::add(Operation *op) {
  if (isa<BindDimOp, ReshapeOp>(op))
    return;
  std::optional<unsigned> step = indexOf(op);
  for (Value operand : op->getOperands()) {
    Value read = whole(operand);
    if (isPartOfCode(read))
      continue;
    PlacementProblem::Value &value = valueFor(read);
    if (!step)
      value.hostReads = true;
    else if (!llvm::is_contained(value.consumers, *step))
      value.consumers.push_back(*step);
  }
}
