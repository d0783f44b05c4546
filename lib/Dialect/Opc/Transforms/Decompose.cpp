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

LogicalResult replace(DecomposableOp composite) {
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
  op->replaceAllUsesWith(*values);
  op->erase();
  return success();
}

struct Decompose : impl::DecomposePassBase<Decompose> {
  using DecomposePassBase::DecomposePassBase;

  void runOnOperation() override {
    WalkResult result = getOperation().walk([&](DecomposableOp op) {
      if (llvm::is_contained(keep, op->getName().getStringRef()))
        return WalkResult::advance();
      return WalkResult(replace(op));
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    foldEmpty(getOperation());
  }
};

} // namespace
} // namespace opc
