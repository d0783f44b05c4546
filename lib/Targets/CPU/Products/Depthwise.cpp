//===- Depthwise.cpp - one filter for each channel ------------------------===//
//
// Channels in the lanes, several pixels of a row at a time: each input vector
// is loaded once for all pixels that it belongs to. Channels run inside pixels,
// so that the image streams through the cache once.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Numerics/NumericPlan.h"
#include "opc/Targets/CPU/Schedules.h"
#include "opc/Targets/CPU/Vector/TileSplit.h"
#include "opc/Targets/CPU/Vector/WindowEdges.h"

using namespace mlir;
namespace opc::cpu {
namespace {

class DepthwiseWriter {
public:
  DepthwiseWriter(KernelWriter &w, DepthwiseConvOp conv, int64_t pixels)
      : w(w), conv(conv), pixels(pixels), plan(numericPlan(conv, w.env)) {
    const Dims &x = w.env.dims(conv.getA()), &y = w.env.dims(conv.getY());
    const Dims &b = w.env.dims(conv.getB());
    height = w.e.expr(x[1]);
    width = w.e.expr(x[2]);
    channels = w.e.expr(x[3]);
    outHeight = w.e.expr(y[1]);
    outWidth = w.e.expr(y[2]);
    for (int i = 0; i < 2; ++i)
      axes[i] = {*constantOf(b[i]), conv.getStrides()[i],
                 conv.getDilations()[i], conv.getPadLow()[i],
                 conv.getPadHigh()[i]};
  }

  // A unit is one row of the result.
  void run() {
    LoopBuilder &l = w.l;
    l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) {
      row = l.rem(unit, outHeight);
      image = l.div(unit, outHeight);
      forInsideAndEdges(
          l, axes[1], width, outWidth, pixels,
          [&](Value x, int64_t count) { emitPixels(x, count, false); },
          [&](Value x) { emitPixels(x, 1, true); });
    });
  }

private:
  void emitPixels(Value x, int64_t count, bool edge) {
    forVectors(w, w.l.index(0), channels,
               [&](Value c) { emitVector(x, count, edge, c); });
  }

  /// One vector of channels from `c` on, of `count` pixels from `x` on.
  void emitVector(Value x, int64_t count, bool edge, Value c) {
    LoopBuilder &l = w.l;
    Value zero = w.v.splat(arith::ConstantOp::create(
        l.b, l.loc, l.b.getZeroAttr(plan.accumulator)));
    SmallVector<Value> sums(count, zero);
    auto [rowBegin, rowEnd] = clippedTaps(l, axes[0], row, height);
    Value y0 = l.sub(l.mul(row, axes[0].stride), l.index(axes[0].padLow));
    Value x0 = l.sub(l.mul(x, axes[1].stride), l.index(axes[1].padLow));
    sums = l.fold(rowBegin, rowEnd, 1, sums, [&](Value tapRow, ValueRange s) {
      Value y = l.add(l.mul(image, height),
                      l.add(y0, l.mul(tapRow, axes[0].dilation)));
      Value at = l.add(l.mul(l.add(l.mul(y, width), x0), channels), c);
      Value weights = l.add(l.mul(l.mul(tapRow, axes[1].taps), channels), c);
      return edge ? edgeRow(at, weights, x, s) : insideRow(at, weights, s);
    });
    finish(x, c, sums);
  }

  Value loadA(Value at) { return loadWide(conv.getA(), at); }
  Value loadB(Value at) { return loadWide(conv.getB(), at); }

  /// In the type of the sums.
  Value loadWide(Value tensor, Value at) {
    Value x = w.v.load(w.e.buffer(tensor), at, w.v.mask());
    auto wide = VectorType::get({w.v.lanes}, plan.accumulator);
    return x.getType() == wide
               ? x
               : arith::ExtFOp::create(w.l.b, w.l.loc, wide, x).getResult();
  }

