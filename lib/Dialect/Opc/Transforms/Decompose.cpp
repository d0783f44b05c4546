//===- Decompose.cpp - composite ops in terms of simpler ones -------------===//
//
// For targets that do not take a composite whole. What an op becomes it says
// itself (IR/Decompositions.cpp); this pass only puts it there. What has no
// elements is broken down to a constant.
//
//===----------------------------------------------------------------------===//
#include "FoldEmpty.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"

using namespace mlir;

namespace opc {
#define GEN_PASS_DEF_DECOMPOSEPASS
#include "opc/Dialect/Opc/Transforms/Passes.h.inc"

namespace {

/// reshape(reshape(x)) -> reshape(x), where a view has come before another.
void mergeReshapes(Value y) {
  auto inner = y.getDefiningOp<ReshapeOp>();
  if (!inner)
    return;
  for (Operation *user : llvm::make_early_inc_range(y.getUsers()))
    if (auto outer = dyn_cast<ReshapeOp>(user))
      outer->setOperand(0, inner.getX());
}

struct Decompose : impl::DecomposePassBase<Decompose> {
  using DecomposePassBase::DecomposePassBase;

  void runOnOperation() override {
    SmallVector<DecomposableOp> todo;
    getOperation().walk([&](DecomposableOp op) { todo.push_back(op); });
    // What one is made of may be composite, too.
    for (size_t i = 0; i < todo.size(); ++i)
      if (!llvm::is_contained(keep, todo[i]->getName().getStringRef()))
        if (failed(replace(todo[i], todo)))
          return signalPassFailure();
    foldEmpty(getOperation());
  }

private:
  static LogicalResult replace(DecomposableOp composite,
                               SmallVectorImpl<DecomposableOp> &todo);
};

LogicalResult Decompose::replace(DecomposableOp composite,
                                 SmallVectorImpl<DecomposableOp> &todo) {
  Operation *op = composite;
  SuccessorBuilder b(op);
  FailureOr<SmallVector<Value>> values = composite.decompose(b);
  if (failed(values))
    return op->emitError("cannot be broken down for this target");
  // What pins the extents of a result goes on pinning them.
  Operation *last = values->front().getDefiningOp();
  if (Attribute dims = op->getAttr(kDimsAttr);
      dims && last && last->getNumResults() == op->getNumResults())
    last->setAttr(kDimsAttr, dims);
  for (Operation *part : b.built())
    if (auto inner = dyn_cast<DecomposableOp>(part))
      todo.push_back(inner);
  op->replaceAllUsesWith(*values);
  op->erase();
  for (Value value : *values)
    mergeReshapes(value);
  return success();
}

} // namespace
} // namespace opc
