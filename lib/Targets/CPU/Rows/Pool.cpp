//===- Pool.cpp - windows of channels-last images -------------------------===//
//
// Channels in the lanes, several pixels of a row at a time where windows lie
// inside of the image; taps in the padding are left out. A single channel, such
// as a map of heat, has its columns in the lanes.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/Schedules.h"
#include "opc/Targets/CPU/Vector/WindowEdges.h"

using namespace mlir;
namespace opc::cpu {
namespace {

/// Pixels at a time: as many sums hide the latency of adding.
constexpr int64_t pixels = 4;

class PoolWriter {
public:
  PoolWriter(KernelWriter &w, PoolOp pool) : w(w), l(w.l), pool(pool) {
    const Dims &x = w.env.dims(pool.getX());
    y.assign(w.env.dims(pool.getY()));
    for (size_t i = 0; i < pool.getKernel().size(); ++i) {
      axes.push_back({pool.getKernel()[i], pool.getStrides()[i],
                      pool.getDilations()[i], pool.getPadLow()[i],
                      // Windows may hang over the end without padding.
                      std::max<int64_t>(pool.getPadHigh()[i], 1)});
      extent.push_back(w.e.expr(x[i + 1]));
    }
    channels = w.e.expr(x.back());
    isMax = pool.getKind() == "max";
    alongRow = constantOf(x.back()) == 1 && axes.back().stride == 1;
  }

  // A unit is one row of the result.
  void run() {
    const WindowAxis &last = axes.back();
    int64_t tile = alongRow ? w.v.lanes : pixels;
    l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) {
      outer = w.e.delinearize(unit, ArrayRef(y).drop_back(2));
      forInsideAndEdges(
          l, last, extent.back(), w.e.expr(y[y.size() - 2]), tile,
          [&](Value x, int64_t count) {
            Taps all{l.index(0), l.index(last.taps)};
            alongRow ? emitRow(x, count, all) : emitPixels(x, count, all);
          },
          [&](Value x) {
            emitPixels(x, 1, clippedTaps(l, last, x, extent.back()));
          });
    });
  }

private:
  using Taps = std::pair<Value, Value>; ///< first, and first beyond

  void emitPixels(Value x, int64_t count, Taps taps) {
    forVectors(w, l.index(0), channels,
               [&](Value c) { emitVector({x, 0}, count, taps, {c, 1}); });
  }

  /// `count` columns from `x` on, of one channel.
  void emitRow(Value x, int64_t count, Taps taps) {
    if (count < w.v.lanes)
      w.v.setCount(l.index(count));
    emitVector({x, 1}, 1, taps, {l.index(0), 0});
    w.v.setCount({});
  }

  void emitVector(LaneIndex x, int64_t count, Taps lastTaps, LaneIndex c) {
    double start = isMax ? -INFINITY : 0;
    Value initial = w.v.splat(arith::ConstantOp::create(
        l.b, l.loc, l.b.getF32FloatAttr(float(start))));
    SmallVector<Taps> taps;
    for (size_t i = 0; i + 1 < axes.size(); ++i)
      taps.push_back(clippedTaps(l, axes[i], outer[i + 1], extent[i]));
    taps.push_back(lastTaps);
    SmallVector<Value> sums(count, initial);
    sums = addTaps(taps, 0, outer.front(), x.base, c.base, sums);
    for (auto [pixel, sum] : llvm::enumerate(sums)) {
      Value at = l.add(x.base, pixel);
      LaneIndices indices;
      for (Value index : outer)
        indices.push_back({index, 0});
      indices.push_back({at, x.step});
      indices.push_back(c);
      writeResults(w, pool.getY(), divided(sum, at, taps), indices);
    }
    w.v.clearBound();
  }

  /// Where tap `tap` of the window of output `at` lies.
  Value position(const WindowAxis &axis, Value at, Value tap) {
    Value start = l.sub(l.mul(at, axis.stride), l.index(axis.padLow));
    return l.add(start, l.mul(tap, axis.dilation));
  }

