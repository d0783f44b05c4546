//===- AttentionMask.cpp - which keys a query sees ------------------------===//
#include "opc/Frontend/Graph/Layers/AttentionMask.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

ScoreBuilder scoreBuilder(Emitter &n, Dims scores) {
  return {n.state.builder, n.loc, n.state.env, std::move(scores)};
}

Value distances(Emitter &n, AffineExpr queries, AffineExpr keys, Value offset) {
  if (n.failed())
    return {};
  AffineExpr one = n.expr(1);
  return scoreBuilder(n, {one, one, queries, keys}).distances(offset);
}

void meet(Emitter &n, Dims &scores, const Dims &dims) {
  if (n.failed())
    return;
  if (dims.size() > scores.size())
    return n.fail(formatv("the mask has rank {0}, not 0 to 4", dims.size()));
  Dims both = n.broadcastShapes(scores, dims);
  for (int64_t i = 0; i < 4 && !n.failed(); ++i) {
    if (constantOf(scores[i]) == 1 && i < 3)
      scores[i] = both[i];
    n.requireEqual(both[i], scores[i]);
  }
}

/// A given mask, padded to all keys.
static Value paddedMask(Emitter &n, const AttentionMask &m, AffineExpr keys) {
  Value mask = m.mask;
  if (!mask || n.failed())
    return {};
  bool boolean = n.elementOf(mask).isInteger(1);
  if (!boolean && !n.isFloat(mask))
    mask = n.cast(mask, n.f32Type());
  AffineExpr length = n.dim(mask, -1);
  if (length == keys || !m.hidesRest)
    return mask;
  n.requireAtMost(length, keys);
  Dims low(n.rank(mask), n.expr(0)), high = low;
  if (n.failed())
    return {};
  high.back() = keys - length;
  return n.pad(
      mask, boolean ? n.scalarInt(n.boolType(), 0) : n.like(mask, -kInfinity),
      low, high);
}

/// Position of the first query of each batch among the keys; null: 0.
static Value firstQuery(Emitter &n, const AttentionMask &m, AffineExpr queries,
                        Value lengths) {
  Type index = n.i64Type();
  if (m.past)
    return constantOf(m.past) == 0 ? Value() : n.extentAs(index, m.past);
  if (!lengths)
    return {};
  return n.sub(n.unsqueeze(lengths, {1, 2, 3}), n.extentAs(index, queries));
}

KeyMask keyMaskOf(Emitter &n, const AttentionMask &m, Dims &scores) {
  KeyMask key;
  key.mask = paddedMask(n, m, scores[3]);
  key.causal = m.causal;
  key.left = m.left;
  key.right = m.right;
  key.lengths = m.lengths ? n.cast(m.lengths, n.i64Type()) : Value();
  if (m.causal || m.left >= 0 || m.right >= 0)
    key.first = firstQuery(n, m, scores[2], key.lengths);
  if (key.mask)
    meet(n, scores, n.dims(key.mask));
  AffineExpr one = n.expr(1);
  if (key.lengths && !n.failed())
    meet(n, scores, {n.dim(key.lengths, 0), one, one, one});
  return key;
}

Value biasOf(Emitter &n, const AttentionMask &mask, Dims scores, Type element) {
  if (n.failed())
    return {};
  KeyMask key = keyMaskOf(n, mask, scores);
  return n.failed() ? Value()
                    : scoreBuilder(n, std::move(scores)).bias(key, element);
}

} // namespace opc::graph
