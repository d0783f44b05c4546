//===- PoolLoops.cpp - loops of pooling
//-------------------------------------===//
//
// One accumulator for each window, over its elements in row-major order.
//
//===----------------------------------------------------------------------===//
#include "Scalar.h"
#include "WindowRange.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

template <typename Op>
SmallVector<WindowRange> rangesOf(Op op, size_t firstSpatial,
                                  ValueRange indices, KernelEmitter &e) {
  const Dims dims = e.env.dims(op.getX());
  SmallVector<WindowRange> ranges;
  for (auto [i, taps] : llvm::enumerate(op.getKernel()))
    ranges.push_back(windowRange(windowOf(op), i, indices[firstSpatial + i],
                                 e.constant(taps),
                                 e.expr(dims[firstSpatial + i]), e));
  return ranges;
}

SmallVector<Value> windowIndices(ArrayRef<WindowRange> ranges,
                                 size_t firstSpatial, ValueRange indices,
                                 ValueRange taps, KernelEmitter &e) {
  SmallVector<Value> from(indices);
  for (size_t i = 0; i < taps.size(); ++i)
    from[firstSpatial + i] = ranges[i].position(taps[i], e);
  return from;
}

/// How many elements a mean divides by: those of the window inside of x, or,
/// where padding counts, inside of x and its padding.
Value divisor(PoolOp pool, ArrayRef<WindowRange> ranges, size_t firstSpatial,
              KernelEmitter &e) {
  const Dims dims = e.env.dims(pool.getX());
  Scalar count(e, e.constant(1));
  for (auto [i, range] : llvm::enumerate(ranges)) {
    Scalar first(e, range.first), last(e, range.last);
    if (pool.getCountPadding()) {
      Scalar end = Scalar(e, e.expr(dims[firstSpatial + i])) +
                   pool.getPadHigh()[i] - Scalar(e, range.start);
      Scalar below(
          e, e.ceilDiv(maximum(end, end.like(0)), e.constant(range.dilation)));
      first = first.like(0);
      last = minimum(below, below.like(double(pool.getKernel()[i])));
    }
    count = count * (last - first);
  }
  return count;
}

Value poolElement(Operation *op, ValueRange indices, KernelEmitter &e) {
  auto pool = cast<PoolOp>(op);
  Value x = pool.getX();
  Type element = elementType(x);
  bool isMax = pool.getKind() == "max";
  size_t firstSpatial =
      layoutAxes(pool.getLayout(), indices.size()).firstSpatial;
  SmallVector<WindowRange> ranges = rangesOf(pool, firstSpatial, indices, e);
  Type type = arithmeticType(element);
  Value initial = isMax ? extremeValue(/*greatest=*/false, element, e)
                        : emitZero(computeType(type), e);
  SmallVector<Value> total =
      foldWindow(ranges, initial, e, [&](ValueRange taps, ValueRange carried) {
        Value next =
            e.element(x, windowIndices(ranges, firstSpatial, indices, taps, e));
        Value wide = widen({e, next}, element, computeType(type));
        return SmallVector<Value>{
            emitArith(e.b, e.loc, isMax ? ScalarArith::Max : ScalarArith::Add,
                      type, {carried[0], wide})};
      });
  Scalar result(e, total[0]);
  if (pool.getKind() == "mean") {
    Scalar count(e, divisor(pool, ranges, firstSpatial, e));
    result = {e, emitArith(e.b, e.loc, ScalarArith::Div, type,
                           {result, count.to(result.type())})};
  }
  return narrow(result, element);
}

/// The row-major position of `at` in x, spatial axes reversed for column-major.
Value flatPosition(MaxPoolIndicesOp pool, ArrayRef<Value> at,
                   KernelEmitter &e) {
  Dims dims = e.env.dims(pool.getX());
  SmallVector<Value> indices(at);
  if (pool.getColumnMajor()) {
    std::reverse(dims.begin() + 2, dims.end());
    std::reverse(indices.begin() + 2, indices.end());
  }
  return e.linearize(indices, dims);
}

Value maxPoolIndex(Operation *op, ValueRange indices, KernelEmitter &e) {
  auto pool = cast<MaxPoolIndicesOp>(op);
  Value x = pool.getX();
  Type element = elementType(x);
  constexpr size_t firstSpatial = 2;
  SmallVector<WindowRange> ranges = rangesOf(pool, firstSpatial, indices, e);
  // -1 stands for none yet; a window without elements gives 0.
  Value none = e.constant(-1);
  Value least = narrow({e, extremeValue(false, element, e)}, element);
  SmallVector<Value> best = foldWindow(
      ranges, {least, none}, e, [&](ValueRange taps, ValueRange carried) {
        SmallVector<Value> at =
            windowIndices(ranges, firstSpatial, indices, taps, e);
        Value next = e.element(x, at);
        Scalar better(e, emitCompare(e.b, e.loc, ScalarPredicate::Greater,
                                     x.getType(), {next, carried[0]}));
        Scalar taken = better | (Scalar(e, carried[1]) == -1);
        return SmallVector<Value>{
            select(taken, {e, next}, {e, carried[0]}),
            select(taken, {e, flatPosition(pool, at, e)}, {e, carried[1]})};
      });
  Scalar position = maximum({e, best[1]}, {e, e.constant(0)});
  return position.to(elementType(pool.getY()));
}

} // namespace

void registerPoolLowerings(NestTable &nests) {
  nests["opc.pool"] = perElement(poolElement);
  nests["opc.max_pool_indices"] = perElement(maxPoolIndex);
}

} // namespace opc
