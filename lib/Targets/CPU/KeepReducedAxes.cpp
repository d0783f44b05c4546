//===- KeepReducedAxes.cpp - reduced axes stay with extent 1 --------------===//
//
//   %y = opc.reduce %x {axes = [1], keepdims = false} : 4x8 -> 4
//     ->
//   %0 = opc.reduce %x {axes = [1], keepdims = true} : 4x8 -> 4x1
//   %y = opc.reshape %0 : 4x1 -> 4
//
//===----------------------------------------------------------------------===//
#include "opc/Targets/CPU/LayoutSupport.h"
#include "opc/Targets/CPU/Passes.h"

namespace opc::cpu {
#define GEN_PASS_DEF_KEEPREDUCEDAXESPASS
#include "opc/Targets/CPU/Passes.h.inc"
} // namespace opc::cpu

using namespace mlir;
namespace opc::cpu {
namespace {

void keepAxes(ReduceOp reduce, ShapeEnv &env) {
  OpBuilder b(reduce);
  MovementBuilder m{b, reduce.getLoc(), env};
  Dims narrow(env.dims(reduce.getY())), dims(env.dims(reduce.getX()));
  for (int64_t axis : reduce.getAxes())
    dims[axis] = env.constant(1);
  Type element = getElementTypeOrSelf(reduce.getX());
  auto kept = ReduceOp::create(b, reduce.getLoc(), tensorType(dims, element),
                               reduce.getX(), reduce.getKind(),
                               reduce.getAxes(), /*keepdims=*/true);
  reduce.getY().replaceAllUsesWith(m.reshape(kept.getY(), narrow));
}

struct KeepReducedAxesPass
    : impl::KeepReducedAxesPassBase<KeepReducedAxesPass> {
  void runOnOperation() override {
    ShapeEnv env(&getContext());
    SmallVector<ReduceOp> reduces;
    getOperation()->walk([&](ReduceOp reduce) {
      if (!reduce.getKeepdims())
        reduces.push_back(reduce);
    });
    for (ReduceOp reduce : reduces)
      keepAxes(reduce, env);
    eraseUnused(getOperation());
  }
};

} // namespace
} // namespace opc::cpu
