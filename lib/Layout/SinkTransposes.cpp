//===- SinkTransposes.cpp - transposes meet and cancel --------------------===//
//
//   %0 = opc.transpose %x {perm}          %0 = opc.relu %x
//   %1 = opc.relu %0               ->     %1 = opc.transpose %0 {perm}
//
// Walking the ops in order once is enough: an op's operands are already as far
// down as they go.
//
//===----------------------------------------------------------------------===//
#include "opc/Layout/MovementBuilder.h"
#include "opc/Layout/Passes.h"
#include <numeric>

namespace opc {
#define GEN_PASS_DEF_SINKTRANSPOSESPASS
#include "opc/Layout/Passes.h.inc"
} // namespace opc

using namespace mlir;
namespace opc {
namespace {

using Perm = SmallVector<int64_t>;

/// How many extents are not 1, or may not be.
int64_t countLarge(const Dims &dims) {
  return llvm::count_if(dims, [](AffineExpr e) { return constantOf(e) != 1; });
}

/// One op about to be computed before the transposes of its operands: axis k of
/// what it sees now is axis perm[k] of what it will see.
class Sinker {
public:
  Sinker(Operation *op, ShapeEnv &env) : op(op), env(env), b(op) {}

  /// Whether the op was replaced.
  bool run() {
    for (Value operand : op->getOperands())
      if (auto transpose = operand.getDefiningOp<TransposeOp>()) {
        perm.assign(transpose.getPerm().begin(), transpose.getPerm().end());
        break;
      }
    if (perm.empty() || op->getNumResults() != 1)
      return false;
    if (isa<ScalarOp>(op))
      return sinkElementwise();
    if (auto transpose = dyn_cast<TransposeOp>(op))
      return merge(transpose);
    if (!op->getOperand(0).getDefiningOp<TransposeOp>())
      return false;
    if (auto reshape = dyn_cast<ReshapeOp>(op))
      return sinkReshape(reshape);
    auto axes = dyn_cast<AxisOp>(op);
    return axes && sinkAxes(axes);
  }

private:
  MovementBuilder movement() { return {b, op->getLoc(), env}; }
  int64_t rank() const { return perm.size(); }

  /// Extents in the order of what the op will see.
  static Dims reordered(ArrayRef<AffineExpr> dims, ArrayRef<int64_t> perm) {
    Dims result(dims.size());
    for (auto [axis, from] : llvm::enumerate(perm))
      result[from] = dims[axis];
    return result;
  }

  /// Replaces the op by a clone on `operands` and a transpose.
  bool replace(ArrayRef<Value> operands) {
    Value y = op->getResult(0);
    Operation *clone = b.clone(*op);
    clone->setOperands(operands);
    auto axes = dyn_cast<AxisOp>(clone);
    Perm left = axes ? axes.reorderAxes(perm) : perm;
    Dims dims = reordered(env.dims(y), left);
    clone->getResult(0).setType(tensorType(dims, getElementTypeOrSelf(y)));
    if (op->hasAttr(kDimsAttr))
      pinDims(clone, {dims});
    y.replaceAllUsesWith(movement().transpose(clone->getResult(0), left));
    return true;
  }

  /// `operand` in the order of what the op will see: free where it is a
  /// transpose, a constant or has at most one axis that counts. Null if it
  /// would have to be moved.
  Value bringFreely(Value operand) {
    if (auto transpose = operand.getDefiningOp<TransposeOp>())
      if (transpose.getPerm() == ArrayRef(perm))
        return transpose.getX();
    const Dims dims(env.dims(operand));
    int64_t counting = countLarge(dims);
    if (counting == 0 && dims.size() <= perm.size())
      return operand;
    if (counting > 1 && !isConstantData(operand))
      return {};
    return bring(operand);
  }

  Value bring(Value operand) {
    MovementBuilder m = movement();
    Dims dims(env.dims(operand));
    while (int64_t(dims.size()) < rank())
      dims.insert(dims.begin(), env.constant(1));
    if (countLarge(dims) <= 1)
      return m.reshape(operand, reordered(dims, perm));
    return m.transpose(m.reshape(operand, dims), inversePermutation(perm));
  }

  bool sinkElementwise() {
    if (int64_t(env.dims(op->getResult(0)).size()) != rank())
      return false;
    // Another operand may have to be moved, if at least as many no longer are.
    SmallVector<Value> operands(op->getOperands());
    int64_t freed = 0, moved = 0;
    for (Value operand : operands) {
      auto transpose = operand.getDefiningOp<TransposeOp>();
      bool same = transpose && transpose.getPerm() == ArrayRef(perm);
      Dims dims(env.dims(operand));
      if (int64_t(dims.size()) > rank())
        return false;
      freed += same;
      moved += !same && countLarge(dims) > 1 && !isConstantData(operand);
    }
    if (moved > freed)
      return false;
    for (Value &operand : operands) {
      Value brought = bringFreely(operand);
      operand = brought ? brought : bring(operand);
    }
    return replace(operands);
  }

