//===- AttentionOverloads.cpp - scaled dot-product attention --------------===//
#include "PromotedOperands.h"
#include "opc/Frontend/Graph/Arrays/Reduction.h"
#include "opc/Frontend/Graph/Layers/AttentionForm.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

/// [..., n, d] as [batch, heads, n, d].
Value fourAxes(Node &n, Value x) {
  int64_t rank = n.rank(x);
  if (n.failed() || rank == 4)
    return x;
  if (rank < 2) {
    n.fail(formatv("rank {0} is less than 2", rank));
    return {};
  }
  if (rank < 4)
    return n.unsqueeze(x, axesUpTo(4 - rank));
  return n.reshape(x, {n.sizeOf(x, 0, rank - 3), n.dim(x, rank - 3),
                       n.dim(x, rank - 2), n.dim(x, rank - 1)});
}

bool readAttention(Node &n, AttentionForm &a) {
  Value q = n.tensor("query"), k = n.tensor("key"), v = n.tensor("value");
  Value mask = n.optionalTensor("attn_mask");
  a.scale = n.optionalReal("scale");
  a.mask.causal = n.flag("is_causal");
  if (n.real("dropout_p") != 0)
    n.refuse("dropout in attention is not supported", "dropout_p=0");
  for (Value each : {q, k, v})
    if (!n.failed() && (!n.isFloat(each) || n.rank(each) != n.rank(q) ||
                        n.elementOf(each) != n.elementOf(q)))
      n.refuse("operands of other ranks or dtypes than the query are not "
               "supported",
               "reals of one rank");
  if (n.failed())
    return false;
  a.roots = true;
  a.result = n.elementOf(q);
  a.q = fourAxes(n, q);
  a.k = fourAxes(n, k);
  a.v = fourAxes(n, v);
  if (mask && n.rank(mask) > 4)
    n.refuse("a mask of more than four axes is not supported", "four");
  a.mask.mask = mask;
  a.mask.hidesRest = false;
  return !n.failed();
}

void buildAttention(Node &n) {
  AttentionForm a;
  bool shared = n.flag("enable_gqa");
  if (!readAttention(n, a))
    return;
  if (!shared)
    n.requireEqual(n.dim(a.q, 1), n.dim(a.k, 1),
                   "{0} heads of queries for {1} of keys");
  Value q = n.tensor("query"), y = attend(n, a).y;
  if (n.failed())
    return;
  Dims dims = n.dims(q);
  dims.back() = n.dim(y, -1);
  n.out(n.reshape(y, dims));
}

/// The logarithm of what the softmax divides by is a second result.
void buildFlashAttention(Node &n) {
  AttentionForm a;
  if (!readAttention(n, a))
    return;
  a.gives = "biased";
  Attended r = attend(n, a);
  if (n.failed())
    return;
  n.out(0, r.y);
  n.out(1, reduceLogSumExp(n, {r.scores, {3}, false}));
}

constexpr OpRow kRows[] = {
    {"aten::scaled_dot_product_attention(Tensor query, Tensor key, Tensor "
     "value, Tensor? attn_mask=None, float dropout_p=0., bool is_causal=False, "
     "*, float? scale=None, bool enable_gqa=False) -> Tensor",
     buildAttention},
    {"aten::_scaled_dot_product_flash_attention_for_cpu(Tensor query, Tensor "
     "key, Tensor value, float dropout_p=0., bool is_causal=False, *, Tensor? "
     "attn_mask=None, float? scale=None) -> (Tensor output, Tensor logsumexp)",
     buildFlashAttention},
};

} // namespace

ArrayRef<OpRow> attentionRows() { return kRows; }

} // namespace opc::torch
