//===- PoolLoops.cpp - loops of pooling
//-------------------------------------===//
//
// One accumulator for each window, over its elements in row-major order.
//
//===----------------------------------------------------------------------===//
#include "CombinedAxes.h"
#include "Scalar.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

/// How many elements a mean divides by: those of the window inside of x, or,
/// where padding counts, inside of x and its padding.
Value divisor(PoolOp pool, CombinedAxes &axes, ValueRange indices,
              KernelEmitter &e) {
  const Dims dims = e.env.dims(pool.getX());
  size_t first = layoutAxes(pool.getLayout(), dims.size()).firstSpatial;
  Scalar count(e, e.constant(1));
  for (size_t i = 0; i < pool.getKernel().size(); ++i) {
    CombinedAxes::Range range = axes.range(i);
    if (pool.getCountPadding()) {
      Scalar start = Scalar(e, indices[first + i]) * pool.getStrides()[i];
      Scalar end = Scalar(e, e.expr(dims[first + i])) +
                   (pool.getPadHigh()[i] + pool.getPadLow()[i]) - start;
      range = {e.constant(0), e.min(stepsBelow(end, pool.getDilations()[i], e),
                                    e.constant(pool.getKernel()[i]))};
    }
    count = count * (Scalar(e, range.last) - Scalar(e, range.first));
  }
  return count;
}

Value poolElement(Operation *op, ValueRange indices, KernelEmitter &e) {
  auto pool = cast<PoolOp>(op);
  Type element = elementType(pool.getX());
  bool isMax = pool.getKind() == "max";
  CombinedAxes axes(op, indices, e);
  Type type = arithmeticType(element);
  Value initial = isMax ? extremeValue(/*greatest=*/false, element, e)
                        : emitZero(computeType(type), e);
  SmallVector<Value> total = axes.fold(
      axes.extents().size(), initial, [&](ValueRange at, ValueRange carried) {
        Value wide = widen({e, axes.read(0, at)}, element, computeType(type));
        return SmallVector<Value>{
            emitArith(e.b, e.loc, isMax ? ScalarArith::Max : ScalarArith::Add,
                      type, {carried[0], wide})};
      });
  Scalar result(e, total[0]);
  if (pool.getKind() == "mean") {
    Scalar count(e, divisor(pool, axes, indices, e));
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
  CombinedAxes axes(op, indices, e);
  // -1 stands for none yet; a window without elements gives 0.
  Value none = e.constant(-1);
  Value least = narrow({e, extremeValue(false, element, e)}, element);
  SmallVector<Value> best = axes.fold(
      axes.extents().size(), {least, none},
      [&](ValueRange taps, ValueRange carried) {
        SmallVector<Value> at = axes.place(0, taps);
        Value next = axes.read(0, taps);
        Scalar better(e, emitCompare(e.b, e.loc, ScalarPredicate::Greater,
                                     x.getType(), {next, carried[0]}));
        Scalar taken = better | (Scalar(e, carried[1]) == -1);
        // The maximum is a NaN where there is one; of several, the last.
        if (isa<FloatType>(element))
          taken = taken | Scalar(e, emitIsNan(e.b, e.loc, next));
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
