//===- ResolveBroadcasts.cpp - What only the run knows to broadcast -------===//
//
//   %y = opc.add %a, %b : ...      // [s0, s1] and [s2, s3] to [s4, s5]
//   // becomes
//   %0 = opc.broadcast %a {dims = affine_map<()[...] -> (s0, s5)>,
//                          opc.may_alias}
//   %1 = opc.broadcast %b {dims = affine_map<()[...] -> (s2, s5)>,
//                          opc.may_alias}
//   %y = opc.add %0, %1 : ...      // [s0, s5] and [s2, s5] to [s4, s5]
//
// Along the innermost axis elements come as vectors: the kernels of the ops
// behind are written for equal extents there, which is what nearly every run
// has; such a broadcast is then its operand itself. Along the others an operand
// has a stride, which is 0 where the run finds an extent of 1.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"

namespace opc {
#define GEN_PASS_DEF_RESOLVEBROADCASTSPASS
#include "opc/Dialect/Opc/Transforms/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

/// The extents of `from` with those of `to` (of the same rank, or a higher one)
/// wherever it cannot be told whether they broadcast, along the axes from
/// `first` of `to` on; null where that is nowhere.
static std::optional<Dims> resolved(const Dims &from, const Dims &to,
                                    size_t first = 0) {
  if (from.size() > to.size())
    return std::nullopt;
  Dims result(from);
  size_t lead = to.size() - from.size();
  for (size_t axis = std::max(first, lead); axis < to.size(); ++axis)
    if (isOpenBroadcast(from[axis - lead], to[axis]))
      result[axis - lead] = to[axis];
  return result == from ? std::nullopt : std::optional(result);
}

namespace {

class Resolver {
public:
  explicit Resolver(MLIRContext *context) : env(context), b(context) {}

  void visit(Operation *op);

private:
  Value matched(Value value, const Dims &target, Operation *user);
  Value broadcast(Value value, const Dims &dims, Operation *user);
  void widen(Operation *op, const Dims &dims, Operation *user);

  ShapeEnv env;
  OpBuilder b;
  /// Those that a block has already, of a value, by the extents they were made
  /// for.
  DenseMap<std::tuple<Value, Block *, AffineMap>, BroadcastOp> made;
};

} // namespace

void Resolver::visit(Operation *op) {
  Value result = op->getResult(0);
  const Dims target = env.dims(result);
  for (OpOperand &operand : op->getOpOperands())
    operand.set(matched(operand.get(), target, op));
  // A broadcast that the graph itself has may be nothing more than this.
  auto isTerminator = [](Operation *user) {
    return user->hasTrait<OpTrait::IsTerminator>();
  };
  if (isMovement(op) && env.dims(op->getOperand(0)) == target &&
      op->getOperand(0).getType() == result.getType() &&
      llvm::none_of(result.getUsers(), isTerminator))
    result.replaceAllUsesWith(op->getOperand(0));
}

/// Gives the result of `op`, which `user` alone reads, other extents.
void Resolver::widen(Operation *op, const Dims &dims, Operation *user) {
  Value result = op->getResult(0);
  // Bindings of the new extents may lie between the two.
  op->moveBefore(user);
  result.setType(tensorType(dims, getElementTypeOrSelf(result)));
  env.setDims(result, dims);
  if (auto broadcast = dyn_cast<BroadcastOp>(op))
    return broadcast.setDims(toMap(b.getContext(), dims));
  pinDims(op, {dims});
  visit(op);
}

/// `value` as `user`, whose result has the extents `target`, reads it. What an
/// element-wise op computed for `user` alone is computed for all of them, and
/// stays in its kernel.
Value Resolver::matched(Value value, const Dims &target, Operation *user) {
  std::optional<Dims> all = resolved(env.dims(value), target);
  if (!all)
    return value;
  Operation *op = value.getDefiningOp();
  bool isOurs = op && broadcastsOperands(op);
  isOurs = isOurs && (!isMovement(op) || op->hasAttr(kMayAliasAttr));
  if (isOurs && value.hasOneUse() && op->getBlock() == user->getBlock()) {
    widen(op, *all, user);
    return value;
  }
  // A broadcast that the graph itself has is all of it, or nothing.
  if (isMovement(user))
    return broadcast(value, *all, user);
  std::optional<Dims> innermost =
      resolved(env.dims(value), target, innermostAxis(target));
  return innermost ? broadcast(value, *innermost, user) : value;
}

Value Resolver::broadcast(Value value, const Dims &dims, Operation *user) {
  AffineMap map = toMap(b.getContext(), dims);
  BroadcastOp &known = made[{value, user->getBlock(), map}];
  if (known && known.getDims() == map)
    return known;
  b.setInsertionPoint(user);
  Type type = tensorType(dims, getElementTypeOrSelf(value));
  known = BroadcastOp::create(b, user->getLoc(), type, value, map);
  known->setAttr(kMayAliasAttr, b.getUnitAttr());
  return known;
}

namespace {
struct ResolveBroadcasts
    : opc::impl::ResolveBroadcastsPassBase<ResolveBroadcasts> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function->hasAttr(kKernelAttr) || function.isExternal())
      return;
    SmallVector<Operation *> ops;
    function.getBody().walk([&](Operation *op) {
      if (broadcastsOperands(op))
        ops.push_back(op);
    });
    Resolver resolver(&getContext());
    for (Operation *op : ops)
      resolver.visit(op);
  }
};
} // namespace
