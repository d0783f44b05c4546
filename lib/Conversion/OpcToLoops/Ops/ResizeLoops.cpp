//===- ResizeLoops.cpp - loops of resize
//---------------------------------------===//
//
// Axis by axis: an output index becomes a position in the input, around which a
// filter weighs elements. Positions and weights are computed in f64, positions
// with one rounding, so that it decides no nearest element.
//
//===----------------------------------------------------------------------===//
#include "Rows.h"
#include "SampleTaps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

/// One resampled axis: extents and scale as f64.
struct ResampledAxis {
  size_t axis;
  Scalar in, out; ///< extents
  Scalar width;   ///< in * scale, before it was rounded down to `out`
  Scalar scale;
  double roiStart, roiEnd;
};

using Coordinate = Scalar (*)(Scalar x, const ResampledAxis &a);

// One division of exact numbers, so that a position at an element or midway
// between two comes out as exactly that; x / scale is x * in / width.
Scalar halfPixel(Scalar x, const ResampledAxis &a) {
  return ((x * 2 + 1) * a.in - a.width) / (a.width * 2);
}
Scalar halfPixelSymmetric(Scalar x, const ResampledAxis &a) {
  return ((x * 2 + 1 + (a.width - a.out)) * a.in - a.width) / (a.width * 2);
}
Scalar pytorchHalfPixel(Scalar x, const ResampledAxis &a) {
  return select(a.width == 1, x.like(0), halfPixel(x, a));
}
Scalar alignCorners(Scalar x, const ResampledAxis &a) {
  return select(a.width == 1, x.like(0), x * (a.in - 1) / (a.width - 1));
}
Scalar asymmetric(Scalar x, const ResampledAxis &a) {
  return x * a.in / a.width;
}
/// Not used of a scale of 1, by which axes stay as they are.
Scalar halfPixelForNearest(Scalar x, const ResampledAxis &a) {
  return select(a.width == a.in, x, (x * 2 + 1) * a.in / (a.width * 2));
}
Scalar cropAndResize(Scalar x, const ResampledAxis &a) {
  double size = a.roiEnd - a.roiStart;
  Scalar one = size * (a.in - 1) / 2;
  Scalar many = x * size * (a.in - 1) / (a.width - 1);
  return select(a.width == 1, one, many) + a.roiStart * (a.in - 1);
}

Coordinate coordinateOf(StringRef name) {
  return llvm::StringSwitch<Coordinate>(name)
      .Case("half_pixel", halfPixel)
      .Case("half_pixel_symmetric", halfPixelSymmetric)
      .Case("pytorch_half_pixel", pytorchHalfPixel)
      .Case("align_corners", alignCorners)
      .Case("asymmetric", asymmetric)
      .Case("tf_half_pixel_for_nn", halfPixelForNearest)
      .Default(cropAndResize);
}

Scalar roundedTo(StringRef rounding, Scalar x) {
  if (rounding == "round_prefer_floor")
    return ceilOf(x - 0.5);
  if (rounding == "round_prefer_ceil")
    return floorOf(x + 0.5);
  return rounding == "floor" ? floorOf(x) : ceilOf(x);
}

/// Computes one element of the result.
class ResizeElement {
public:
  ResizeElement(ResizeOp op, ValueRange indices, KernelEmitter &e)
      : op(op), e(e), f64(e.b.getF64Type()), at(indices),
        inside(e.boolean(true)) {
    for (size_t i = 0; i < op.getAxes().size(); ++i)
      addAxis(i);
  }

  Value emit() {
    Type element = elementType(op.getX());
    Value value = e.choose(
        inside, [&] { return Value(interpolate(0)); },
        [&] {
          Scalar like(e, emitZero(f64, e));
          return Value(like.like(op.getExtrapolation().convertToDouble()));
        });
    if (op.getMode() == "nearest" && !isCropped())
      return value;
    if (isa<IntegerType>(element))
      value = roundEvenOf({e, value});
    return emitCast(e.b, e.loc, value, f64, element, /*saturate=*/true);
  }

private:
  bool isCropped() { return op.getCoordinates() == "tf_crop_and_resize"; }

  Scalar wide(Value index) { return Scalar(e, index).to(f64); }

