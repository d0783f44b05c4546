//===- Access.cpp - which elements an op reads ----------------------------===//
#include "opc/Dialect/Opc/IR/Access.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

std::optional<int64_t> opc::stepOf(AffineExpr expr, ArrayRef<int64_t> steps) {
  if (expr.isSymbolicOrConstant())
    return 0;
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dim.getPosition() < steps.size() ? steps[dim.getPosition()] : 0;
  auto binary = cast<AffineBinaryOpExpr>(expr);
  std::optional<int64_t> left = stepOf(binary.getLHS(), steps);
  std::optional<int64_t> right = stepOf(binary.getRHS(), steps);
  if (!left || !right)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::Add)
    return *left + *right;
  if (*left == 0 && *right == 0)
    return 0;
  std::optional<int64_t> factor = constantOf(binary.getRHS());
  if (expr.getKind() == AffineExprKind::Mul && factor)
    return *left * *factor;
  return std::nullopt;
}

std::optional<SmallVector<int64_t>> opc::stepsOf(const Access &access,
                                                 ArrayRef<int64_t> steps) {
  for (const PickedIndex &index : access.picked)
    for (AffineExpr expr : index.at)
      if (stepOf(expr, steps) != 0)
        return std::nullopt;
  SmallVector<int64_t> result;
  for (AffineExpr expr : access.at) {
    std::optional<int64_t> step = stepOf(expr, steps);
    if (!step)
      return std::nullopt;
    result.push_back(*step);
  }
  return result;
}

Exprs opc::broadcastPlace(ArrayRef<AffineExpr> from, ArrayRef<AffineExpr> to) {
  Exprs place;
  size_t lead = to.size() - from.size();
  for (auto [axis, extent] : llvm::enumerate(from)) {
    AffineExpr index = getAffineDimExpr(lead + axis, extent.getContext());
    std::optional<int64_t> fixed = constantOf(extent);
    if (fixed == 1)
      index = getAffineConstantExpr(0, extent.getContext());
    else if (!fixed && extent != to[lead + axis])
      index = index * (extent - 1).ceilDiv(extent);
    place.push_back(index);
  }
  return place;
}

bool opc::isOpenBroadcast(AffineExpr from, AffineExpr to) {
  std::optional<int64_t> fixed = constantOf(from);
  return from != to && fixed != 1 && !(fixed && constantOf(to));
}

size_t opc::innermostAxis(ArrayRef<AffineExpr> extents) {
  for (size_t axis = extents.size(); axis-- > 0;)
    if (constantOf(extents[axis]) != 1)
      return axis;
  return 0;
}

LayoutAxes opc::layoutAxes(StringRef layout, size_t rank) {
  return layout == "NHWC" ? LayoutAxes{rank - 1, 1} : LayoutAxes{1, 2};
}

Accesses opc::broadcastAccesses(Operation *op, ShapeEnv &env) {
  const Dims to = env.dims(op->getResult(0));
  Accesses accesses;
  for (OpOperand &operand : op->getOpOperands()) {
    Access &access = accesses.emplace_back();
    access.operand = operand.getOperandNumber();
    access.at = broadcastPlace(env.dims(operand.get()), to);
  }
  return accesses;
}

bool opc::isMovement(Operation *op) {
  return isa<AccessOp>(op) && !isa<ScalarOp>(op);
}

bool opc::broadcastsOperands(Operation *op) {
  return isa<ScalarOp, BroadcastOp>(op);
}

/// Whether an access is at the place of the result, or along axes of extent 1
/// at 0.
static bool readsAlongAxes(const Access &access, ArrayRef<AffineExpr> from,
                           ArrayRef<AffineExpr> to) {
  if (from.size() > to.size() || !access.guarded.empty())
    return false;
  size_t lead = to.size() - from.size();
  for (auto [axis, expr] : llvm::enumerate(access.at)) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    bool same = dim && dim.getPosition() == lead + axis &&
                from[axis] == to[lead + axis];
    bool repeated = constantOf(expr) == 0 && constantOf(from[axis]) == 1;
    if (!same && !repeated)
      return false;
  }
  return true;
}

bool opc::readsAlongAxes(Operation *op, ShapeEnv &env) {
  if (broadcastsOperands(op))
    return true;
  const Accesses *accesses = env.accesses(op);
  if (!accesses)
    return false;
  const Dims to = env.dims(op->getResult(0));
  return llvm::all_of(*accesses, [&](const Access &access) {
    const Dims from = env.dims(op->getOperand(access.operand));
    return ::readsAlongAxes(access, from, to);
  });
}
