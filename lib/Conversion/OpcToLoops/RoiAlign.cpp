//===- RoiAlign.cpp - loops of roi_align ----------------------------------===//
//
// Each element pools bilinear samples on a regular grid within its bin.
//
//===----------------------------------------------------------------------===//
#include "Rows.h"
#include "Sampling.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

/// Computes one element [roi, channel, row, column] of the result.
class RoiAlignElement {
public:
  RoiAlignElement(RoiAlignOp op, ValueRange indices, KernelEmitter &e)
      : op(op), e(e), type(accumulatorType(elementType(op.getX()))),
        indices(indices), rows(makeAxis(2, 1, op.getHeight())),
        columns(makeAxis(3, 0, op.getWidth())),
        image(e.checkedIndex(e.element(op.getBatch(), indices[0]),
                             e.extent(op.getX(), 0))) {}

  Value emit() {
    bool isMax = op.getMode() == "max";
    Scalar zero(e, emitZero(type, e));
    Value none = e.constant(0);
    SmallVector<Value> pooled = e.fold(
        none, rows.samples, Value(zero), [&](Value row, ValueRange outer) {
          return e.fold(none, columns.samples, outer,
                        [&](Value column, ValueRange inner) {
                          Scalar next = sample(row, column, isMax);
                          Scalar first =
                              (Scalar(e, row) == 0) & (Scalar(e, column) == 0);
                          Scalar sum(e, inner[0]);
                          return SmallVector<Value>{
                              isMax ? select(first, next, maximum(sum, next))
                                    : sum + next};
                        });
        });
    Scalar result(e, pooled[0]);
    if (!isMax) {
      Scalar count =
          maximum(rows.samples * columns.samples, rows.samples.like(1));
      result = result / count.to(type);
    }
    return narrow(result, elementType(op.getY()));
  }

private:
  struct Axis {
    Scalar extent;  ///< of the input, as a float
    Scalar start;   ///< of the bin
    Scalar step;    ///< between samples
    Scalar samples; ///< how many, an index
    Value last;     ///< last index into the input
  };

  Scalar roi(int64_t column) {
    Scalar value(e, e.element(op.getRois(), {indices[0], e.constant(column)}));
    return widen(value, elementType(op.getRois()), type) *
               op.getSpatialScale().convertToDouble() -
           (op.getHalfPixel() ? 0.5 : 0.0);
  }

  Axis makeAxis(size_t axis, int64_t column, int64_t bins) {
    constexpr double mostSamples = 1 << 20;
    Scalar start = roi(column);
    Scalar size = roi(column + 2) - start;
    if (!op.getHalfPixel())
      size = maximum(size, size.like(1));
    Scalar bin = size / bins;
    Scalar samples(e, e.constant(int64_t(op.getSamplingRatio())));
    if (int64_t(op.getSamplingRatio()) <= 0)
      samples =
          finite(ceilOf(bin), 0, bin.like(0), bin.like(mostSamples)).toIndex();
    Scalar binIndex = Scalar(e, indices[axis]).to(type);
    Value extent = e.extent(op.getX(), axis);
    return {Scalar(e, extent).to(type), start + binIndex * bin,
            bin / samples.to(type), samples, e.sub(extent, e.constant(1))};
  }

  struct Neighbours {
    Value low, high;
    Scalar toLow, toHigh; ///< weights
    Scalar inside;
  };
  Neighbours neighbours(const Axis &axis, Value sample) {
    Scalar x = axis.start + (Scalar(e, sample).to(type) + 0.5) * axis.step;
    Scalar inside = (x >= -1) & (x <= axis.extent);
    Scalar onEdge = finite(x, 0, x.like(0), axis.extent - 1);
    Scalar low = floorOf(onEdge).toIndex();
    Scalar ratio = onEdge - low.to(type);
    return {low, minimum(low + 1, {e, axis.last}), 1 - ratio, ratio, inside};
  }

  /// The bilinear sample, or for `max` the greatest of its four terms; 0
  /// outside.
  Scalar sample(Value row, Value column, bool isMax) {
    Neighbours y = neighbours(rows, row), x = neighbours(columns, column);
    auto term = [&](Value yIndex, Scalar yWeight, Value xIndex,
                    Scalar xWeight) {
      Scalar value(e,
                   e.element(op.getX(), {image, indices[1], yIndex, xIndex}));
      return yWeight * xWeight * widen(value, elementType(op.getX()), type);
    };
    auto all = [&]() -> Value {
      Scalar a = term(y.low, y.toLow, x.low, x.toLow);
      Scalar b = term(y.low, y.toLow, x.high, x.toHigh);
      Scalar c = term(y.high, y.toHigh, x.low, x.toLow);
      Scalar d = term(y.high, y.toHigh, x.high, x.toHigh);
      return isMax ? maximum(maximum(maximum(a, b), c), d) : a + b + c + d;
    };
    return {e, e.choose(y.inside & x.inside, all,
                        [&] { return emitZero(type, e); })};
  }

  RoiAlignOp op;
  KernelEmitter &e;
  Type type;
  ValueRange indices;
  Axis rows, columns;
  Value image;
};

Value roiAlignElement(Operation *op, ValueRange indices, KernelEmitter &e) {
  return RoiAlignElement(cast<RoiAlignOp>(op), indices, e).emit();
}

} // namespace

void registerRoiAlignLowerings(NestTable &nests) {
  nests["opc.roi_align"] = perElement(roiAlignElement);
}

} // namespace opc
