//===- RoiAlignLoops.cpp - loops of roi_align -----------------------------===//
//
// Each element pools bilinear samples on a regular grid within its bin. Where
// they lie is the same for all channels, which are the inner loop.
//
//===----------------------------------------------------------------------===//
#include "Rows.h"
#include "SampleTaps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

/// Computes all channels of one bin: [roi, row, column].
class RoiAlignBin {
public:
  RoiAlignBin(RoiAlignOp op, ValueRange bin, KernelEmitter &e)
      : op(op), e(e), type(accumulatorType(elementType(op.getX()))), bin(bin),
        rows(makeAxis(1, op.getHeight())), columns(makeAxis(0, op.getWidth())),
        image(e.checkedIndex(e.element(op.getBatch(), bin[0]),
                             e.extent(op.getX(), 0))) {}

  void emit() {
    e.loop(e.constant(0), e.extent(op.getX(), 1), [&](Value channel) {
      e.store(narrow(pooled(channel), elementType(op.getY())), op.getY(),
              {bin[0], channel, bin[1], bin[2]});
    });
  }

private:
  /// The two elements around a sample along one axis.
  struct Neighbours {
    Value low, high;
    Scalar toLow, toHigh; ///< weights
    Scalar inside;
  };
  struct Axis {
    Scalar extent;  ///< of the input, as a float
    Scalar start;   ///< of the bin
    Scalar step;    ///< between samples
    Scalar samples; ///< how many, an index
    Scalar first;   ///< the samples outside of [first, past) miss the input
    Scalar past;
    Value last; ///< last index into the input
    /// Of each sample, if their number is known and small.
    SmallVector<Neighbours> known;
  };

  Scalar roi(int64_t column) {
    Scalar value(e, e.element(op.getRois(), {bin[0], e.constant(column)}));
    return widen(value, elementType(op.getRois()), type) *
               op.getSpatialScale().convertToDouble() -
           (op.getHalfPixel() ? 0.5 : 0.0);
  }

  /// Of the rows (0 for the columns) of the result, of which there are `bins`.
  Axis makeAxis(int64_t isRow, int64_t bins) {
    constexpr double mostSamples = 1 << 20;
    constexpr int64_t mostKnown = 4;
    Scalar start = roi(isRow);
    Scalar size = roi(isRow + 2) - start;
    if (!op.getHalfPixel())
      size = maximum(size, size.like(1));
    Scalar width = size / bins;
    int64_t ratio = op.getSamplingRatio();
    Scalar samples(e, e.constant(ratio));
    if (ratio <= 0)
      samples = finite(ceilOf(width), 0, width.like(0), width.like(mostSamples))
                    .toIndex();
    Scalar place = Scalar(e, bin[isRow ? 1 : 2]).to(type);
    Value extent = e.extent(op.getX(), isRow ? 2 : 3);
    Axis axis = {Scalar(e, extent).to(type),
                 start + place * width,
                 width / samples.to(type),
                 samples,
                 samples,
                 samples,
                 e.sub(extent, e.constant(1)),
                 {}};
    boundSamples(axis);
    if (ratio <= mostKnown)
      for (int64_t sample = 0; sample < ratio; ++sample)
        axis.known.push_back(neighbours(axis, e.constant(sample)));
    return axis;
  }

  /// Sets first and past, so that a large bin costs no more than the input has
  /// elements; a rounding may let a few samples in that miss it.
  void boundSamples(Axis &axis) {
    Scalar all = axis.samples.to(type), none = all.like(0);
    auto sampleAt = [&](Scalar x) {
      return (x - axis.start) / axis.step - 0.5;
    };
    Scalar low = sampleAt(axis.extent.like(-1)), high = sampleAt(axis.extent);
    auto slack = [&](Scalar sample) { return absOf(sample) * 1e-6 + 2; };
    Scalar least = minimum(low, high), most = maximum(low, high);
    axis.first = finite(floorOf(least - slack(least)), 0, none, all).toIndex();
    Scalar past = ceilOf(most + slack(most));
    past = select(past == past, past, all);
    axis.past = finite(past, 0, none, all).toIndex();
  }

