//===- KeepReducedAxes.cpp - reduced axes stay with extent 1 --------------===//
//
//   %y = opc.reduce %x {axes = [1], keepdims = false} : 4x8 -> 4
//     ->
//   %0 = opc.reduce %x {axes = [1], keepdims = true} : 4x8 -> 4x1
//   %y = opc.reshape %0 : 4x1 -> 4
//
//===----------------------------------------------------------------------===//
#include "opc/Layout/MovementBuilder.h"
#include "opc/Layout/Passes.h"

namespace opc {
#define GEN_PASS_DEF_KEEPREDUCEDAXESPASS
#include "opc/Layout/Passes.h.inc"
} // namespace opc

using namespace mlir;
namespace opc {
namespace {

void keepAxes(ReductionOp reduce, ShapeEnv &env) {
  SuccessorBuilder b(reduce);
  MovementBuilder m{b, reduce.getLoc(), env};
  Value y = reduce->getResult(0);
  Dims narrow(env.dims(y)), dims(env.dims(reduce.getX()));
  for (int64_t axis : reduce.getAxes())
    dims[axis] = env.constant(1);
  auto kept = cast<ReductionOp>(b.clone(*reduce));
  kept.setKeepdims(true);
  kept->removeAttr(kDimsAttr);
  Value wide = kept->getResult(0);
  wide.setType(tensorType(dims, getElementTypeOrSelf(y)));
  y.replaceAllUsesWith(m.reshape(wide, narrow));
}

struct KeepReducedAxesPass
    : impl::KeepReducedAxesPassBase<KeepReducedAxesPass> {
  void runOnOperation() override {
    ShapeEnv env(&getContext());
    SmallVector<ReductionOp> reduces;
    getOperation()->walk([&](ReductionOp reduce) {
      if (!reduce.getKeepdims())
        reduces.push_back(reduce);
    });
    for (ReductionOp reduce : reduces)
      keepAxes(reduce, env);
    eraseUnused(getOperation());
  }
};

} // namespace
} // namespace opc
