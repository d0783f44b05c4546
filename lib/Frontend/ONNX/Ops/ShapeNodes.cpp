//===- ShapeNodes.cpp - extents as values, and values made from extents
//--------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Required.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

void buildShape(Node &n) {
  Value x = n.need(0);
  if (n.failed())
    return;
  Dims all = n.dims(x);
  int64_t rank = all.size();
  auto bound = [&](int64_t value) {
    return std::clamp<int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  int64_t start = bound(n.integer("start", 0));
  int64_t end = std::max(start, bound(n.integer("end", rank)));
  n.out(0, n.extents(ArrayRef(all).slice(start, end - start)));
}

void buildSize(Node &n) {
  n.out(0, n.extentAs(n.i64Type(), n.size(n.need(0))));
}

void buildConstant(Node &n) {
  if (n.hasAttr("value"))
    return n.out(0, n.constant(n.tensor("value")));
  if (n.hasAttr("value_int"))
    return n.out(0, n.scalarInt(n.i64Type(), n.integer("value_int", 0)));
  if (n.hasAttr("value_float"))
    return n.out(0, n.scalar(n.f32Type(), n.real("value_float", 0)));
  if (auto values = n.integers("value_ints"))
    return n.out(0, n.vector(*values));
  if (auto values = n.realList("value_floats"))
    return n.out(0, n.reals(n.f32Type(), {static_cast<int64_t>(values->size())},
                            *values));
  if (!n.hasUnreadAttribute())
    return n.fail("attribute 'value' is missing");
  n.refuse("strings and sparse tensors are not supported", "dense numbers");
}

void buildConstantOfShape(Node &n) {
  Value list = n.vectorOf(n.need(0), "input");
  requireRank(n, list);
  std::optional<Dims> shape = n.resolve(list, "input", 0);
  Value value = n.hasAttr("value") ? n.constant(n.tensor("value"))
                                   : n.scalar(n.f32Type(), 0);
  if (shape)
    n.out(0, n.broadcast(n.scalarOf(value, "value"), *shape));
}

/// Whether differences of `e` and extents cannot overflow.
bool isTame(AffineExpr e) {
  std::optional<int64_t> value = constantOf(e);
  return !value || (*value >= -kLargestExtent && *value <= kLargestExtent);
}

constexpr StringLiteral kTooLong = "its length is out of range";

/// Number of steps of a range of constants, which may span more than i64 holds;
/// nothing where that is more than an extent may be.
std::optional<int64_t> constantSteps(int64_t start, int64_t limit,
                                     int64_t delta) {
  if (delta > 0 ? start >= limit : start <= limit)
    return 0;
  uint64_t a = start, b = limit, step = delta;
  uint64_t span = delta > 0 ? b - a : a - b;
  step = delta > 0 ? step : 0 - step;
  uint64_t steps = llvm::divideCeil(span, step);
  return steps < uint64_t(kLargestExtent) ? std::optional<int64_t>(steps)
                                          : std::nullopt;
}

/// Number of steps of an integer range with a known step.
AffineExpr integerCount(Node &n, AffineExpr start, AffineExpr limit,
                        int64_t delta) {
  AffineExpr span = delta > 0 ? limit - start : start - limit;
  AffineExpr most = n.expr(kLargestExtent);
  return n.clamp(span.ceilDiv(std::abs(delta)), n.expr(0), most);
}

/// Number of steps of a range of reals: in f64, which holds differences of f32
/// and rounds quotients so finely that the ceiling is right.
Value realSteps(Node &n, Value start, Value limit, Value delta) {
  Type real = n.state.builder.getF64Type();
  Value span = n.sub(n.cast(limit, real), n.cast(start, real));
  Value steps = n.div(span, n.cast(delta, real));
  n.guard(n.compare<LessOp>(steps, n.like(steps, double(kLargestExtent))),
          kTooLong);
  steps = n.unary<CeilOp>(steps);
  return n.cast(n.max(steps, n.like(steps, 0)), n.i64Type(), true);
}

/// Number of steps of a range of integers, which may span more than i64 holds.
Value wholeSteps(Node &n, Value start, Value limit, Value delta) {
  start = n.cast(start, n.i64Type());
  limit = n.cast(limit, n.i64Type());
  delta = n.cast(delta, n.i64Type());
  Value up = n.compare<GreaterOp>(delta, n.like(delta, 0));
  Value low = n.select(up, start, limit), high = n.select(up, limit, start);
  Type word = n.state.builder.getIntegerType(64, /*isSigned=*/false);
  Value none = n.scalarInt(word, 0);
  Value span = n.cast(n.sub(high, low), word);
  span = n.select(n.compare<LessOp>(low, high), span, none);
  Value step = n.cast(n.unary<AbsOp>(delta), word);
  Value whole = n.div(span, step);
  Value left = n.compare<LessOp>(n.mul(whole, step), span);
  Value steps = n.add(whole, n.cast(left, word));
  n.guard(n.compare<LessOp>(steps, n.scalarInt(word, kLargestExtent)),
          kTooLong);
  return n.cast(steps, n.i64Type());
}

/// Number of steps, computed by the program.
AffineExpr computedCount(Node &n, Value start, Value limit, Value delta) {
  n.guard(n.unary<NotOp>(n.compare<EqualOp>(delta, n.like(delta, 0))),
          "delta is 0");
  bool isReal = n.isFloat(start);
  Value steps = isReal ? realSteps(n, start, limit, delta)
                       : wholeSteps(n, start, limit, delta);
  return n.bindElement(steps, 0, 0);
}

void buildRange(Node &n) {
  Value start = n.scalarOf(n.need(0), "start");
  if (n.failed())
    return;
  Value limit = n.scalarOf(n.need(1), "limit", n.elementOf(start));
  Value delta = n.scalarOf(n.need(2), "delta", n.elementOf(start));
  if (n.failed())
    return;
  auto a = n.contents(start), b = n.contents(limit), step = n.contents(delta);
  auto x = n.reals(start), y = n.reals(limit), z = n.reals(delta);
  AffineExpr count;
  if (step && constantOf((*step)[0]) == 0)
    return n.fail("delta is 0");
  std::optional<int64_t> by = step ? constantOf((*step)[0]) : std::nullopt;
  bool isConstant = a && b && by && constantOf((*a)[0]) && constantOf((*b)[0]);
  if (isConstant && !n.isUnsigned(start)) {
    auto steps = constantSteps(*constantOf((*a)[0]), *constantOf((*b)[0]), *by);
    if (!steps)
      return n.fail(kTooLong);
    count = n.expr(*steps);
  } else if (a && b && by && isTame((*a)[0]) && isTame((*b)[0])) {
    count = integerCount(n, (*a)[0], (*b)[0], *by);
  } else if (x && y && z && n.isFloat(start)) {
    if ((*z)[0] == 0)
      return n.fail("delta is 0");
    double steps = std::ceil(((*y)[0] - (*x)[0]) / (*z)[0]);
    if (!(steps < double(kLargestExtent)))
      return n.fail(kTooLong);
    count = n.expr(static_cast<int64_t>(std::max(steps, 0.0)));
  } else {
    count = computedCount(n, start, limit, delta);
  }
  // The numbers of halves are computed in floats, and rounded once.
  Type stash = n.elementAttr("stash_type", n.f32Type());
  if (n.failed() || !stash.isF32())
    return n.refuse("a stash_type other than f32 is not supported", "1");
  Type element = n.elementOf(start);
  start = wide(n, start);
  Value steps = n.iota(n.elementOf(start), 0, count);
  n.out(0, n.cast(n.add(start, n.mul(steps, wide(n, delta))), element));
}

void buildEyeLike(Node &n) {
  Value x = n.need(0);
  Type element = n.elementAttr("dtype", n.elementOf(x));
  if (n.failed() || n.rank(x) != 2)
    return n.fail("the input has no rank of 2");
  Dims d = n.dims(x);
  Value row = n.iota(n.i64Type(), 0, d), column = n.iota(n.i64Type(), 1, d);
  Value k = n.scalarInt(n.i64Type(), n.integer("k", 0));
  n.out(0, n.cast(n.compare<EqualOp>(n.add(row, k), column), element));
}

void buildTrilu(Node &n) {
  Value x = n.need(0);
  int64_t rank = n.rank(x);
  if (n.failed() || rank < 2)
    return n.fail("the input has no rank of 2 or more");
  Dims matrix{n.dim(x, -2), n.dim(x, -1)};
  n.requireIntegers(n.in(1), "k");
  if (n.failed())
    return;
  Value k = n.has(1) ? n.cast(n.scalarOf(n.in(1), "k"), n.i64Type())
                     : n.scalarInt(n.i64Type(), 0);
  Value distance =
      n.sub(n.iota(n.i64Type(), 1, matrix), n.iota(n.i64Type(), 0, matrix));
  Value keep = n.flag("upper", true) ? n.compare<GreaterEqualOp>(distance, k)
                                     : n.compare<LessEqualOp>(distance, k);
  n.out(0, n.select(keep, x, n.like(x, 0)));
}

/// A depth that is known; it may be given as a real.
AffineExpr wholeDepth(Node &n, double depth) {
  if (!(depth >= 0 && depth < double(kLargestExtent)))
    n.fail(formatv("a depth of {0} is out of range", depth));
  return n.expr(n.failed() ? 0 : static_cast<int64_t>(depth));
}

void buildOneHot(Node &n) {
  Value indices = n.cast(n.need(0), n.i64Type());
  Value depth = n.cast(n.scalarOf(n.need(1), "depth"), n.i64Type(), true);
  Value values = n.need(2);
  n.requireEqual(n.size(values), n.expr(2),
                 "input 'values' has {0} elements, not {1}");
  if (n.failed())
    return;
  auto known = n.reals(n.in(1));
  AffineExpr count = known ? wholeDepth(n, known->front())
                           : n.resolveScalar(depth, "depth", 0);
  if (n.failed())
    return;
  values = n.reshape(values, {n.expr(2)});
  int64_t rank = n.rank(indices) + 1;
  int64_t axis = n.axisIn(n.integer("axis", -1), rank);
  Value counts = n.extentAs(n.i64Type(), count);
  Value negative = n.compare<LessOp>(indices, n.scalarInt(n.i64Type(), 0));
  indices = n.select(negative, n.add(indices, counts), indices);
  Dims line(rank, n.expr(1));
  line[axis] = count;
  Value position = n.iota(n.i64Type(), axis, line);
  Value hit = n.compare<EqualOp>(n.unsqueeze(indices, axis), position);
  Value off = n.reshape(n.slice(values, 0, n.expr(0), n.expr(1)), {});
  Value on = n.reshape(n.slice(values, 0, n.expr(1), n.expr(1)), {});
  n.out(0, n.select(hit, on, off));
}

constexpr OpRow kRows[] = {
    {"Constant", 1, kLatest, buildConstant},
    {"ConstantOfShape", 9, kLatest, buildConstantOfShape},
    {"EyeLike", 9, kLatest, buildEyeLike},
    {"OneHot", 9, kLatest, buildOneHot},
    {"Range", 11, kLatest, buildRange},
    {"Shape", 1, kLatest, buildShape},
    {"Size", 1, kLatest, buildSize},
    {"Trilu", 14, kLatest, buildTrilu},
};

} // namespace

ArrayRef<OpRow> shapeRows() { return kRows; }

} // namespace opc::onnx
