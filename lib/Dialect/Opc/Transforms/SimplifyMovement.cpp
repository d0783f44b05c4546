//===- SimplifyMovement.cpp - movement that moves nothing -----------------===//
#include "SimplifyRules.h"

using namespace mlir;
using namespace opc;

/// An op each element of whose result is the operand's at the same place.
static Value dropIfAllStays(Operation *op, OpBuilder &, ShapeEnv &env) {
  Value x = op->getOperand(0);
  bool stays = sameShape(x, op->getResult(0), env) && readsAlongAxes(op, env);
  return stays ? x : Value();
}

/// reshape(reshape(x)) -> reshape(x).
static Value mergeReshapes(Operation *op, OpBuilder &b, ShapeEnv &) {
  auto outer = cast<ReshapeOp>(op);
  auto inner = outer.getX().getDefiningOp<ReshapeOp>();
  if (!inner)
    return {};
  return ReshapeOp::create(b, op->getLoc(), outer.getType(), inner.getX(),
                           outer.getDims());
}

/// transpose(transpose(x)) -> transpose(x).
static Value mergeTransposes(Operation *op, OpBuilder &b, ShapeEnv &) {
  auto outer = cast<TransposeOp>(op);
  auto inner = outer.getX().getDefiningOp<TransposeOp>();
  if (!inner)
    return {};
  SmallVector<int64_t> perm;
  for (int64_t axis : outer.getPerm())
    perm.push_back(inner.getPerm()[axis]);
  if (llvm::is_sorted(perm))
    return inner.getX();
  return TransposeOp::create(b, op->getLoc(), outer.getType(), inner.getX(),
                             perm);
}

/// A transpose that keeps the order of all axes longer than 1 is a reshape.
static Value transposeToReshape(Operation *op, OpBuilder &b, ShapeEnv &env) {
  auto transpose = cast<TransposeOp>(op);
  const Dims &x = env.dims(transpose.getX());
  SmallVector<int64_t> longAxes;
  for (int64_t axis : transpose.getPerm())
    if (constantOf(x[axis]) != 1)
      longAxes.push_back(axis);
  if (!llvm::is_sorted(longAxes))
    return {};
  if (llvm::is_sorted(transpose.getPerm()))
    return transpose.getX();
  return ReshapeOp::create(b, op->getLoc(), transpose.getType(),
                           transpose.getX(),
                           toMap(b.getContext(), env.dims(transpose.getY())));
}

/// Operands without elements add nothing; one operand alone is the result.
static Value shrinkConcat(Operation *op, OpBuilder &b, ShapeEnv &env) {
  auto concat = cast<ConcatOp>(op);
  SmallVector<Value> kept;
  for (Value input : concat.getInputs())
    if (constantOf(env.dim(input, concat.getAxis())) != 0)
      kept.push_back(input);
  if (kept.size() == 1 && sameShape(kept[0], concat.getY(), env))
    return kept[0];
  if (kept.empty() || kept.size() == concat.getInputs().size())
    return {};
  return ConcatOp::create(b, op->getLoc(), concat.getType(), kept,
                          concat.getAxis());
}

void opc::addMovementRules(SimplifyTable &table) {
  table["opc.reshape"] = {dropIfAllStays, mergeReshapes};
  table["opc.transpose"] = {mergeTransposes, transposeToReshape};
  for (StringRef op : {"opc.broadcast", "opc.tile", "opc.slice", "opc.pad"})
    table[op] = {dropIfAllStays};
  table["opc.concat"] = {shrinkConcat};
}
