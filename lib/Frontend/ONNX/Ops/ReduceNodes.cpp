//===- ReduceNodes.cpp - reductions, running sums, extremes
//--------------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Required.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

struct ReduceSpec {
  Value x;
  Ints axes;
  bool keepdims = true;
};

/// Axes are an attribute before opset `asInput`, an input from then on.
std::optional<ReduceSpec> reduceSpec(Node &n, int64_t asInput) {
  ReduceSpec spec;
  spec.x = n.need(0);
  spec.keepdims = n.flag("keepdims", true);
  std::optional<Ints> axes = n.axesOf(asInput);
  bool none = !axes || axes->empty();
  bool keepsAll = n.flag("noop_with_empty_axes", false);
  if (none && !keepsAll)
    axes = axesUpTo(n.rank(spec.x));
  spec.axes = n.axesIn(axes.value_or(Ints()), n.rank(spec.x));
  if (n.failed())
    return std::nullopt;
  return spec;
}

/// In which roots, logarithms and what they are taken of are computed.
Value asReal(Node &n, Value x) {
  return n.isFloat(x) ? wide(n, x) : n.cast(x, n.state.builder.getF64Type());
}

Value sum(Node &n, const ReduceSpec &s, Value x) {
  return n.reduce("sum", x, s.axes, s.keepdims);
}

Value reduceExtreme(Node &n, const ReduceSpec &s, StringRef kind) {
  if (!n.elementOf(s.x).isInteger(1))
    return n.reduce(kind, s.x, s.axes, s.keepdims);
  Type byte = n.u8Type();
  Value wide = n.cast(s.x, byte);
  return n.cast(n.reduce(kind, wide, s.axes, s.keepdims), n.boolType());
}

Value reduceMax(Node &n, const ReduceSpec &s) {
  return reduceExtreme(n, s, "max");
}
Value reduceMin(Node &n, const ReduceSpec &s) {
  return reduceExtreme(n, s, "min");
}
Value reduceSum(Node &n, const ReduceSpec &s) { return sum(n, s, s.x); }
Value reduceProd(Node &n, const ReduceSpec &s) {
  return n.reduce("prod", s.x, s.axes, s.keepdims);
}
Value reduceMean(Node &n, const ReduceSpec &s) {
  return n.mean(s.x, s.axes, s.keepdims);
}
Value reduceL1(Node &n, const ReduceSpec &s) {
  return sum(n, s, n.unary<AbsOp>(s.x));
}
Value reduceSumSquare(Node &n, const ReduceSpec &s) {
  Value x = wide(n, s.x);
  return n.cast(sum(n, s, n.mul(x, x)), n.elementOf(s.x));
}
Value reduceL2(Node &n, const ReduceSpec &s) {
  Value x = asReal(n, s.x);
  Value norm = n.unary<SqrtOp>(sum(n, s, n.mul(x, x)));
  return n.cast(norm, n.elementOf(s.x));
}
Value reduceLogSum(Node &n, const ReduceSpec &s) {
  Value total = n.unary<LogOp>(sum(n, s, asReal(n, s.x)));
  return n.cast(total, n.elementOf(s.x));
}

/// max + log(sum(exp(x - max))), where an infinite max counts as 0.
Value reduceLogSumExp(Node &n, const ReduceSpec &s) {
  Value x = asReal(n, s.x);
  Value most = n.reduce("max", x, s.axes, /*keepdims=*/true);
  Value infinite = n.emit<IsInfOp>(
      most, {{"negative", n.boolean(true)}, {"positive", n.boolean(true)}},
      n.boolType());
  Value shift = n.select(infinite, n.like(most, 0), most);
  Value total = sum(n, s, n.unary<ExpOp>(n.sub(x, shift)));
  if (!s.keepdims)
    shift = n.reshape(shift, n.dims(total));
  return n.cast(n.add(n.unary<LogOp>(total), shift), n.elementOf(s.x));
}

using Reducer = Value (*)(Node &, const ReduceSpec &);
template <Reducer reducer, int64_t asInput> void buildReduce(Node &n) {
  if (std::optional<ReduceSpec> spec = reduceSpec(n, asInput))
    n.out(0, reducer(n, *spec));
}

void buildArg(Node &n, StringRef kind) {
  Value x = n.need(0);
  int64_t axis = n.axisIn(n.integer("axis", 0), n.rank(x));
  requireElements(n, x, axis);
  n.out(0, n.emit<ArgReduceOp>(
               x,
               {{"kind", n.text(kind)},
                {"axis", n.i64(axis)},
                {"keepdims", n.boolean(n.flag("keepdims", true))},
                {"select_last", n.boolean(n.flag("select_last_index", false))}},
               n.i64Type()));
}
void buildArgMax(Node &n) { buildArg(n, "max"); }
void buildArgMin(Node &n) { buildArg(n, "min"); }

void buildCumulative(Node &n, StringRef kind) {
  Value x = n.need(0);
  n.need(1);
  std::optional<int64_t> axis = n.knownScalar(1, "axis");
  if (!axis)
    return;
  n.out(0, n.unary<CumulativeOp>(
               x, {{"kind", n.text(kind)},
                   {"axis", n.i64(n.axisIn(*axis, n.rank(x)))},
                   {"exclusive", n.boolean(n.flag("exclusive", false))},
                   {"reverse", n.boolean(n.flag("reverse", false))}}));
}
void buildCumSum(Node &n) { buildCumulative(n, "sum"); }
void buildCumProd(Node &n) { buildCumulative(n, "prod"); }

constexpr OpRow kRows[] = {
    {"ArgMax", 1, kLatest, buildArgMax},
    {"ArgMin", 1, kLatest, buildArgMin},
    {"CumProd", 26, kLatest, buildCumProd},
    {"CumSum", 11, kLatest, buildCumSum},
    {"ReduceL1", 1, kLatest, buildReduce<reduceL1, 18>},
    {"ReduceL2", 1, kLatest, buildReduce<reduceL2, 18>},
    {"ReduceLogSum", 1, kLatest, buildReduce<reduceLogSum, 18>},
    {"ReduceLogSumExp", 1, kLatest, buildReduce<reduceLogSumExp, 18>},
    {"ReduceMax", 1, kLatest, buildReduce<reduceMax, 18>},
    {"ReduceMean", 1, kLatest, buildReduce<reduceMean, 18>},
    {"ReduceMin", 1, kLatest, buildReduce<reduceMin, 18>},
    {"ReduceProd", 1, kLatest, buildReduce<reduceProd, 18>},
    {"ReduceSum", 1, kLatest, buildReduce<reduceSum, 13>},
    {"ReduceSumSquare", 1, kLatest, buildReduce<reduceSumSquare, 18>},
};

} // namespace

ArrayRef<OpRow> reduceRows() { return kRows; }

} // namespace opc::onnx
