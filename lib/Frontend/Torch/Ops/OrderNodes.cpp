//===- OrderNodes.cpp - elements by their rank, and ranks of elements -----===//
#include "Places.h"
#include "opc/Frontend/Graph/Arrays/Indexing.h"
#include "opc/Frontend/Graph/Arrays/Reduction.h"
#include "opc/Frontend/Graph/Arrays/Selection.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

/// One element of each line along an axis, and where it is.
struct Line {
  Value x;
  int64_t axis;
  bool keepdims;

  Value kept(Node &n, Value y) const {
    return keepdims ? y : n.squeeze(y, {axis});
  }
};
/// The overload's operand; without axes it is its own result.
std::optional<Line> readLine(Node &n) {
  Value x = n.tensor("self");
  Line line{x, n.axis("dim", x), n.flag("keepdim")};
  if (n.failed())
    return std::nullopt;
  if (n.rank(x) == 0) {
    n.out(0, x);
    n.out(1, n.scalarInt(n.i64Type(), 0));
    return std::nullopt;
  }
  requireElements(n, x, {line.axis});
  return line;
}
Selected sorted(Node &n, const Line &line) {
  return topK(n, line.x, {n.dim(line.x, line.axis), line.axis, false});
}

void buildKthValue(Node &n) {
  AffineExpr k = n.extent("k");
  std::optional<Line> line = readLine(n);
  if (!line)
    return;
  AffineExpr extent = n.dim(line->x, line->axis);
  n.requireAtMost(n.expr(1), k, "k is {1}");
  n.requireAtMost(k, extent, "k is {0} of {1} elements");
  Selected s = sorted(n, *line);
  auto at = [&](Value v) {
    return line->kept(n, n.slice(v, line->axis, k - 1, n.expr(1)));
  };
  n.out(0, at(s.values));
  n.out(1, at(s.indices));
}

/// The lower one of the two in the middle, each of extent 1 along the axis.
Selected middleOf(Node &n, const Line &line, bool ignoreNan) {
  Selected s = sorted(n, line);
  AffineExpr extent = n.dim(line.x, line.axis);
  if (!n.isFloat(line.x) || !ignoreNan) {
    auto at = [&](Value v) {
      return n.slice(v, line.axis, (extent - 1).floorDiv(2), n.expr(1));
    };
    Selected middle{at(s.values), at(s.indices)};
    if (!n.isFloat(line.x))
      return middle;
    // What is no number is the greatest, and the median where there is one.
    Value last = n.slice(s.values, line.axis, extent - 1, n.expr(1));
    Value place = argExtreme(n, line.x, {"max", line.axis, true, false});
    return {n.select(n.isNan(last), last, middle.values),
            n.select(n.isNan(last), place, middle.indices)};
  }
  Value numbers = n.cast(n.unary<NotOp>(n.isNan(line.x)), n.i64Type());
  Value count = n.reduce("sum", numbers, {line.axis}, true);
  Value one = n.scalarInt(n.i64Type(), 1), two = n.scalarInt(n.i64Type(), 2);
  Value place = n.div(n.sub(n.max(count, one), one), two);
  auto at = [&](Value v) { return gatherElements(n, v, place, line.axis); };
  return {at(s.values), at(s.indices)};
}
template <bool IgnoreNan> void buildMedianAlong(Node &n) {
  std::optional<Line> line = readLine(n);
  if (!line)
    return;
  Selected s = middleOf(n, *line, IgnoreNan);
  n.out(0, line->kept(n, s.values));
  n.out(1, line->kept(n, s.indices));
}
template <bool IgnoreNan> void buildMedian(Node &n) {
  Value x = n.tensor("self");
  if (n.failed())
    return;
  if (!constantOf(n.size(x)) || constantOf(n.size(x)) == 0)
    return n.refuse("an input that may be empty is not supported",
                    "known extents");
  Line line{n.reshape(x, {n.size(x)}), 0, false};
  n.out(line.kept(n, middleOf(n, line, IgnoreNan).values));
}

Value isBehind(Node &n, Value edge, Value x, bool right) {
  return right ? n.compare<GreaterOp>(edge, x)
               : n.compare<GreaterEqualOp>(edge, x);
}

