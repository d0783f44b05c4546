//===- AttentionGradientNodes.cpp - gradients of attention ----------------===//
#include "PromotedOperands.h"
#include "opc/Frontend/Graph/Layers/AttentionForm.h"

using namespace mlir;

namespace opc::torch {
namespace {

/// Of softmax(scale q k^T + mask) v, whose softmax comes from the logarithm of
/// what it divided by.
void buildFlashAttention(Node &n) {
  Value grad = n.tensor("grad_out"), q = n.tensor("query"), k = n.tensor("key"),
        v = n.tensor("value"), y = n.tensor("out"),
        total = n.tensor("logsumexp");
  AttentionMask mask;
  mask.mask = n.optionalTensor("attn_mask");
  mask.hidesRest = false;
  mask.causal = n.flag("is_causal");
  if (n.real("dropout_p") != 0)
    n.refuse("dropout in attention is not supported", "dropout_p=0");
  if (n.failed() || n.rank(q) != 4)
    return n.fail("a query [batch, heads, n, d] is wanted");
  if (n.rank(total) != 3)
    return n.fail("logarithms [batch, heads, n] are wanted");
  Type element = n.elementOf(q), type = n.elementOf(wide(n, q));
  auto in = [&](Value each) { return n.cast(each, type); };
  Value factor = scaleOf(n, n.optionalReal("scale"), n.dim(q, 3), type);
  Value scaled = n.mul(in(q), factor);
  Value scores = scoresOf(n, scaled, in(k), type);
  Dims extents{n.dim(q, 0), n.dim(q, 1), n.dim(q, 2), n.dim(k, 2)};
  if (Value bias = biasOf(n, mask, extents, type))
    scores = n.add(scores, in(bias));
  Value p = n.unary<ExpOp>(n.sub(scores, n.unsqueeze(in(total), {3})));
  // A query that sees no key gave zeros.
  Value hidden = n.compare<EqualOp>(scores, n.like(scores, -kInfinity));
  p = n.select(hidden, n.like(p, 0), p);
  Value g = in(grad);
  Value along = n.reduce("sum", n.mul(g, in(y)), {3}, true);
  Value slope = n.mul(p, n.sub(scoresOf(n, g, in(v), type), along));
  AffineExpr shared = n.dim(k, 1);
  n.out(0, n.cast(n.mul(weighted(n, slope, in(k)), factor), element));
  n.out(1, n.cast(collected(n, slope, scaled, shared), element));
  n.out(2, n.cast(collected(n, p, g, shared), element));
}

constexpr OpRow kRows[] = {
    {"aten::_scaled_dot_product_flash_attention_for_cpu_backward(Tensor "
     "grad_out, Tensor query, Tensor key, Tensor value, Tensor out, Tensor "
     "logsumexp, float dropout_p, bool is_causal, *, Tensor? attn_mask=None, "
     "float? scale=None) -> (Tensor grad_query, Tensor grad_key, Tensor "
     "grad_value)",
     buildFlashAttention},
};

} // namespace

ArrayRef<OpRow> attentionGradientRows() { return kRows; }

} // namespace opc::torch
