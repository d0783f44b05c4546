//===- LossNodes.cpp - losses over classes
//-------------------------------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Wide.h"

using namespace mlir;

namespace opc::onnx {
namespace {

/// -weight[target] * logits[n, target, ...], reduced; `logits` [N, C, ...].
void reduceLoss(Node &n, Value logits, Value target, Value weight) {
  std::string reduction = n.string("reduction", "mean");
  if (reduction != "none" && reduction != "sum" && reduction != "mean")
    return n.fail("reduction " + quoted(reduction) + " is not known");
  if (n.failed() || n.rank(logits) < 2 || n.rank(target) != n.rank(logits) - 1)
    return n.fail("ranks of scores and labels do not fit");
  n.requireEqual(n.dim(logits, 0), n.dim(target, 0));
  for (int64_t i = 1; i < n.rank(target); ++i)
    n.requireEqual(n.dim(logits, i + 1), n.dim(target, i));
  Type result = n.elementOf(logits);
  logits = wide(n, logits);
  weight = wide(n, weight);
  Type element = n.elementOf(logits);
  Value ignored;
  if (n.hasAttr("ignore_index")) {
    ignored = n.compare<EqualOp>(
        target, n.scalarInt(n.elementOf(target), n.integer("ignore_index", 0)));
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
  if (reduction != "none")
    loss = n.reduce("sum", loss, axes, false);
  if (reduction == "mean")
    loss = n.div(loss, n.reduce("sum", share, axes, false));
  n.out(0, n.cast(loss, result));
}

void buildNegativeLogLikelihoodLoss(Node &n) {
  reduceLoss(n, n.need(0), n.need(1), n.in(2));
}

void buildSoftmaxCrossEntropyLoss(Node &n) {
  Value scores = n.need(0);
  Value logits = n.unary<LogSoftmaxOp>(scores, {{"axis", n.i64(1)}});
  n.out(1, logits);
  reduceLoss(n, logits, n.need(1), n.in(2));
}

constexpr OpRow kRows[] = {
    {"NegativeLogLikelihoodLoss", 12, kLatest, buildNegativeLogLikelihoodLoss},
    {"SoftmaxCrossEntropyLoss", 12, kLatest, buildSoftmaxCrossEntropyLoss},
};

} // namespace

ArrayRef<OpRow> lossRows() { return kRows; }

} // namespace opc::onnx