/// Where halving ends in `count` edges, which need be in no order: some may be
/// no number. Edges are one line, or one for each line of x.
Value halved(Node &n, Value edge, Value x, int64_t count, bool right) {
  auto whole = [&](int64_t v) { return n.scalarInt(n.i64Type(), v); };
  Value low = n.broadcast(whole(0), n.dims(x)),
        high = n.broadcast(whole(count), n.dims(x));
  for (int64_t left = count; left > 0; left /= 2) {
    Value middle = n.div(n.add(low, high), whole(2));
    Value place = n.min(middle, whole(count - 1));
    Value read = n.rank(edge) == 1
                     ? n.gather(edge, place, 0)
                     : gatherElements(n, edge, place, n.rank(edge) - 1);
    Value behind = isBehind(n, read, x, right);
    Value isOpen = n.compare<LessOp>(low, high);
    Value rises = n.binary<AndOp>(isOpen, n.unary<NotOp>(behind));
    low = n.select(rises, n.add(middle, whole(1)), low);
    high = n.select(n.binary<AndOp>(isOpen, behind), middle, high);
  }
  return low;
}

/// How many edges come before each value.
Value counted(Node &n, Value edge, Value x, bool right) {
  // [..., values, 1] by [..., 1, edges].
  Value behind =
      isBehind(n, n.unsqueeze(edge, {-2}), n.unsqueeze(x, {-1}), right);
  Value before = n.cast(n.unary<NotOp>(behind), n.i64Type());
  return n.reduce("sum", before, {n.rank(before) - 1}, false);
}

/// How many elements of a sorted line come before each value.
void countBefore(Node &n, Value line, const Operand &values, bool right) {
  if (n.failed())
    return;
  Operand edges = Operand::tensor(line);
  Type element = promoted(n, {edges, values});
  Value x = as(n, values, element), edge = n.cast(line, element);
  int64_t rank = n.rank(x);
  bool isLine = n.rank(line) == 1;
  if (!isLine && n.rank(line) != rank)
    return n.fail(
        formatv("rank {0} for edges of rank {1}", rank, n.rank(line)));
  if (isLine && rank == 0)
    x = n.unsqueeze(x, {0});
  std::optional<int64_t> count = constantOf(n.dim(edge, -1));
  Value y =
      count ? halved(n, edge, x, *count, right) : counted(n, edge, x, right);
  y = isLine && rank == 0 ? n.squeeze(y, {0}) : y;
  n.out(n.flag("out_int32") ? n.cast(y, n.i32Type()) : y);
}
void buildBucketize(Node &n) {
  Value edges = n.tensor("boundaries");
  countBefore(n, edges, n.operand("self"), n.flag("right"));
}
void buildSearchSorted(Node &n) {
  Value edges = n.tensor("sorted_sequence");
  bool right = n.flag("right");
  if (n.has("side")) {
    StringRef side = n.string("side");
    right |= side == "right";
  }
  if (n.has("sorter"))
    return n.refuse("a sorter is not supported", "a sorted sequence");
  countBefore(n, edges, n.operand("self"), right);
}

constexpr OpRow kRows[] = {
    {"aten::kthvalue(Tensor self, SymInt k, int dim=-1, bool keepdim=False) -> "
     "(Tensor values, Tensor indices)",
     buildKthValue},
    {"aten::median(Tensor self) -> Tensor", buildMedian<false>},
    {"aten::median.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor "
     "values, Tensor indices)",
     buildMedianAlong<false>},
    {"aten::nanmedian(Tensor self) -> Tensor", buildMedian<true>},
    {"aten::nanmedian.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor "
     "values, Tensor indices)",
     buildMedianAlong<true>},
    {"aten::bucketize.Tensor(Tensor self, Tensor boundaries, *, bool "
     "out_int32=False, bool right=False) -> Tensor",
     buildBucketize},
    {"aten::searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool "
     "out_int32=False, bool right=False, str? side=None, Tensor? sorter=None) "
     "-> Tensor",
     buildSearchSorted},
};

} // namespace

ArrayRef<OpRow> orderRows() { return kRows; }

} // namespace opc::torch