  bool merge(TransposeOp transpose) {
    Perm merged;
    for (int64_t axis : transpose.getPerm())
      merged.push_back(perm[axis]);
    auto inner = transpose.getX().getDefiningOp<TransposeOp>();
    transpose.getY().replaceAllUsesWith(
        movement().transpose(inner.getX(), merged));
    return true;
  }

  /// Axes of `dims` that count: those of other extents than 1, and the first
  /// where it stays the first.
  SmallVector<int64_t> countingAxes(const Dims &dims) {
    SmallVector<int64_t> axes;
    for (auto [axis, extent] : llvm::enumerate(dims))
      if (constantOf(extent) != 1 || (axis == 0 && perm[0] == 0))
        axes.push_back(axis);
    return axes;
  }

  /// A reshape that puts in or takes out axes of extent 1.
  bool sinkReshape(ReshapeOp reshape) {
    const Dims before(env.dims(reshape.getX())),
        after(env.dims(reshape.getY()));
    SmallVector<int64_t> from = countingAxes(before), to = countingAxes(after);
    bool same = llvm::equal(
        from, to, [&](int64_t x, int64_t y) { return before[x] == after[y]; });
    if (!same || after.empty())
      return false;
    // Axes of the result in the order of the source, each with the axes of
    // extent 1 that are before it.
    SmallVector<int64_t> number(from.size());
    std::iota(number.begin(), number.end(), 0);
    llvm::sort(number, [&](int64_t x, int64_t y) {
      return perm[from[x]] < perm[from[y]];
    });
    SmallVector<int64_t> order;
    for (int64_t i : number)
      for (int64_t axis = i == 0 ? 0 : to[i - 1] + 1; axis <= to[i]; ++axis)
        order.push_back(axis);
    for (int64_t axis = to.empty() ? 0 : to.back() + 1;
         axis < int64_t(after.size()); ++axis)
      order.push_back(axis);
    Dims dims;
    for (int64_t axis : order)
      dims.push_back(after[axis]);
    MovementBuilder m = movement();
    auto transpose = reshape.getX().getDefiningOp<TransposeOp>();
    Value moved = m.reshape(transpose.getX(), dims);
    reshape.getY().replaceAllUsesWith(
        m.transpose(moved, inversePermutation(order)));
    return true;
  }

  /// An op of operands that are all in that order, or constants, which are
  /// brought there. A sum whose order is stated stays: its axes come in it.
  bool sinkAxes(AxisOp axes) {
    if (statesOrder(op))
      return false;
    SmallVector<Value> operands(op->getOperands());
    for (Value &operand :
         MutableArrayRef(operands).take_front(axes.numReordered())) {
      auto transpose = operand.getDefiningOp<TransposeOp>();
      bool same = transpose && transpose.getPerm() == ArrayRef(perm);
      if (!same && !isConstantData(operand))
        return false;
      operand = same ? transpose.getX() : bring(operand);
    }
    return replace(operands);
  }

  Operation *op;
  ShapeEnv &env;
  SuccessorBuilder b;
  Perm perm;
};

/// A transpose that moves only axes of extent 1 moves no element.
void toReshape(TransposeOp transpose, ShapeEnv &env) {
  int64_t last = -1;
  const Dims dims = env.dims(transpose.getX());
  for (int64_t axis : transpose.getPerm()) {
    if (constantOf(dims[axis]) == 1)
      continue;
    if (axis < last)
      return;
    last = axis;
  }
  SuccessorBuilder b(transpose);
  MovementBuilder m{b, transpose.getLoc(), env};
  Value x = transpose.getX();
  if (auto inner = x.getDefiningOp<ReshapeOp>())
    x = inner.getX();
  transpose.getY().replaceAllUsesWith(
      m.reshape(x, Dims(env.dims(transpose.getY()))));
}

struct SinkTransposesPass : impl::SinkTransposesPassBase<SinkTransposesPass> {
  void runOnOperation() override {
    ShapeEnv env(&getContext());
    SmallVector<Operation *> ops;
    getOperation()->walk<WalkOrder::PreOrder>(
        [&](Operation *op) { ops.push_back(op); });
    for (Operation *op : ops)
      if (op->getDialect() && isa<OpcDialect>(op->getDialect()))
        Sinker(op, env).run();
    eraseUnused(getOperation());
    env.invalidate();
    SmallVector<TransposeOp> left;
    getOperation()->walk([&](TransposeOp op) { left.push_back(op); });
    for (TransposeOp op : left)
      toReshape(op, env);
    eraseUnused(getOperation());
  }
};

} // namespace
} // namespace opc
