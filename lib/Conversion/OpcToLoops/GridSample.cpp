//===- GridSample.cpp - loops of grid_sample ------------------------------===//
//
// The last axis of the grid names a position, innermost axis first, with -1 and
// 1 at the ends of the input.
//
//===----------------------------------------------------------------------===//
#include "Rows.h"
#include "Sampling.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

/// Computes one element of the result.
class GridSampleElement {
public:
  GridSampleElement(GridSampleOp op, ValueRange indices, KernelEmitter &e)
      : op(op), e(e), type(accumulatorType(elementType(op.getX()))),
        indices(indices), at(indices), spatial(indices.size() - 2) {
    for (size_t i = 0; i < spatial; ++i)
      addAxis(i);
  }

  Value emit() {
    Value inside = e.boolean(true);
    return narrow(sample(0, inside), elementType(op.getY()));
  }

private:
  struct Axis {
    Scalar extent, low, high; ///< as floats; borders that reflect
    Scalar position;
  };

  bool pads(StringRef mode) { return op.getPadding() == mode; }
  bool isNearest() { return op.getMode() == "nearest"; }

  void addAxis(size_t i) {
    Scalar extent = Scalar(e, e.extent(op.getX(), i + 2)).to(type);
    bool corners = op.getAlignCorners();
    Scalar low = extent.like(corners ? 0 : -0.5);
    Scalar high = corners ? extent - 1 : extent - 0.5;
    Scalar n = gridValue(spatial - 1 - i);
    Scalar x =
        corners ? (n + 1) / 2 * (extent - 1) : ((n + 1) * extent - 1) / 2;
    if (isNearest())
      x = roundEvenOf(x);
    x = padded(x, extent, low, high);
    // Beyond this every tap is outside, as it is here.
    axes.push_back(
        {extent, low, high, finite(x, -8, extent.like(-8), extent + 8)});
  }

  Scalar gridValue(size_t component) {
    SmallVector<Value> from{indices[0]};
    llvm::append_range(from, indices.drop_front(2));
    from.push_back(e.constant(component));
    return widen({e, e.element(op.getGrid(), from)}, elementType(op.getGrid()),
                 type);
  }

  /// A position outside of the borders, brought back as the padding says.
  Scalar padded(Scalar x, Scalar extent, Scalar low, Scalar high) {
    if (pads("zeros"))
      return x;
    if (pads("border"))
      return select((x < low) | (x > high), clamp(x, x.like(0), extent - 1), x);
    return reflected(x, low, high);
  }
  /// Mirrored at the borders until it lies between them.
  Scalar reflected(Scalar x, Scalar low, Scalar high) {
    Scalar range = high - low;
    auto mirror = [&](Scalar beyond, Scalar near, Scalar far, double sign) {
      Scalar times = floorOf(beyond / range);
      Scalar rest = beyond - times * range;
      Scalar isEven = floorOf(times / 2) * 2 == times;
      return select(isEven, near + sign * rest, far - sign * rest);
    };
    return select(x < low, mirror(low - x, low, high, 1),
                  select(x > high, mirror(x - high, high, low, -1), x));
  }

  /// The index that tap `index` of an axis reads; clears `inside` where there
  /// is none.
  Value tapIndex(Scalar index, const Axis &axis, size_t i, Value &inside) {
    Scalar extent(e, e.extent(op.getX(), i + 2));
    Scalar zero = index.like(0);
    if (pads("zeros"))
      inside = e.both(inside, (index >= 0) & (index < extent));
    else if (pads("reflection"))
      index = finite(reflected(index.to(type), axis.low, axis.high), 0,
                     axis.extent.like(0), axis.extent)
                  .toIndex();
    return clamp(index, zero, extent - 1);
  }

  Scalar sample(size_t i, Value inside) {
    if (i == spatial)
      return loaded(inside);
    const Axis &axis = axes[i];
    if (isNearest()) {
      at[i + 2] = tapIndex(axis.position.toIndex(), axis, i, inside);
      return sample(i + 1, inside);
    }
    Filter filter = makeFilter(op.getMode(), -0.75);
    Scalar base = floorOf(axis.position), ratio = axis.position - base;
    Value sum =
        e.fold(e.constant(1 - filter.support), e.constant(1 + filter.support),
               emitZero(type, e), [&](Value tap, ValueRange carried) {
                 Scalar weight = filter.weight(Scalar(e, tap).to(type) - ratio);
                 Value tapInside = inside;
                 at[i + 2] = tapIndex(base.toIndex() + Scalar(e, tap), axis, i,
                                      tapInside);
                 Scalar value = weight * sample(i + 1, tapInside);
                 return SmallVector<Value>{Scalar(e, carried[0]) + value};
               })[0];
    return {e, sum};
  }
  Scalar loaded(Value inside) {
    return {e, e.choose(
                   inside,
                   [&] {
                     return Value(widen({e, e.element(op.getX(), at)},
                                        elementType(op.getX()), type));
                   },
                   [&] { return emitZero(type, e); })};
  }

  GridSampleOp op;
  KernelEmitter &e;
  Type type;
  ValueRange indices;
  SmallVector<Value> at;
  size_t spatial;
  SmallVector<Axis> axes;
};

Value gridSampleElement(Operation *op, ValueRange indices, KernelEmitter &e) {
  return GridSampleElement(cast<GridSampleOp>(op), indices, e).emit();
}

} // namespace

void registerGridSampleLowerings(NestTable &nests) {
  nests["opc.grid_sample"] = perElement(gridSampleElement);
}

} // namespace opc
