//===- ScatterNodes.cpp - elements that meet at one place -----------------===//
#include "Places.h"
#include "opc/Frontend/Graph/Arrays/Indexing.h"
#include "llvm/Support/FormatVariadic.h"
#include <limits>

using namespace mlir;
using llvm::formatv;

namespace opc::torch {

Value atLeastLine(Node &n, Value x) {
  return !n.failed() && n.rank(x) == 0 ? n.reshape(x, {n.expr(1)}) : x;
}
Value indicesOf(Node &n, Value index) {
  if (n.failed())
    return {};
  return fromTheFront(n, atLeastLine(n, index));
}
Value cutTo(Node &n, Value updates, Value index) {
  if (!n.failed() && n.rank(updates) != n.rank(index))
    n.fail(formatv("updates of rank {0} for indices of rank {1}",
                   n.rank(updates), n.rank(index)));
  for (int64_t axis = 0; !n.failed() && axis < n.rank(index); ++axis) {
    n.requireAtMost(n.dim(index, axis), n.dim(updates, axis),
                    "an extent of {1} for indices of {0}");
    updates = n.slice(updates, axis, n.expr(0), n.dim(index, axis));
  }
  return updates;
}

namespace {

/// What comes together: elements of `updates` at the places of `index`.
struct Meeting {
  Value x, index, updates;
  int64_t axis;

