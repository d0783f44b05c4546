//===- LossNodes.cpp - losses over classes
//-------------------------------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Layers/Loss.h"

using namespace mlir;

namespace opc::onnx {
namespace {

void reduceLoss(Node &n, Value logits, Value target, Value weight) {
  std::string reduction = n.string("reduction", "mean");
  if (reduction != "none" && reduction != "sum" && reduction != "mean")
    return n.fail("reduction " + quoted(reduction) + " is not known");
  LogLikelihoodLoss loss{logits, target, weight, reduction, {}};
  if (n.hasAttr("ignore_index"))
    loss.ignored = n.integer("ignore_index", 0);
  n.out(0, logLikelihoodLoss(n, loss));
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