  /// Loops over the taps of axes [axis, ...) from position `line` along those
  /// before it.
  SmallVector<Value> addTaps(ArrayRef<Taps> taps, size_t axis, Value line,
                             Value x, Value c, ValueRange sums) {
    auto [begin, end] = taps[axis];
    Value start = l.mul(line, extent[axis]);
    return l.fold(begin, end, 1, sums, [&](Value tap, ValueRange inner) {
      if (axis + 1 == axes.size())
        return addTap(start, x, tap, c, inner);
      Value next = l.add(start, position(axes[axis], outer[axis + 1], tap));
      return addTaps(taps, axis + 1, next, x, c, inner);
    });
  }

  SmallVector<Value> addTap(Value line, Value x, Value tap, Value c,
                            ValueRange sums) {
    SmallVector<Value> next;
    for (auto [pixel, sum] : llvm::enumerate(sums)) {
      Value column = position(axes.back(), l.add(x, pixel), tap);
      Value at = l.add(l.mul(l.add(line, column), channels), c);
      Value loaded = w.v.load(w.e.buffer(pool.getX()), at, w.v.mask());
      Type type = pool.getX().getType();
      next.push_back(emitArith(l.b, l.loc,
                               isMax ? ScalarArith::Max : ScalarArith::Add,
                               getElementTypeOrSelf(type), {sum, loaded}));
    }
    return next;
  }

  /// Taps of the window of output `at` that lie inside of image and padding.
  Value paddedTaps(size_t axis, Value at) {
    WindowAxis whole = axes[axis];
    Value end = l.add(extent[axis], pool.getPadHigh()[axis] + whole.padLow);
    whole.padLow = 0;
    return clippedTaps(l, whole, at, end).second;
  }

  Value divided(Value sum, Value x, ArrayRef<Taps> taps) {
    if (pool.getKind() != "mean")
      return sum;
    Value count = l.index(1);
    for (size_t axis = 0; axis < axes.size(); ++axis) {
      Value at = axis + 1 == axes.size() ? x : outer[axis + 1];
      auto [begin, end] = taps[axis];
      count = l.mul(count, pool.getCountPadding() ? paddedTaps(axis, at)
                                                  : l.sub(end, begin));
    }
    Value whole =
        arith::IndexCastOp::create(l.b, l.loc, l.b.getI32Type(), count);
    Value divisor =
        arith::SIToFPOp::create(l.b, l.loc, l.b.getF32Type(), whole);
    return arith::DivFOp::create(l.b, l.loc, sum, w.v.splat(divisor));
  }

  KernelWriter &w;
  LoopBuilder &l;
  PoolOp pool;
  SmallVector<WindowAxis, 3> axes;
  SmallVector<Value, 3> extent; ///< of x, without images and channels
  Value channels;
  Dims y;
  SmallVector<Value> outer; ///< image and row that the unit writes
  bool isMax = false;
  bool alongRow = false; ///< columns are in the lanes
};

} // namespace

bool leadsPool(Operation *op, const TargetDesc &) {
  auto pool = dyn_cast<PoolOp>(op);
  return pool && isF32(pool.getX()) && pool.getLayout() == "NHWC";
}

ScheduleResult schedulePool(KernelForm &kernel, const TargetDesc &desc) {
  ShapeEnv &env = kernel.env;
  auto pool = kernel.root<PoolOp>();
  if (!pool || !leadsPool(pool, desc))
    return misfitOf<PoolOp>(kernel, "no pool of f32 with channels last alone");
  if (auto why = misfitAround(kernel, pool.getY(), pool.getX()))
    return ScheduleResult::declined(*why);
  const Dims y = env.dims(pool.getY());
  AffineExpr rows = product(kernel.context(), ArrayRef(y).drop_back(2));
  return writeKernel(kernel, machineOf(desc).lanes, rows,
                     /*grain=*/0,
                     [&](KernelWriter &w) { PoolWriter(w, pool).run(); });
}

} // namespace opc::cpu