  Value scattered(Node &n, Value into, Value what, StringRef reduction) const {
    return scatterElements(n, into, index, what, axis, reduction);
  }
};

/// How it is named by torch, and by opc; and what it begins with.
struct Combination {
  StringRef name, own;
  double neutral;
};
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Combination kCombinations[] = {{"sum", "add", 0},
                                         {"mean", "add", 0},
                                         {"prod", "mul", 1},
                                         {"amax", "max", -kInfinity},
                                         {"amin", "min", kInfinity}};
const Combination *combinationOf(StringRef name) {
  const auto *found = llvm::find_if(
      kCombinations, [&](const Combination &c) { return c.name == name; });
  return found == std::end(kCombinations) ? nullptr : found;
}

/// Integers have no infinity.
Value neutralOf(Node &n, const Combination &c, Type element) {
  if (isa<FloatType>(element) || std::isfinite(c.neutral))
    return n.scalar(element, c.neutral);
  unsigned width = element.getIntOrFloatBitWidth();
  bool isUnsigned = element.isUnsignedInteger();
  APInt limit = c.neutral < 0 ? isUnsigned ? APInt::getMinValue(width)
                                           : APInt::getSignedMinValue(width)
                : isUnsigned  ? APInt::getMaxValue(width)
                              : APInt::getSignedMaxValue(width);
  return n.scalarInt(element, limit.getSExtValue());
}

/// Sums over how many there are; those of integers are rounded down.
Value average(Node &n, const Meeting &m, Value sum, bool includeSelf) {
  Type element = n.elementOf(m.x);
  Value one = n.scalarInt(n.i64Type(), 1);
  Value begin =
      n.broadcast(n.scalarInt(n.i64Type(), includeSelf ? 1 : 0), n.dims(m.x));
  Value count =
      m.scattered(n, begin, n.broadcast(one, n.dims(m.updates)), "add");
  count = n.cast(n.max(count, one), n.elementOf(sum));
  Value y = n.div(sum, count);
  if (!isa<FloatType>(element)) {
    Value rest = n.sub(sum, n.mul(y, count));
    Value below = n.compare<LessOp>(rest, n.like(rest, 0));
    y = n.select(below, n.sub(y, n.like(y, 1)), y);
  }
  return y;
}

void combine(Node &n, const Meeting &m, StringRef kind, bool includeSelf) {
  const Combination *c = combinationOf(kind);
  if (!c)
    return n.refuse(formatv("reduce='{0}' is not supported", kind));
  if (n.failed() || isBool(n.elementOf(m.x)))
    return n.refuse("bool is not supported", "numbers");
  // In f32 of halves, rounded once.
  Meeting in = m;
  in.x = wide(n, m.x);
  in.updates = wide(n, m.updates);
  Value begin = in.x;
  if (!includeSelf) {
    Value none = neutralOf(n, *c, n.elementOf(in.x));
    begin =
        in.scattered(n, begin, n.broadcast(none, n.dims(in.updates)), "none");
  }
  Value y = in.scattered(n, begin, in.updates, c->own);
  if (kind == "mean")
    y = average(n, in, y, includeSelf);
  n.out(n.cast(y, n.elementOf(m.x)));
}

/// Of an operand without axes the result has none.
void likeOperand(Node &n, Value x) {
  if (!n.failed() && n.rank(x) == 0)
    n.outAll({n.reshape(n.outputs()[0], {})});
}

void buildScatterReduce(Node &n) {
  Value x = n.tensor("self"), index = n.tensor("index"),
        updates = n.tensor("src");
  int64_t axis = n.axis("dim", x);
  StringRef kind = n.string("reduce");
  bool includeSelf = n.flag("include_self");
  if (n.failed() || n.elementOf(updates) != n.elementOf(x))
    return n.fail("updates have another dtype");
  Value line = atLeastLine(n, x);
  combine(n,
          {line, indicesOf(n, index),
           cutTo(n, atLeastLine(n, updates), atLeastLine(n, index)), axis},
          kind, includeSelf);
  likeOperand(n, x);
}

/// Slices of `source` at the places that a vector says.
void buildIndexReduce(Node &n) {
  Value self = n.tensor("self"), index = n.tensor("index"),
        source = atLeastLine(n, n.tensor("source"));
  int64_t axis = n.axis("dim", self);
  StringRef kind = n.string("reduce");
  bool includeSelf = n.flag("include_self");
  Value x = atLeastLine(n, self);
  if (n.failed() || n.rank(source) != n.rank(x))
    return n.fail("the source has another rank");
  Dims line(n.rank(x), n.expr(1));
  line[axis] = n.size(index);
  Value places =
      n.broadcast(n.reshape(indicesOf(n, index), line), n.dims(source));
  combine(n, {x, places, source, axis}, kind, includeSelf);
  likeOperand(n, self);
}

/// Elements of `src` on a diagonal of x.
void buildDiagonalScatter(Node &n) {
  Value x = n.tensor("self"), src = n.tensor("src");
  int64_t a = n.axis("dim1", x), b = n.axis("dim2", x);
  int64_t offset = n.integer("offset");
  if (n.failed() || a == b)
    return n.fail("two axes are wanted");
  std::optional<int64_t> rows = constantOf(n.dim(x, a)),
                         columns = constantOf(n.dim(x, b));
  if (!rows || !columns)
    return n.refuse("a diagonal of an open extent is not supported",
                    "a known extent");
  Ints perm{a, b}, back(n.rank(x));
  for (int64_t axis : axesUpTo(n.rank(x)))
    if (axis != a && axis != b)
      perm.push_back(axis);
  for (auto [i, axis] : llvm::enumerate(perm))
    back[axis] = i;
  Value turned = n.transpose(x, perm);
  Dims whole = n.dims(turned), flat{n.expr(*rows * *columns)};
  flat.append(whole.begin() + 2, whole.end());
  Ints places;
  for (int64_t row = 0; row < *rows; ++row)
    if (row + offset >= 0 && row + offset < *columns)
      places.push_back(row * *columns + row + offset);
  int64_t count = places.size();
  if (count > kMostConstants)
    return n.refuse("a diagonal of this extent is not supported");
  if (count == 0)
    return n.out(x);
  n.requireEqual(n.dim(src, -1), n.expr(count));
  Ints last{n.rank(src) - 1};
  llvm::append_range(last, axesUpTo(n.rank(src) - 1));
  Value y = scatterNd(n, n.reshape(turned, flat),
                      n.reshape(n.vector(places), {n.expr(count), n.expr(1)}),
                      n.transpose(n.cast(src, n.elementOf(x)), last), "none");
  n.out(n.transpose(n.reshape(y, whole), back));
}

/// How many are true before each element of a mask, as a line; 0 where it is
/// not.
Value placesOf(Node &n, Value mask) {
  Value line = n.reshape(mask, {n.size(mask)});
  Value place = n.unary<CumulativeOp>(n.cast(line, n.i64Type()),
                                      {{"kind", n.text("sum")},
                                       {"axis", n.i64(0)},
                                       {"exclusive", n.boolean(true)},
                                       {"reverse", n.boolean(false)}});
  return n.select(line, place, n.like(place, 0));
}

/// Elements of `source` in their order, where the mask is true.
void buildMaskedScatter(Node &n) {
  Value x = n.tensor("self"), mask = n.tensor("mask"),
        source = n.tensor("source");
  if (n.failed() || !isBool(n.elementOf(mask)) ||
      n.elementOf(source) != n.elementOf(x))
    return n.fail("a mask of bool and a source of the same dtype are wanted");
  Dims dims = n.broadcastShapes(n.dims(x), n.dims(mask));
  if (constantOf(n.size(source)).value_or(0) == 0)
    return n.refuse("a source that may be empty is not supported",
                    "known extents");
  mask = n.broadcast(mask, dims);
  Value taken =
      n.gather(n.reshape(source, {n.size(source)}), placesOf(n, mask), 0);
  n.out(n.select(mask, n.reshape(taken, dims), n.broadcast(x, dims)));
}

/// The elements where the mask is true, in front; zeros behind them.
void buildMaskedScatterBackward(Node &n) {
  Value grad = n.tensor("grad_output"), mask = n.tensor("mask");
  Dims sizes = n.extents("sizes");
  if (n.failed() || !isBool(n.elementOf(mask)))
    return n.fail("a mask of bool is wanted");
  mask = n.broadcast(mask, n.dims(grad));
  AffineExpr count = n.expr(1);
  for (AffineExpr size : sizes)
    count = count * size;
  Value zero = n.like(grad, 0);
  Value updates = n.select(mask, grad, zero);
  Value y = scatterElements(n, n.broadcast(zero, {count}), placesOf(n, mask),
                            n.reshape(updates, {n.size(updates)}), 0, "add");
  n.out(n.reshape(y, sizes));
}

/// Elements at places that count over the whole of x.
void buildPut(Node &n) {
  Value x = n.tensor("self"), index = n.tensor("index"),
        source = n.tensor("source");
  bool accumulate = n.flag("accumulate");
  if (n.failed() || n.elementOf(source) != n.elementOf(x))
    return n.fail("the source has another dtype");
  if (accumulate && isBool(n.elementOf(x)))
    return n.refuse("bool is not supported", "numbers");
  auto flat = [&](Value v) { return n.reshape(v, {n.size(v)}); };
  Value y = scatterElements(n, flat(x), flat(index), flat(source), 0,
                            accumulate ? "add" : "none");
  n.out(n.reshape(y, n.dims(x)));
}

void buildTake(Node &n) {
  Value x = n.tensor("self"), index = n.tensor("index");
  if (!n.failed())
    n.out(n.gather(n.reshape(x, {n.size(x)}), index, 0));
}

constexpr OpRow kRows[] = {
    {"aten::take(Tensor self, Tensor index) -> Tensor", buildTake},
    {"aten::masked_scatter(Tensor self, Tensor mask, Tensor source) -> Tensor",
     buildMaskedScatter},
    {"aten::masked_scatter_backward(Tensor grad_output, Tensor mask, SymInt[] "
     "sizes) -> Tensor",
     buildMaskedScatterBackward},
    {"aten::put(Tensor self, Tensor index, Tensor source, bool "
     "accumulate=False) -> Tensor",
     buildPut},
    {"aten::scatter_reduce.two(Tensor self, int dim, Tensor index, Tensor src, "
     "str reduce, *, bool include_self=True) -> Tensor",
     buildScatterReduce},
    {"aten::index_reduce(Tensor self, int dim, Tensor index, Tensor source, "
     "str reduce, *, bool include_self=True) -> Tensor",
     buildIndexReduce},
    {"aten::diagonal_scatter(Tensor self, Tensor src, int offset=0, int "
     "dim1=0, int dim2=1) -> Tensor",
     buildDiagonalScatter},
};

} // namespace

ArrayRef<OpRow> scatterRows() { return kRows; }

} // namespace opc::torch
