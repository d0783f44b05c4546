//===- AttentionMask.cpp - which keys a query sees ------------------------===//
#include "opc/Frontend/Graph/Layers/AttentionMask.h"

using namespace mlir;

namespace opc::graph {

Value distances(Emitter &n, AffineExpr queries, AffineExpr keys, Value offset) {
  Type index = n.i64Type();
  Value i = n.iota(index, 0, {queries, n.expr(1)});
  Value j = n.iota(index, 1, {n.expr(1), keys});
  return n.sub(n.add(i, offset), j);
}

namespace {

/// A bias on scores as it grows.
struct Bias {
  AffineExpr queries, keys;
  Type element;
  Value sum;
};

void addBias(Emitter &n, Bias &s, Value bias) {
  s.sum = s.sum ? n.add(s.sum, bias) : bias;
}
void allowOnly(Emitter &n, Bias &s, Value allowed) {
  addBias(n, s,
          n.select(allowed, n.scalar(s.element, 0),
                   n.scalar(s.element, -kInfinity)));
}

/// A given mask, padded to all keys.
void applyMask(Emitter &n, Bias &s, Value mask) {
  if (!mask || n.failed())
    return;
  bool boolean = n.elementOf(mask).isInteger(1);
  AffineExpr length = n.dim(mask, -1);
  if (length != s.keys) {
    n.requireAtMost(length, s.keys);
    Dims low(n.rank(mask), n.expr(0)), high = low;
    high.back() = s.keys - length;
    mask = n.pad(
        mask, boolean ? n.scalarInt(n.boolType(), 0) : n.like(mask, -kInfinity),
        low, high);
  }
  if (boolean)
    return allowOnly(n, s, mask);
  addBias(n, s, n.cast(mask, s.element));
}

/// Position of the first query of each batch among the keys.
Value firstQuery(Emitter &n, const AttentionMask &m, const Bias &s,
                 Value lengths) {
  Type index = n.i64Type();
  Value none = n.scalarInt(index, 0);
  if (m.past)
    return n.extentAs(index, m.past);
  if (!lengths)
    return none;
  return n.sub(n.unsqueeze(lengths, {1, 2, 3}), n.extentAs(index, s.queries));
}

void applyWindow(Emitter &n, Bias &s, const AttentionMask &m, Value offset) {
  Type index = n.i64Type();
  Value distance = distances(n, s.queries, s.keys, offset);
  if (m.causal)
    allowOnly(n, s, n.compare<GreaterEqualOp>(distance, n.scalarInt(index, 0)));
  if (m.left >= 0)
    allowOnly(n, s,
              n.compare<LessEqualOp>(distance, n.scalarInt(index, m.left)));
  if (m.right >= 0)
    allowOnly(
        n, s,
        n.compare<GreaterEqualOp>(distance, n.scalarInt(index, -m.right)));
}

} // namespace

Value biasOf(Emitter &n, const AttentionMask &m, AffineExpr queries,
             AffineExpr keys, Type element) {
  Bias s{queries, keys, element, {}};
  applyMask(n, s, m.mask);
  Value lengths = m.lengths ? n.cast(m.lengths, n.i64Type()) : Value();
  if (m.causal || m.left >= 0 || m.right >= 0)
    applyWindow(n, s, m, firstQuery(n, m, s, lengths));
  if (!lengths)
    return s.sum;
  Value j = n.iota(n.i64Type(), 3, {n.expr(1), n.expr(1), n.expr(1), keys});
  allowOnly(n, s, n.compare<LessOp>(j, n.unsqueeze(lengths, {1, 2, 3})));
  return s.sum;
}

} // namespace opc::graph
