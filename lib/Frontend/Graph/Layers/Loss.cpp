//===- Loss.cpp - how far scores are from labels --------------------------===//
#include "opc/Frontend/Graph/Layers/Loss.h"
#include "opc/Frontend/Graph/Wide.h"

using namespace mlir;

namespace opc::graph {

Value logLikelihoodLoss(Emitter &n, const LogLikelihoodLoss &l) {
  Value logits = l.logits, target = l.target, weight = l.weight;
  if (n.failed() || n.rank(logits) < 2 ||
      n.rank(target) != n.rank(logits) - 1) {
    n.fail("ranks of scores and labels do not fit");
    return {};
  }
  n.requireEqual(n.dim(logits, 0), n.dim(target, 0));
  for (int64_t i = 1; i < n.rank(target); ++i)
    n.requireEqual(n.dim(logits, i + 1), n.dim(target, i));
  Type result = n.elementOf(logits);
  logits = wide(n, logits);
  weight = wide(n, weight);
  Type element = n.elementOf(logits);
  Value ignored;
  if (l.ignored) {
    ignored = n.compare<EqualOp>(target,
                                 n.scalarInt(n.elementOf(target), *l.ignored));
    target = n.select(ignored, n.scalarInt(n.elementOf(target), 0), target);
  }
  Value picked = n.emit<GatherElementsOp>({logits, n.unsqueeze(target, {1})},
                                          {{"axis", n.i64(1)}}, element);
  Value loss = n.unary<NegOp>(n.squeeze(picked, {1}));
  Value share = weight ? n.gather(weight, target, 0)
                       : n.broadcast(n.scalar(element, 1), n.dims(target));
  if (ignored)
    share = n.select(ignored, n.scalar(element, 0), share);
  loss = n.mul(loss, share);
  Ints axes = axesUpTo(n.rank(target));
  if (l.reduction != "none")
    loss = n.reduce("sum", loss, axes, false);
  if (l.reduction == "mean")
    loss = n.div(loss, n.reduce("sum", share, axes, false));
  return n.cast(loss, result);
}

} // namespace opc::graph
