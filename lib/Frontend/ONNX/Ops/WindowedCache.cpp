//===- WindowedCache.cpp - keys and values of the last tokens -------------===//
//
// Of a batch that has seen T tokens, a cache of C rows for a window of W holds
// the last L(T), from row 0 on: T where T <= C, and otherwise
// T - G * ceil((T - C) / G) with G = C - W + 1.
//
//===----------------------------------------------------------------------===//
#include "GroupQuery.h"

using namespace mlir;

namespace opc::onnx {
namespace {

/// The first of `seen` (i64 [b]) tokens that the cache still holds: 0 or a
/// multiple of G.
Value firstHeld(Node &n, const WindowedCache &w, Value seen) {
  Type index = n.i64Type();
  Value capacity = n.extentAs(index, w.capacity), zero = n.scalarInt(index, 0);
  Value beyond = n.max(n.sub(seen, capacity), zero);
  // G - 1 and G.
  Value rest = n.sub(capacity, n.scalarInt(index, w.window));
  Value group = n.add(rest, n.scalarInt(index, 1));
  return n.mul(group, n.div(n.add(beyond, rest), group));
}

/// Tokens [b, 1, m] as rows among the staged ones.
Value rowOf(Node &n, const WindowedCache &w, Value token) {
  Value kept = n.unsqueeze(w.kept, {1, 2});
  Value first = n.unsqueeze(firstHeld(n, w, w.kept), {1, 2});
  Value fresh = n.add(n.sub(token, kept), n.extentAs(n.i64Type(), w.capacity));
  return n.select(n.compare<LessOp>(token, kept), n.sub(token, first), fresh);
}

} // namespace

Value pickRows(Node &n, Value x, Value chosen) {
  if (n.failed())
    return {};
  Type index = n.i64Type();
  Dims d = n.dims(x), table{d[0], d[1], n.expr(1)};
  // All rows are one table: batches and heads come before them.
  Value head = n.add(n.mul(n.iota(index, 0, table), n.extentAs(index, d[1])),
                     n.iota(index, 1, table));
  chosen = n.add(n.mul(head, n.extentAs(index, d[2])), chosen);
  return n.gather(n.reshape(x, {d[0] * d[1] * d[2], d[3]}), chosen, /*axis=*/0);
}

Value stagedRows(Node &n, const WindowedCache &w, Value past, Value fresh) {
  if (n.failed())
    return {};
  n.requireAtMost(n.expr(w.window), w.capacity,
                  "local_window_size is {0}, but the cache has {1} rows");
  return n.concat({past, fresh}, 2);
}

Value windowedRows(Node &n, const WindowedCache &w, Value staged) {
  if (n.failed())
    return {};
  Type index = n.i64Type();
  AffineExpr one = n.expr(1);
  Value first = n.unsqueeze(firstHeld(n, w, w.lengths), {1, 2});
  Value token = n.add(first, n.iota(index, 2, {one, one, w.capacity}));
  Value isHeld = n.compare<LessOp>(token, n.unsqueeze(w.lengths, {1, 2}));
  Value row = n.select(isHeld, rowOf(n, w, token), n.scalarInt(index, 0));
  Value rows = pickRows(n, staged, row);
  return n.select(n.unsqueeze(isHeld, {3}), rows, n.like(rows, 0));
}

Value windowedKeys(Node &n, const WindowedCache &w) {
  if (n.failed())
    return {};
  Type index = n.i64Type();
  AffineExpr one = n.expr(1);
  auto batched = [&](Value x) { return n.unsqueeze(x, {1, 2, 3}); };
  Value capacity = n.extentAs(index, w.capacity);
  Value row = n.iota(index, 3, {one, one, one, w.capacity + w.queries});
  Value isPast = n.compare<LessOp>(row, capacity);
  Value kept = batched(w.kept), first = batched(firstHeld(n, w, w.kept));
  Value token = n.add(row, n.select(isPast, first, n.sub(kept, capacity)));
  Value query = n.add(kept, n.iota(index, 2, {one, one, w.queries, one}));
  Value distance = n.sub(query, token);
  auto all = [&](Value a, Value b) { return n.binary<AndOp>(a, b); };
  Value isHeld = n.select(isPast, n.compare<LessOp>(token, kept),
                          n.scalarInt(n.boolType(), 1));
  Value isNear = n.compare<LessOp>(distance, n.scalarInt(index, w.window));
  Value isBefore = n.compare<GreaterEqualOp>(distance, n.scalarInt(index, 0));
  return all(isHeld, all(isNear, isBefore));
}

} // namespace opc::onnx
