//===- Indexing.cpp - elements that numbers in tensors pick ---------------===//
#include "opc/Frontend/Graph/Arrays/Indexing.h"
#include "opc/Runtime/Index.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

Value rowsAt(Emitter &n, Value table, Value indices) {
  if (n.failed() || !table || !indices)
    return {};
  return n.gather(table, fromTheFront(n, indices), 0);
}

Value fromTheFront(Emitter &n, Value indices) {
  if (n.failed() || !indices)
    return {};
  Type wide = n.i64Type();
  indices = n.cast(indices, wide);
  Value below = n.compare<LessOp>(indices, n.scalarInt(wide, 0));
  return n.select(below, n.sub(indices, n.scalarInt(wide, kBelowAll)), indices);
}

namespace {

/// Off the axis, indices may not reach further than x.
bool checkElementwise(Emitter &n, Value x, Value indices, int64_t axis) {
  if (!n.failed() && n.rank(x) != n.rank(indices))
    n.fail(formatv("indices of rank {0} for data of rank {1}", n.rank(indices),
                   n.rank(x)));
  for (int64_t i = 0; i < n.rank(x) && !n.failed(); ++i)
    if (i != axis)
      n.requireAtMost(n.dim(indices, i), n.dim(x, i),
                      "indices have an extent of {0}, the data of {1}");
  return !n.failed();
}

/// The number of axes of x that one index tuple picks; nothing after a failure.
std::optional<int64_t> tupleSize(Emitter &n, Value x, Value indices,
                                 int64_t batch) {
  if (!n.failed() && n.rank(indices) < 1)
    n.fail("indices are a scalar");
  if (n.failed())
    return std::nullopt;
  std::optional<int64_t> count = constantOf(n.dim(indices, -1));
  if (!count)
    n.refuse("the last extent of the indices is not known", "a number");
  else if (batch < 0 || batch >= n.rank(indices) || batch >= n.rank(x))
    n.fail(formatv("batch_dims is {0}, indices have rank {1} and the data {2}",
                   batch, n.rank(indices), n.rank(x)));
  else if (batch + *count > n.rank(x))
    n.fail(formatv("indices are tuples of {0} behind {1} axes of batches, the "
                   "data has rank {2}",
                   *count, batch, n.rank(x)));
  return n.failed() ? std::nullopt : count;
}

} // namespace

Value gatherElements(Emitter &n, Value x, Value indices, int64_t axis) {
  if (!checkElementwise(n, x, indices, axis))
    return {};
  return n.emit<GatherElementsOp>({x, indices}, {{"axis", n.i64(axis)}},
                                  n.elementOf(x));
}

Value gatherNd(Emitter &n, Value x, Value indices, int64_t batch) {
  if (!tupleSize(n, x, indices, batch))
    return {};
  for (int64_t i = 0; i < batch; ++i)
    n.requireEqual(n.dim(x, i), n.dim(indices, i));
  return n.emit<GatherNdOp>({x, indices}, {{"batch_dims", n.i64(batch)}},
                            n.elementOf(x));
}

Value scatterElements(Emitter &n, Value x, Value indices, Value updates,
                      int64_t axis, StringRef reduction) {
  if (!checkElementwise(n, x, indices, axis))
    return {};
  if (n.rank(updates) != n.rank(indices)) {
    n.fail("updates and indices differ in rank");
    return {};
  }
  for (int64_t i = 0; i < n.rank(x); ++i)
    n.requireEqual(n.dim(indices, i), n.dim(updates, i));
  return n.emit<ScatterElementsOp>(
      {x, indices, updates},
      {{"axis", n.i64(axis)}, {"reduction", n.text(reduction)}},
      n.elementOf(x));
}

Value scatterNd(Emitter &n, Value x, Value indices, Value updates,
                StringRef reduction) {
  std::optional<int64_t> count = tupleSize(n, x, indices, 0);
  if (!count)
    return {};
  Dims expected(n.dims(indices));
  expected.pop_back();
  llvm::append_range(expected,
                     ArrayRef<AffineExpr>(n.dims(x)).drop_front(*count));
  Dims given = n.dims(updates);
  if (given.size() != expected.size()) {
    n.fail(formatv("updates have rank {0}, not {1}", given.size(),
                   expected.size()));
    return {};
  }
  for (auto [a, b] : llvm::zip(given, expected))
    n.requireEqual(a, b);
  return n.emit<ScatterNdOp>({x, indices, updates},
                             {{"reduction", n.text(reduction)}},
                             n.elementOf(x));
}

/// Where the rows of the update go, as far as the cache reaches or round it.
static Value rowPositions(Emitter &n, const CacheWrite &w) {
  Dims d = n.dims(w.update), batchLine(d.size(), n.expr(1)), line(batchLine);
  batchLine[0] = d[0];
  line[w.axis] = d[w.axis];
  Value position = n.iota(n.i64Type(), w.axis, line);
  if (w.starts)
    position = n.add(position, n.reshape(w.starts, batchLine));
  if (!w.circular)
    return position;
  return n.binary<ModOp>(position,
                         n.extentAs(n.i64Type(), n.dim(w.cache, w.axis)));
}

Value writeRows(Emitter &n, const CacheWrite &w) {
  if (n.failed() || w.axis == 0 || n.rank(w.update) != n.rank(w.cache)) {
    n.fail("axis is 0, or ranks differ");
    return {};
  }
  Value position = rowPositions(n, w);
  for (int64_t i = 0; i < n.rank(w.cache); ++i)
    if (i == w.axis)
      n.requireAtMost(n.dim(w.update, i), n.dim(w.cache, i),
                      "the update has {0} steps, the cache {1}");
    else
      n.requireEqual(n.dim(w.update, i), n.dim(w.cache, i),
                     "the update has an extent of {0}, the cache of {1}");
  return n.emit<ScatterElementsOp>(
      {w.cache, n.broadcast(position, n.dims(w.update)), w.update},
      {{"axis", n.i64(w.axis)}, {"reduction", n.text("none")}},
      n.elementOf(w.cache));
}

} // namespace opc::graph
