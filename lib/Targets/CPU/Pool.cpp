//===- Pool.cpp - windows of channels-last images -------------------------===//
//
// Channels in the lanes, several pixels of a row at a time where windows lie
// inside of the image; taps in the padding are left out.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/Schedules.h"
#include "opc/Targets/CPU/WindowEdges.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
namespace opc::cpu {
namespace {

constexpr int64_t pixels = 4;

class PoolWriter {
public:
  PoolWriter(KernelWriter &w, PoolOp pool) : w(w), l(w.l), pool(pool) {
    const Dims &x = w.env.dims(pool.getX()), &y = w.env.dims(pool.getY());
    for (int i = 0; i < 2; ++i) {
      axes[i] = {pool.getKernel()[i], pool.getStrides()[i],
                 pool.getDilations()[i], pool.getPadLow()[i],
                 // Windows may hang over the end without padding.
                 std::max<int64_t>(pool.getPadHigh()[i], 1)};
      extent[i] = w.e.expr(x[i + 1]);
      outputs[i] = w.e.expr(y[i + 1]);
    }
    channels = w.e.expr(x[3]);
    isMax = pool.getKind() == "max";
  }

  // A unit is one row of the result.
  void run() {
    l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) {
      row = l.rem(unit, outputs[0]);
      image = l.div(unit, outputs[0]);
      forInsideAndEdges(
          l, axes[1], extent[1], outputs[1], pixels,
          [&](Value x, int64_t count) {
            emitPixels(x, count, l.index(0), l.index(axes[1].taps));
          },
          [&](Value x) {
            auto [begin, end] = clippedTaps(l, axes[1], x, extent[1]);
            emitPixels(x, 1, begin, end);
          });
    });
  }

private:
  void emitPixels(Value x, int64_t count, Value tapBegin, Value tapEnd) {
    int64_t lanes = w.v.lanes;
    Value full = l.sub(channels, l.rem(channels, l.index(lanes)));
    l.loop(l.index(0), full, lanes, [&](Value c) {
      emitVector(x, count, tapBegin, tapEnd, c);
    });
    l.branch(l.less(full, channels), [&] {
      w.v.setCount(l.sub(channels, full));
      emitVector(x, count, tapBegin, tapEnd, full);
    });
    w.v.setCount({});
  }

  void emitVector(Value x, int64_t count, Value tapBegin, Value tapEnd,
                  Value c) {
    double start = isMax ? -INFINITY : 0;
    Value initial = w.v.splat(arith::ConstantOp::create(
        l.b, l.loc, l.b.getF32FloatAttr(float(start))));
    SmallVector<Value> sums(count, initial);
    auto [rowBegin, rowEnd] = clippedTaps(l, axes[0], row, extent[0]);
    sums = l.fold(rowBegin, rowEnd, 1, sums, [&](Value tapRow, ValueRange s) {
      Value y = position(axes[0], row, tapRow);
      return l.fold(tapBegin, tapEnd, 1, s, [&](Value tap, ValueRange inner) {
        return addTap(y, x, tap, c, inner);
      });
    });
    for (auto [pixel, sum] : llvm::enumerate(sums)) {
      Value at = l.add(x, pixel);
      LaneIndices indices = {{image, 0}, {row, 0}, {at, 0}, {c, 1}};
      writeResults(w, pool.getY(), divided(sum, at, rowBegin, rowEnd, tapBegin,
                                           tapEnd),
                   indices);
    }
    w.v.clearBound();
  }

  /// Where tap `tap` of the window of output `at` lies.
  Value position(const WindowAxis &axis, Value at, Value tap) {
    Value start = l.sub(l.mul(at, axis.stride), l.index(axis.padLow));
    return l.add(start, l.mul(tap, axis.dilation));
  }

  SmallVector<Value> addTap(Value y, Value x, Value tap, Value c,
                            ValueRange sums) {
    SmallVector<Value> next;
    for (auto [pixel, sum] : llvm::enumerate(sums)) {
      Value column = position(axes[1], l.add(x, pixel), tap);
      Value line = l.add(l.mul(l.add(l.mul(image, extent[0]), y), extent[1]),
                         column);
      Value loaded = w.v.load(w.e.buffer(pool.getX()),
                              l.add(l.mul(line, channels), c), w.v.mask());
      Type type = pool.getX().getType();
      next.push_back(emitArith(l.b, l.loc,
                               isMax ? ScalarArith::Max : ScalarArith::Add,
                               cast<RankedTensorType>(type).getElementType(),
                               {sum, loaded}));
    }
    return next;
  }

  /// Taps of the window of output `at` that lie inside of image and padding.
  Value paddedTaps(int axis, Value at) {
    WindowAxis whole = axes[axis];
    Value end = l.add(extent[axis], pool.getPadHigh()[axis] + whole.padLow);
    whole.padLow = 0;
    return clippedTaps(l, whole, at, end).second;
  }

  Value divided(Value sum, Value x, Value rowBegin, Value rowEnd,
                Value tapBegin, Value tapEnd) {
    if (pool.getKind() != "mean")
      return sum;
    Value count = l.mul(l.sub(rowEnd, rowBegin), l.sub(tapEnd, tapBegin));
    if (pool.getCountPadding())
      count = l.mul(paddedTaps(0, row), paddedTaps(1, x));
    Value whole =
        arith::IndexCastOp::create(l.b, l.loc, l.b.getI32Type(), count);
    Value divisor =
        arith::SIToFPOp::create(l.b, l.loc, l.b.getF32Type(), whole);
    return arith::DivFOp::create(l.b, l.loc, sum, w.v.splat(divisor));
  }

  KernelWriter &w;
  LoopBuilder &l;
  PoolOp pool;
  WindowAxis axes[2];
  Value extent[2], outputs[2], channels;
  Value row, image;
  bool isMax = false;
};

} // namespace

LogicalResult schedulePool(func::FuncOp kernel, const TargetDesc &desc) {
  ShapeEnv env(kernel.getContext());
  auto pool = dyn_cast_or_null<PoolOp>(onlyNest(kernel));
  if (!pool || !isF32(pool.getX()) || pool.getX().getDefiningOp() ||
      pool.getLayout() != "NHWC" || pool.getKernel().size() != 2 ||
      !isEpilogueOf(kernel, pool.getY(), env))
    return failure();
  const Dims y = env.dims(pool.getY());
  return writeKernel(kernel, env, machineOf(desc).lanes, y[0] * y[1],
                     /*grain=*/0,
                     [&](KernelWriter &w) { PoolWriter(w, pool).run(); });
}

} // namespace opc::cpu
