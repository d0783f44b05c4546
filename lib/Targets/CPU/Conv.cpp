//===- Conv.cpp - convolutions of channels-last images --------------------===//
//
// Implicit GEMM: a row is an output pixel, the reduction runs over kernel rows
// and, within one, over the contiguous kernel columns and channels of the
// input. Nothing is copied for padding: kernel rows outside of the image are
// left out by the loop's bounds, and pixels whose window hangs over the left or
// right edge leave out the runs that do.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/ProductTile.h"
#include "opc/Targets/CPU/WindowEdges.h"

using namespace mlir;
namespace opc::cpu {
namespace {

class ConvWriter {
public:
  ConvWriter(KernelWriter &w, PackedConvOp conv, const VectorMachine &machine,
             const GemmPlan &plan, ProductKind kind)
      : w(w), conv(conv), plan(plan), kind(kind) {
    LoopBuilder &l = w.l;
    const Dims &x = w.env.dims(conv.getA()), &y = w.env.dims(conv.getY());
    height = w.e.expr(x[1]);
    width = w.e.expr(x[2]);
    channels = *constantOf(x[3]);
    outHeight = w.e.expr(y[1]);
    outWidth = w.e.expr(y[2]);
    images = w.e.expr(y[0]);
    columns = {l.index(conv.getColumns()), machine.lanes, plan};
    for (int i = 0; i < 2; ++i)
      axes[i] = {conv.getKernel()[i], conv.getStrides()[i],
                 conv.getDilations()[i], conv.getPadLow()[i],
                 conv.getPadHigh()[i]};
    reduction = conv.getKernel()[0] * conv.getKernel()[1] * channels;
  }

  // A unit is one row of pixels of the result over one block of channels.
  void run() {
    LoopBuilder &l = w.l;
    l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) {
      Value rest = l.div(unit, outHeight);
      row = l.rem(unit, outHeight);
      image = l.rem(rest, images);
      Value block = l.div(rest, images);
      columns.forPanels(l, block, [&](Value vector, int64_t vectors) {
        emitRow(vector, vectors);
      });
    });
  }

private:
  /// Every pixel of the unit's row for one panel of channels.
  void emitRow(Value vector, int64_t vectors) {
    LoopBuilder &l = w.l;
    Value all = l.index(axes[1].taps);
    forInsideAndEdges(
        l, axes[1], width, outWidth, plan.tileRows,
        [&](Value x, int64_t pixels) {
          emitTile(x, pixels, l.index(0), all, vector, vectors);
        },
        [&](Value x) {
          auto [begin, end] = clippedTaps(l, axes[1], x, width);
          emitTile(x, 1, begin, end, vector, vectors);
        });
  }

  /// `pixels` pixels from x on, with kernel columns [tapBegin, tapEnd).
  void emitTile(Value x, int64_t pixels, Value tapBegin, Value tapEnd,
                Value vector, int64_t vectors) {
    LoopBuilder &l = w.l;
    int64_t lanes = w.v.lanes, taps = axes[1].taps;
    GemmTile tile;
    tile.rows = pixels;
    tile.vectors = vectors;
    tile.lanes = lanes;
    tile.accumulator = kind.accumulator;
    tile.dot = kind.dot;
    tile.a = w.e.buffer(conv.getA());
    Value pitch = l.mul(width, channels);
    Value y0 = l.sub(l.mul(row, axes[0].stride), l.index(axes[0].padLow));
    Value x0 = l.sub(l.mul(x, axes[1].stride), l.index(axes[1].padLow));
    tile.aBase = l.add(l.mul(l.add(l.mul(image, height), y0), pitch),
                       l.mul(x0, channels));
    tile.aRowStep = l.index(axes[1].stride * channels);
    tile.b = w.e.buffer(conv.getB());
    tile.bVectorStep = l.index(reduction * lanes);
    tile.bBase = l.mul(vector, tile.bVectorStep);
    tile.prefetchSteps = plan.prefetchSteps;

    auto [rowBegin, rowEnd] = clippedTaps(l, axes[0], row, height);
    int64_t bRow = taps * channels * lanes;
    tile.loops.push_back(
        {rowBegin, rowEnd, l.mul(pitch, axes[0].dilation), l.index(bRow)});
    if (axes[1].dilation == 1) {
      tile.runs.push_back({l.mul(l.sub(tapEnd, tapBegin), channels),
                           l.mul(tapBegin, channels),
                           l.mul(tapBegin, channels * lanes), l.index(1),
                           l.index(lanes), 0, pixels});
    } else {
      tile.loops.push_back({tapBegin, tapEnd,
                            l.index(axes[1].dilation * channels),
                            l.index(channels * lanes)});
      tile.runs.push_back({l.index(channels), l.index(0), l.index(0),
                           l.index(1), l.index(lanes), 0, pixels});
    }
    emitProductTile(
        w, conv.getY(), tile, vector, columns.lastCount(l, vector, vectors),
        [&](int64_t i) { return SmallVector<Value>{image, row, l.add(x, i)}; });
  }

  KernelWriter &w;
  PackedConvOp conv;
  const GemmPlan &plan;
  ProductKind kind;
  ProductColumns columns;
  WindowAxis axes[2];
  int64_t channels, reduction;
  Value height, width, outHeight, outWidth, images;
  Value row, image;
};

} // namespace

LogicalResult scheduleConv(func::FuncOp kernel, const TargetDesc &desc) {
  ShapeEnv env(kernel.getContext());
  auto conv = dyn_cast_or_null<PackedConvOp>(onlyNest(kernel));
  if (!conv || conv.getA().getDefiningOp() || conv.getB().getDefiningOp() ||
      !isEpilogueOf(kernel, conv.getY(), env))
    return failure();
  auto kind = productKind(conv.getA(), conv.getB(), conv.getY(), desc);
  if (!kind)
    return failure();
  VectorMachine machine = machineOf(desc);
  const Dims y = env.dims(conv.getY()), x = env.dims(conv.getA());
  if (!constantOf(x[3]))
    return failure();
  GemmShape shape;
  shape.rows = constantOf(y[2]).value_or(0);
  shape.columns = conv.getColumns();
  shape.reduction = conv.getKernel()[0] * conv.getKernel()[1] *
                    *constantOf(x[3]) / kind->group();
  GemmPlan plan = planGemm(shape, machine);
  int64_t vectors = (shape.columns + machine.lanes - 1) / machine.lanes;
  int64_t blocks = (vectors + plan.blockVectors - 1) / plan.blockVectors;
  if (constantOf(y[2]))
    allowInPlace(kernel, env);
  return writeKernel(kernel, env, machine.lanes, y[0] * y[1] * blocks,
                     /*grain=*/0, [&](KernelWriter &w) {
                       ConvWriter(w, conv, machine, plan, *kind).run();
                     });
}

} // namespace opc::cpu
