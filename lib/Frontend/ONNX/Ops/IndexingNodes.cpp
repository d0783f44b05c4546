//===- IndexingNodes.cpp - gathers and scatters
//--------------------------------===//
#include "Reader/Node.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

void buildGather(Node &n) {
  Value x = n.need(0);
  n.out(0, n.gather(x, n.need(1), n.integer("axis", 0)));
}

/// Off the axis, indices may not reach further than x.
bool checkElementwise(Node &n, Value x, Value indices, int64_t axis) {
  if (!n.failed() && n.rank(x) != n.rank(indices))
    n.fail(formatv("indices of rank {0} for data of rank {1}", n.rank(indices),
                   n.rank(x)));
  for (int64_t i = 0; i < n.rank(x) && !n.failed(); ++i)
    if (i != axis)
      n.requireAtMost(n.dim(indices, i), n.dim(x, i),
                      "indices have an extent of {0}, the data of {1}");
  return !n.failed();
}

void buildGatherElements(Node &n) {
  Value x = n.need(0), indices = n.need(1);
  int64_t axis = n.axisIn(n.integer("axis", 0), n.rank(x));
  if (checkElementwise(n, x, indices, axis))
    n.out(0, n.emit<GatherElementsOp>({x, indices}, {{"axis", n.i64(axis)}},
                                      n.elementOf(x)));
}

/// The number of axes of x that one index tuple picks; nothing after a failure.
std::optional<int64_t> tupleSize(Node &n, Value x, Value indices,
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

void buildGatherNd(Node &n) {
  Value x = n.need(0), indices = n.need(1);
  int64_t batch = n.integer("batch_dims", 0);
  if (!tupleSize(n, x, indices, batch))
    return;
  for (int64_t i = 0; i < batch; ++i)
    n.requireEqual(n.dim(x, i), n.dim(indices, i));
  n.out(0, n.emit<GatherNdOp>({x, indices}, {{"batch_dims", n.i64(batch)}},
                              n.elementOf(x)));
}

void buildScatterElements(Node &n) {
  Value x = n.need(0), indices = n.need(1), updates = n.need(2);
  int64_t axis = n.axisIn(n.integer("axis", 0), n.rank(x));
  std::string reduction = n.string("reduction", "none");
  if (!checkElementwise(n, x, indices, axis))
    return;
  if (n.rank(updates) != n.rank(indices))
    return n.fail("updates and indices differ in rank");
  for (int64_t i = 0; i < n.rank(x); ++i)
    n.requireEqual(n.dim(indices, i), n.dim(updates, i));
  n.out(0, n.emit<ScatterElementsOp>(
               {x, indices, updates},
               {{"axis", n.i64(axis)}, {"reduction", n.text(reduction)}},
               n.elementOf(x)));
}

void buildScatterNd(Node &n) {
  Value x = n.need(0), indices = n.need(1), updates = n.need(2);
  std::optional<int64_t> count = tupleSize(n, x, indices, 0);
  if (!count)
    return;
  Dims expected(n.dims(indices));
  expected.pop_back();
  llvm::append_range(expected,
                     ArrayRef<AffineExpr>(n.dims(x)).drop_front(*count));
  Dims given = n.dims(updates);
  if (given.size() != expected.size())
    return n.fail(formatv("updates have rank {0}, not {1}", given.size(),
                          expected.size()));
  for (auto [a, b] : llvm::zip(given, expected))
    n.requireEqual(a, b);
  n.out(0, n.emit<ScatterNdOp>(
               {x, indices, updates},
               {{"reduction", n.text(n.string("reduction", "none"))}},
               n.elementOf(x)));
}

void buildReverseSequence(Node &n) {
  Value x = n.need(0), lengths = n.need(1);
  int64_t batch = n.axisIn(n.integer("batch_axis", 1), n.rank(x));
  int64_t time = n.axisIn(n.integer("time_axis", 0), n.rank(x));
  if (n.failed() || batch == time || n.rank(lengths) != 1)
    return n.fail(
        "batch_axis and time_axis are equal, or lengths is no vector");
  n.requireEqual(n.dim(lengths, 0), n.dim(x, batch));
  n.out(0, n.emit<ReverseSequenceOp>(
               {x, lengths},
               {{"batch_axis", n.i64(batch)}, {"time_axis", n.i64(time)}},
               n.elementOf(x)));
}

/// Writes update[b, ..., s, ...] to cache[b, ..., write_indices[b] + s, ...].
void buildTensorScatter(Node &n) {
  Value cache = n.need(0), update = n.need(1);
  int64_t axis = n.axisIn(n.integer("axis", -2), n.rank(cache));
  std::string mode = n.string("mode", "linear");
  if (n.failed() || axis == 0 || n.rank(update) != n.rank(cache))
    return n.fail("axis is 0, or ranks differ");
  if (mode != "linear" && mode != "circular")
    return n.fail("mode " + quoted(mode) + " is not known");
  Dims d = n.dims(update), batchLine(d.size(), n.expr(1)), line(batchLine);
  batchLine[0] = d[0];
  line[axis] = d[axis];
  Value position = n.iota(n.i64Type(), axis, line);
  if (n.has(2))
    position = n.add(position, n.reshape(n.in(2), batchLine));
  if (mode == "circular")
    position =
        n.binary<ModOp>(position, n.extentAs(n.i64Type(), n.dim(cache, axis)));
  for (int64_t i = 0; i < n.rank(cache); ++i)
    if (i == axis)
      n.requireAtMost(n.dim(update, i), n.dim(cache, i),
                      "the update has {0} steps, the cache {1}");
    else
      n.requireEqual(n.dim(update, i), n.dim(cache, i),
                     "the update has an extent of {0}, the cache of {1}");
  n.out(0, n.emit<ScatterElementsOp>(
               {cache, n.broadcast(position, d), update},
               {{"axis", n.i64(axis)}, {"reduction", n.text("none")}},
               n.elementOf(cache)));
}

constexpr OpRow kRows[] = {
    {"Gather", 1, kLatest, buildGather},
    {"GatherElements", 11, kLatest, buildGatherElements},
    {"GatherND", 11, kLatest, buildGatherNd},
    {"ReverseSequence", 10, kLatest, buildReverseSequence},
    {"Scatter", 9, kLatest, buildScatterElements},
    {"ScatterElements", 11, kLatest, buildScatterElements},
    {"ScatterND", 11, kLatest, buildScatterNd},
    {"TensorScatter", 24, kLatest, buildTensorScatter},
};

} // namespace

ArrayRef<OpRow> indexingRows() { return kRows; }

} // namespace opc::onnx