  /// All taps of one kernel row lie inside of the image.
  SmallVector<Value> insideRow(Value at, Value weights, ValueRange sums) {
    LoopBuilder &l = w.l;
    SmallVector<Value> next(sums), taps;
    for (int64_t tap = 0; tap < axes[1].taps; ++tap)
      taps.push_back(loadB(l.add(weights, l.mul(channels, tap))));
    int64_t reach = (int64_t(sums.size()) - 1) * axes[1].stride +
                    (axes[1].taps - 1) * axes[1].dilation;
    for (int64_t column = 0; column <= reach; ++column) {
      Value loaded;
      for (int64_t pixel = 0; pixel < int64_t(sums.size()); ++pixel) {
        int64_t way = column - pixel * axes[1].stride;
        int64_t tap = way / axes[1].dilation;
        if (way < 0 || way % axes[1].dilation != 0 || tap >= axes[1].taps)
          continue;
        if (!loaded)
          loaded = loadA(l.add(at, l.mul(channels, column)));
        next[pixel] = multiplyAdd(loaded, taps[tap], next[pixel]);
      }
    }
    return next;
  }

  SmallVector<Value> edgeRow(Value at, Value weights, Value x,
                             ValueRange sums) {
    LoopBuilder &l = w.l;
    auto [begin, end] = clippedTaps(l, axes[1], x, width);
    return l.fold(begin, end, 1, sums, [&](Value tap, ValueRange s) {
      Value a = loadA(l.add(at, l.mul(channels, l.mul(tap, axes[1].dilation))));
      Value b = loadB(l.add(weights, l.mul(channels, tap)));
      return SmallVector<Value>{multiplyAdd(a, b, s.front())};
    });
  }

  Value multiplyAdd(Value a, Value b, Value sum) {
    LoopBuilder &l = w.l;
    if (plan.anyOrder)
      return arith::AddIOp::create(l.b, l.loc, sum,
                                   arith::MulIOp::create(l.b, l.loc, a, b));
    if (plan.fused)
      return vector::FMAOp::create(l.b, l.loc, a, b, sum);
    Value product = arith::MulFOp::create(l.b, l.loc, a, b);
    return arith::AddFOp::create(l.b, l.loc, sum, product);
  }

  void finish(Value x, Value c, ArrayRef<Value> sums) {
    auto type = VectorType::get({w.v.lanes}, getElementTypeOrSelf(conv.getY()));
    for (auto [pixel, sum] : llvm::enumerate(sums)) {
      LaneIndices indices = {
          {image, 0}, {row, 0}, {w.l.add(x, pixel), 0}, {c, 1}};
      Value rounded = sum;
      if (isa<FloatType>(type.getElementType()) && sum.getType() != type)
        rounded = arith::TruncFOp::create(w.l.b, w.l.loc, type, sum);
      writeResults(w, conv.getY(), rounded, indices);
    }
    w.v.clearBound();
  }

  KernelWriter &w;
  DepthwiseConvOp conv;
  int64_t pixels;
  NumericPlan plan;
  WindowAxis axes[2];
  Value height, width, channels, outHeight, outWidth;
  Value row, image;
};

} // namespace

bool leadsDepthwise(Operation *op, const TargetDesc &) {
  auto conv = dyn_cast<DepthwiseConvOp>(op);
  return conv && isF32(conv.getA());
}

ScheduleResult scheduleDepthwise(KernelForm &kernel, const TargetDesc &desc) {
  ShapeEnv &env = kernel.env;
  auto conv = kernel.root<DepthwiseConvOp>();
  if (!conv)
    return misfitOf<DepthwiseConvOp>(kernel, "no depthwise convolution alone");
  if (auto why = misfitAround(kernel, conv.getY(), {conv.getA(), conv.getB()}))
    return ScheduleResult::declined(*why);
  std::optional<int64_t> taps = constantOf(env.dims(conv.getB())[1]);
  if (!taps || !constantOf(env.dims(conv.getB())[0]))
    return ScheduleResult::declined("weights of unknown extents");
  VectorMachine machine = machineOf(desc);
  // Sums, one row of weights and the input vector are in registers; more pixels
  // than multiply-adds under way are longer code and no faster.
  int64_t pixels = std::clamp<int64_t>(machine.registers - *taps - 2, 1,
                                       machine.fmaPorts * machine.fmaLatency);
  const Dims y = env.dims(conv.getY());
  if (constantOf(y[2]))
    kernel.allowInPlace();
  return writeKernel(
      kernel, machine.lanes, y[0] * y[1], /*grain=*/0,
      [&](KernelWriter &w) { DepthwiseWriter(w, conv, pixels).run(); });
}

} // namespace opc::cpu