  void addAxis(size_t i) {
    size_t axis = op.getAxes()[i], count = op.getAxes().size();
    Scalar in = wide(e.extent(op.getX(), axis));
    Scalar out = wide(e.extent(op.getY(), axis));
    Scalar given(e, e.element(op.getScales(), {e.constant(i)}));
    // A scale of f32 that means out / in is taken as exactly that; a crop has
    // as many places as the result has elements.
    Scalar width = given.to(f64) * in;
    Scalar exact = isCropped() ? Scalar(e, e.boolean(true))
                               : absOf(width - out) <= out * 1e-6;
    ArrayRef<double> roi = op.getRoi();
    bool hasRoi = roi.size() == 2 * count;
    axes.push_back({axis, in, out, select(exact, out, width),
                    select(exact, out / in, given.to(f64)), hasRoi ? roi[i] : 0,
                    hasRoi ? roi[count + i] : 1});
    Scalar x = coordinateOf(op.getCoordinates())(wide(at[axis]), axes.back());
    // Scales of f64 are rounded quotients: what is that close is meant.
    Scalar close = roundEvenOf(x * 2) / 2;
    if (given.type() == f64)
      x = select(absOf(x - close) <= 1e-11, close, x);
    if (isCropped())
      inside = e.both(inside, (x >= 0) & (x <= in - 1));
    // Beyond this all elements are those of the edge.
    positions.push_back(finite(x, 0, -8 - in, in * 2 + 8));
  }

  /// An index that may lie outside of the input, moved to its edge.
  Value onEdge(Scalar index, size_t i) {
    Scalar last = Scalar(e, e.extent(op.getX(), axes[i].axis)) - 1;
    return clamp(index, index.like(0), last);
  }

  /// The value at the positions of axes `i` and after; `at` holds those before.
  Scalar interpolate(size_t i) {
    if (i == axes.size())
      return loaded();
    if (op.getMode() == "nearest") {
      at[axes[i].axis] =
          onEdge(roundedTo(op.getRounding(), positions[i]).toIndex(), i);
      return interpolate(i + 1);
    }
    return filtered(i);
  }
  Scalar loaded() {
    Scalar value(e, e.element(op.getX(), at));
    if (op.getMode() == "nearest" && !isCropped())
      return value;
    return widen(value, elementType(op.getX()), f64);
  }

  /// Sum of weight * value over the taps around position i, divided by the sum
  /// of weights where they need not add up to 1.
  Scalar filtered(size_t i) {
    Filter filter =
        makeFilter(op.getMode(), op.getCubicCoefficient().convertToDouble());
    Scalar x = positions[i], one = x.like(1);
    Scalar shrink = op.getAntialias() ? minimum(axes[i].scale, one) : one;
    Scalar base = floorOf(x), ratio = x - base;
    Value first = e.constant(1 - filter.support);
    if (op.getAntialias())
      first = (floorOf(double(-filter.support) / shrink) + 1).toIndex();
    Value end = e.sub(e.constant(2), first);
    Value zero = emitZero(f64, e);
    SmallVector<Value> sums =
        e.fold(first, end, {zero, zero}, [&](Value tap, ValueRange carried) {
          Scalar index = base.toIndex() + Scalar(e, tap);
          Scalar weight = filter.weight((wide(tap) - ratio) * shrink);
          if (op.getExcludeOutside())
            weight = select(isInside(index, i), weight, weight.like(0));
          at[axes[i].axis] = onEdge(index, i);
          Scalar value = weight * interpolate(i + 1);
          return SmallVector<Value>{Scalar(e, carried[0]) + value,
                                    Scalar(e, carried[1]) + weight};
        });
    Scalar total(e, sums[0]), weights(e, sums[1]);
    if (!op.getAntialias() && !op.getExcludeOutside())
      return total;
    return total / select(weights == 0, one, weights);
  }
  Scalar isInside(Scalar index, size_t i) {
    Scalar extent(e, e.extent(op.getX(), axes[i].axis));
    return (index >= 0) & (index < extent);
  }

  ResizeOp op;
  KernelEmitter &e;
  Type f64;
  SmallVector<Value> at;
  Value inside;
  SmallVector<ResampledAxis> axes;
  SmallVector<Scalar> positions;
};

Value resizeElement(Operation *op, ValueRange indices, KernelEmitter &e) {
  return ResizeElement(cast<ResizeOp>(op), indices, e).emit();
}

} // namespace

void registerResizeLowerings(NestTable &nests) {
  nests["opc.resize"] = perElement(resizeElement);
}

} // namespace opc