  Neighbours neighbours(const Axis &axis, Value sample) {
    Scalar x = axis.start + (Scalar(e, sample).to(type) + 0.5) * axis.step;
    Scalar inside = (x >= -1) & (x <= axis.extent) & (axis.extent > 0);
    Scalar onEdge = finite(x, 0, x.like(0), axis.extent - 1);
    Scalar low = floorOf(onEdge).toIndex();
    Scalar ratio = onEdge - low.to(type);
    return {low, minimum(low + 1, {e, axis.last}), 1 - ratio, ratio, inside};
  }

  bool isMax() { return op.getMode() == "max"; }

  /// Adds a sample to what is pooled; `isFirst` (i1) where that is nothing.
  Value add(Scalar pooled, Scalar isFirst, Scalar sample) {
    return isMax() ? select(isFirst, sample, maximum(pooled, sample))
                   : pooled + sample;
  }
  Value pooledOverKnown(Value channel) {
    Scalar sum(e, emitZero(type, e)), isFirst(e, e.boolean(true));
    for (const Neighbours &row : rows.known)
      for (const Neighbours &column : columns.known) {
        sum = {e, add(sum, isFirst, sample(channel, row, column))};
        isFirst = {e, e.boolean(false)};
      }
    return sum;
  }
  Value pooledOverAll(Value channel) {
    Scalar isWhole = (rows.first == 0) & (rows.past == rows.samples) &
                     (columns.first == 0) & (columns.past == columns.samples);
    auto overRow = [&](Value row, ValueRange outer) {
      Neighbours y = neighbours(rows, row);
      return e.fold(columns.first, columns.past, outer,
                    [&](Value column, ValueRange inner) {
                      // What misses the input counts as 0.
                      Scalar isFirst = isWhole & (Scalar(e, row) == 0) &
                                       (Scalar(e, column) == 0);
                      Neighbours x = neighbours(columns, column);
                      return SmallVector<Value>{
                          add({e, inner[0]}, isFirst, sample(channel, y, x))};
                    });
    };
    return e.fold(rows.first, rows.past, emitZero(type, e), overRow)[0];
  }
  Scalar pooled(Value channel) {
    Scalar result(e, rows.known.empty() ? pooledOverAll(channel)
                                        : pooledOverKnown(channel));
    if (isMax())
      return result;
    Scalar count =
        maximum(rows.samples * columns.samples, rows.samples.like(1));
    return result / count.to(type);
  }

  /// The bilinear sample, or for `max` the greatest of its four terms; 0
  /// outside.
  Scalar sample(Value channel, const Neighbours &y, const Neighbours &x) {
    auto term = [&](Value yIndex, Scalar yWeight, Value xIndex,
                    Scalar xWeight) {
      Scalar value(e, e.element(op.getX(), {image, channel, yIndex, xIndex}));
      return yWeight * xWeight * widen(value, elementType(op.getX()), type);
    };
    auto all = [&]() -> Value {
      Scalar a = term(y.low, y.toLow, x.low, x.toLow);
      Scalar b = term(y.low, y.toLow, x.high, x.toHigh);
      Scalar c = term(y.high, y.toHigh, x.low, x.toLow);
      Scalar d = term(y.high, y.toHigh, x.high, x.toHigh);
      return isMax() ? maximum(maximum(maximum(a, b), c), d) : a + b + c + d;
    };
    return {e, e.choose(y.inside & x.inside, all,
                        [&] { return emitZero(type, e); })};
  }

  RoiAlignOp op;
  KernelEmitter &e;
  Type type;
  ValueRange bin;
  Axis rows, columns;
  Value image;
};

void roiAlignBin(Operation *op, ValueRange bin, KernelEmitter &e) {
  RoiAlignBin(cast<RoiAlignOp>(op), bin, e).emit();
}

} // namespace

void registerRoiAlignLowerings(NestTable &nests) {
  nests["opc.roi_align"] = perPoint(roiAlignBin);
}

} // namespace opc
