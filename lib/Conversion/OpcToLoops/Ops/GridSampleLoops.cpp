//===- GridSampleLoops.cpp - loops of grid_sample
//------------------------------===//
//
// The last axis of the grid names a position, innermost axis first, with -1 and
// 1 at the ends of the input. Where a point's taps lie is the same for all
// channels, which are the inner loop.
//
//===----------------------------------------------------------------------===//
#include "Rows.h"
#include "SampleTaps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

/// Computes all channels of the result at one point: [batch, spatial...].
class GridSamplePoint {
public:
  GridSamplePoint(GridSampleOp op, ValueRange point, KernelEmitter &e)
      : op(op), e(e), type(accumulatorType(elementType(op.getX()))),
        point(point), spatial(point.size() - 1) {
    for (size_t i = 0; i < spatial; ++i)
      axes.push_back(makeAxis(i));
  }

  void emit() {
    e.loop(e.constant(0), e.extent(op.getX(), 1), [&](Value channel) {
      at = {point[0], channel};
      Value sum = sample(e.boolean(true));
      SmallVector<Value> to{point[0], channel};
      llvm::append_range(to, point.drop_front());
      e.store(narrow({e, sum}, elementType(op.getY())), op.getY(), to);
    });
  }

private:
  /// An element along one axis that counts.
  struct Tap {
    Value index;
    std::optional<Scalar> weight; ///< none for 1
    Value inside;                 ///< i1
  };
  using Axis = SmallVector<Tap>;
  /// How an axis is extended beyond its ends.
  struct Borders {
    Scalar extent, low, high; ///< as floats; borders that reflect
  };

  bool pads(StringRef mode) { return op.getPadding() == mode; }
  bool isNearest() { return op.getMode() == "nearest"; }

  Axis makeAxis(size_t i) {
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
    x = finite(x, -8, extent.like(-8), extent + 8);
    return makeTaps(x, {extent, low, high}, i);
  }
  Axis makeTaps(Scalar x, const Borders &borders, size_t i) {
    if (isNearest())
      return {makeTap(x.toIndex(), std::nullopt, borders, i)};
    Filter filter = makeFilter(op.getMode(), -0.75);
    Scalar base = floorOf(x), ratio = x - base;
    Axis taps;
    for (int64_t tap = 1 - filter.support; tap < 1 + filter.support; ++tap)
      taps.push_back(makeTap(base.toIndex() + tap,
                             filter.weight(ratio.like(tap) - ratio), borders,
                             i));
    return taps;
  }

  Scalar gridValue(size_t component) {
    SmallVector<Value> from(point);
    from.push_back(e.constant(component));
    return widen({e, e.element(op.getGrid(), from)}, elementType(op.getGrid()),
                 type);
  }

  /// A position outside of the borders, brought back as the padding says. At a
  /// border cubic samples keep it: there every tap is brought back by itself.
  Scalar padded(Scalar x, Scalar extent, Scalar low, Scalar high) {
    if (pads("reflection"))
      return reflected(x, low, high);
    if (pads("border") && op.getMode() != "cubic")
      return select((x < low) | (x > high), clamp(x, x.like(0), extent - 1), x);
    return x;
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

  /// The tap at `index` of an axis, which may lie outside of the input.
  Tap makeTap(Scalar index, std::optional<Scalar> weight,
              const Borders &borders, size_t i) {
    Scalar extent(e, e.extent(op.getX(), i + 2));
    // Nothing is inside of an empty input.
    Value inside = extent > 0;
    if (pads("zeros"))
      inside = (index >= 0) & (index < extent);
    else if (pads("reflection"))
      index = finite(reflected(index.to(type), borders.low, borders.high), 0,
                     borders.extent.like(0), borders.extent)
                  .toIndex();
    return {clamp(index, index.like(0), extent - 1), weight, inside};
  }

  /// The weighted sum over the axes that follow those in `at`.
  Scalar sample(Value inside) {
    size_t i = at.size() - 2;
    if (i == spatial)
      return loaded(inside);
    std::optional<Scalar> sum;
    for (const Tap &tap : axes[i]) {
      at.push_back(tap.index);
      Scalar value = sample(e.both(inside, tap.inside));
      at.pop_back();
      Scalar term = tap.weight ? *tap.weight * value : value;
      sum = sum ? *sum + term : term;
    }
    return *sum;
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
  ValueRange point;
  size_t spatial;
  SmallVector<Axis> axes;
  SmallVector<Value> at; ///< of the element that is read
};

void gridSamplePoint(Operation *op, ValueRange point, KernelEmitter &e) {
  GridSamplePoint(cast<GridSampleOp>(op), point, e).emit();
}

} // namespace

void registerGridSampleLowerings(NestTable &nests) {
  nests["opc.grid_sample"] = perPoint(gridSamplePoint);
}

} // namespace opc
