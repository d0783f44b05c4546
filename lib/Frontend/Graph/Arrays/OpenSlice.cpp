//===- OpenSlice.cpp - slices whose axes or steps only a run knows --------===//
//
// The lists become vectors with one entry for each axis that may be sliced: of
// those that are named, or of all where only the run knows the names. What is
// taken of an axis is computed as Slicing.cpp does, in integers of the
// program instead of extents. A step that is not 1 everywhere makes of each
// axis a gather of start + i * step.
//
//===----------------------------------------------------------------------===//
#include "opc/Frontend/Graph/Arrays/OpenSlice.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

AffineExpr SliceLists::count(Emitter &n) const {
  for (Value list : {axes, starts, ends, steps})
    if (list && constantOf(n.size(list)))
      return n.size(list);
  return n.size(axes ? axes : starts);
}

void requireEntries(Emitter &n, StringRef name, AffineExpr count,
                    AffineExpr starts) {
  n.requireEqual(count, starts,
                 formatv("{0} has {{0} entries, starts {{1}", name).str());
}

void SliceLists::requireEven(Emitter &n) const {
  const std::pair<StringRef, Value> others[] = {
      {"ends", ends}, {"axes", axes}, {"steps", steps}};
  for (auto [name, list] : others)
    if (list)
      requireEntries(n, name, n.size(list), n.size(starts));
}

namespace {

/// A list as a vector of `count` i64; null for null.
Value listAs(Emitter &n, Value list, AffineExpr count) {
  return list ? n.reshape(n.cast(list, n.i64Type()), {count}) : Value();
}

Value number(Emitter &n, int64_t value) {
  return n.scalarInt(n.i64Type(), value);
}

/// What is negative counts from the end of `extents`.
Value fromFront(Emitter &n, Value places, Value extents) {
  Value isBack = n.compare<LessOp>(places, number(n, 0));
  return n.select(isBack, n.add(places, extents), places);
}

/// The axes from the front; the run refuses what is outside of `rank`.
Value checkedAxes(Emitter &n, Value axes, int64_t rank) {
  std::string text = formatv("axis {0} is outside of rank {1}", "{0}", rank);
  // Lists may be empty.
  Value least = n.min(n.reduce("min", axes, {0}, false), number(n, -rank));
  Value most = n.max(n.reduce("max", axes, {0}, false), number(n, rank - 1));
  n.bindElement(least, 0, -rank, text);
  AffineExpr last = n.bindElement(most, 0, rank - 1);
  n.requireAtMost(last, n.expr(rank - 1), text);
  return fromFront(n, axes, number(n, rank));
}

/// Entries by the axis of the data that they are for.
struct ByAxis {
  Emitter &n;
  AffineExpr count;
  /// [count, rank] and [rank].
  Value isFor, isGiven;

  ByAxis(Emitter &n, Value axes, int64_t rank) : n(n), count(n.dim(axes, 0)) {
    AffineExpr all = n.expr(rank);
    Value each = n.iota(n.i64Type(), 0, {all});
    Value column = n.reshape(checkedAxes(n, axes, rank), {count, n.expr(1)});
    isFor = n.compare<EqualOp>(column, n.reshape(each, {n.expr(1), all}));
    Value times = n.reduce("sum", n.cast(isFor, n.i64Type()), {0}, false);
    isGiven = n.compare<GreaterOp>(times, number(n, 0));
    Value again = n.compare<GreaterOp>(times, number(n, 1));
    Value none = number(n, -1);
    Value twice = n.reduce("max", n.select(again, each, none), {0}, false);
    AffineExpr axis = n.bindElement(n.max(twice, none), 0, -1);
    n.requireAtMost(axis, n.expr(-1), "axis {0} is given twice");
  }

  /// The entries of `list` in order of the axes, `absent` where there is none.
  Value of(Value list, Value absent) const {
    Value column = n.reshape(list, {count, n.expr(1)});
    Value terms = n.select(isFor, column, number(n, 0));
    return n.select(isGiven, n.reduce("sum", terms, {0}, false), absent);
  }
};

/// Steps that are not 0, within what extents can be.
Value checkedSteps(Emitter &n, Value steps) {
  std::optional<Ints> known = n.constants(steps);
  if (known && llvm::is_contained(*known, 0))
    n.fail(kZeroStep);
  Value isStep = n.unary<AbsOp>(n.unary<SignOp>(steps));
  Value least = n.reduce("min", isStep, {0}, false);
  n.bindElement(n.min(least, number(n, 1)), 0, 1, kZeroStep);
  return n.min(n.max(steps, number(n, -kLargestExtent)),
               number(n, kLargestExtent));
}

/// What is taken of each axis: vectors. No steps: all are 1.
struct Spans {
  Value starts, counts, steps;
};

Spans spansOf(Emitter &n, Value extents, Value starts, Value ends,
              Value steps) {
  Value zero = number(n, 0);
  Value by = steps ? steps : number(n, 1);
  // Backwards, an end lies one before the first element at least, and a start
  // on the last at most.
  Value before = n.select(n.compare<LessOp>(by, zero), number(n, -1), zero);
  Value last = n.add(extents, before);
  Value start = n.max(fromFront(n, starts, extents), zero);
  start = n.min(start, last);
  Value end = n.min(n.max(fromFront(n, ends, extents), before), last);
  // Rounded away from 0.
  Value length = n.add(n.sub(end, start), n.sub(by, n.unary<SignOp>(by)));
  return {start, n.max(n.div(length, by), zero), steps};
}

/// x with the part of one axis that entry i of the spans says.
Value taken(Emitter &n, Value x, int64_t axis, const Spans &spans, int64_t i) {
  AffineExpr count = n.bindElement(spans.counts, i, 0);
  if (!spans.steps)
    return n.slice(x, axis, n.bindElement(spans.starts, i, 0), count);
  auto entry = [&](Value list) {
    return n.slice(list, 0, n.expr(i), n.expr(1));
  };
  Value offsets = n.mul(n.iota(n.i64Type(), 0, {count}), entry(spans.steps));
  return n.gather(x, n.add(offsets, entry(spans.starts)), axis);
}

bool areOnes(Emitter &n, Value steps) {
  std::optional<Ints> known = n.constants(steps);
  return known && llvm::all_of(*known, [](int64_t step) { return step == 1; });
}

} // namespace

Value openSlice(Emitter &n, Value x, SliceLists lists) {
  AffineExpr count = lists.count(n);
  Value starts = listAs(n, lists.starts, count);
  Value ends = listAs(n, lists.ends, count);
  Value axes = listAs(n, lists.axes, count);
  Value steps = listAs(n, lists.steps, count);
  if (steps)
    steps = areOnes(n, steps) ? Value() : checkedSteps(n, steps);
  if (n.failed())
    return {};
  if (!axes)
    axes = n.iota(n.i64Type(), 0, {count});
  std::optional<Ints> names = n.constants(axes);
  Ints sliced = names ? n.axesIn(*names, n.rank(x)) : axesUpTo(n.rank(x));
  Dims extents;
  for (int64_t axis : sliced)
    extents.push_back(n.dim(x, axis));
  Value whole = n.extents(extents);
  if (!names) {
    ByAxis byAxis(n, axes, n.rank(x));
    starts = byAxis.of(starts, number(n, 0));
    ends = byAxis.of(ends, whole);
    steps = steps ? byAxis.of(steps, number(n, 1)) : steps;
  }
  Spans spans = spansOf(n, whole, starts, ends, steps);
  for (auto [i, axis] : llvm::enumerate(sliced))
    x = taken(n, x, axis, spans, i);
  return x;
}

} // namespace opc::graph
