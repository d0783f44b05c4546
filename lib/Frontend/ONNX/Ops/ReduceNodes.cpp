//===- ReduceNodes.cpp - reductions, running sums, extremes ---------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Arrays/Reduction.h"

using namespace mlir;

namespace opc::onnx {
namespace {

/// Axes are an attribute before opset `asInput`, an input from then on.
std::optional<Reduction> readReduction(Node &n, int64_t asInput) {
  Reduction r;
  r.x = n.need(0);
  r.keepdims = n.flag("keepdims", true);
  std::optional<Ints> axes = n.axesOf(asInput);
  bool none = !axes || axes->empty();
  bool keepsAll = n.flag("noop_with_empty_axes", false);
  if (none && !keepsAll)
    axes = axesUpTo(n.rank(r.x));
  r.axes = n.axesIn(axes.value_or(Ints()), n.rank(r.x));
  if (n.failed())
    return std::nullopt;
  return r;
}

Value reduceMax(Emitter &n, const Reduction &r) {
  return reduceExtreme(n, r, "max");
}
Value reduceMin(Emitter &n, const Reduction &r) {
  return reduceExtreme(n, r, "min");
}
Value reduceSum(Emitter &n, const Reduction &r) {
  return n.reduce("sum", r.x, r.axes, r.keepdims);
}
Value reduceProd(Emitter &n, const Reduction &r) {
  return n.reduce("prod", r.x, r.axes, r.keepdims);
}
Value reduceMean(Emitter &n, const Reduction &r) {
  return n.mean(r.x, r.axes, r.keepdims);
}

using Reducer = Value (*)(Emitter &, const Reduction &);
template <Reducer reducer, int64_t asInput> void buildReduce(Node &n) {
  if (std::optional<Reduction> r = readReduction(n, asInput))
    n.out(0, reducer(n, *r));
}

void buildArg(Node &n, StringRef kind) {
  Value x = n.need(0);
  int64_t axis = n.axisIn(n.integer("axis", 0), n.rank(x));
  n.out(0, argExtreme(n, x,
                      {kind, axis, n.flag("keepdims", true),
                       n.flag("select_last_index", false)}));
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
