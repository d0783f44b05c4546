//===- FlexAttention.cpp - Attention with bodies for scores and weights ---===//
//
// softmax(score_mod(scale * Q K^T)) V of ai.onnx.preview, with prob_mod behind
// the softmax; the bodies are translated in place.
//
//===----------------------------------------------------------------------===//
#include "Reader/GraphImporter.h"
#include "opc/Frontend/Graph/Layers/AttentionForm.h"
#include "opc/Frontend/Graph/Wide.h"

namespace opc::onnx {
namespace {

/// The body of an attribute on one tensor; the tensor itself without one.
Value modified(Node &n, StringRef name, Value v) {
  if (!n.hasAttr(name) || n.failed())
    return v;
  const pb::GraphProto *graph = n.graph(name);
  if (!graph)
    return {};
  Outputs results = n.importer.importSubgraph(n, *graph, v);
  if (!results || results->size() != 1 || n.rank(results->front()) != 4) {
    n.fail(name + " gives no single tensor of rank 4");
    return {};
  }
  Value result = n.cast(results->front(), n.elementOf(v));
  for (int64_t axis = 0; axis < 4; ++axis)
    n.requireEqual(n.dim(result, axis), n.dim(v, axis));
  return result;
}

void buildFlexAttention(Node &n) {
  for (int64_t i = 0; i < 3; ++i)
    if (Value v = n.need(i); v && (n.rank(v) != 4 || !n.isFloat(v)))
      n.fail("Q, K and V are tensors of floats of rank 4");
  if (n.failed())
    return;
  Value q = n.in(0);
  n.requireEqual(n.dim(n.in(1), 1), n.dim(n.in(2), 1),
                 "the keys have {0} heads, the values {1}");
  Type element = n.elementOf(wide(n, q));
  Type precise = n.elementAttr("softmax_precision", element);
  std::optional<double> scale;
  if (n.hasAttr("scale"))
    scale = n.real("scale", 1);
  if (scale && !(*scale >= 0))
    return n.fail("scale is negative");
  Value root = rootOfScale(n, scale, n.dim(q, 3), element);
  Value scores = scoresOf(n, n.mul(wide(n, q), root),
                          n.mul(wide(n, n.in(1)), root), element);
  scores = modified(n, "score_mod", n.cast(scores, precise));
  Value p = n.unary<SoftmaxOp>(scores, {{"axis", n.i64(3)}});
  p = n.cast(modified(n, "prob_mod", p), element);
  n.out(0, rounded(n, weighted(n, p, wide(n, n.in(2)))));
}

constexpr OpRow kRows[] = {{"FlexAttention", 1, 1, buildFlexAttention}};

} // namespace

ArrayRef<OpRow> previewRows() { return kRows; }

} // namespace opc::onnx
