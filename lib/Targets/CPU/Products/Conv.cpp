//===- Conv.cpp - convolutions of channels-last images --------------------===//
//
// Implicit GEMM: a row is an output pixel, the reduction runs over kernel rows
// (and planes) and, within one, over the contiguous kernel columns and channels
// of the input. With groups each is a product of its own over its channels.
// Nothing is copied for padding: kernel rows outside of the image are left out
// by the loop's bounds, and pixels whose window hangs over the left or right
// edge leave out the runs that do.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/Products/ProductTile.h"
#include "opc/Targets/CPU/Vector/WindowEdges.h"

using namespace mlir;
namespace opc::cpu {
namespace {

class ConvWriter {
public:
  ConvWriter(KernelWriter &w, PackedConvOp conv, const VectorMachine &machine,
             const GemmPlan &plan, ProductKind kind)
      : w(w), l(w.l), conv(conv), plan(plan), kind(kind) {
    const Dims &x = w.env.dims(conv.getA());
    y.assign(w.env.dims(conv.getY()));
    groups = conv.getGroups();
    channels = *constantOf(x.back());
    ownChannels = channels / groups;
    ownColumns = conv.getColumns() / groups;
    columns = {l.index(ownColumns), machine.lanes, plan};
    wide = columns;
    wide.plan.tileVectors = plan.singleVectors;
    reduction = ownChannels;
    for (size_t i = 0; i < conv.getKernel().size(); ++i) {
      axes.push_back({conv.getKernel()[i], conv.getStrides()[i],
                      conv.getDilations()[i], conv.getPadLow()[i],
                      conv.getPadHigh()[i]});
      extents.push_back(w.e.expr(x[i + 1]));
      reduction *= conv.getKernel()[i];
    }
    width = extents.back();
  }

  // A unit is one row of pixels of the result over one block of channels.
  void run() {
    Dims unitDims(ArrayRef(y).drop_back(2));
    unitDims.insert(unitDims.begin(), w.env.constant(groups));
    l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) {
      Value blocks = columns.blocks(l).count(l.b, l.loc);
      Value all = w.e.expr(product(w.env.getContext(), unitDims));
      bool single = constantIndex(blocks) == 1;
      Value block = single ? l.index(0) : l.div(unit, all);
      outer = w.e.delinearize(single ? unit : l.rem(unit, all), unitDims);
      group = outer.front();
      outer.erase(outer.begin());
      emitRow(block);
    });
  }

private:
  /// Every pixel of the unit's row for the channels of one block. Those at the
  /// edges come alone, in panels as wide as hide the latency of adding: a pixel
  /// is added up in one order wherever it lies.
  void emitRow(Value block) {
    const WindowAxis &axis = axes.back();
    Value outWidth = w.e.expr(y[y.size() - 2]);
    columns.forPanels(l, block, [&](const ColumnPanel &panel) {
      forInsideAndEdges(
          l, axis, width, outWidth, plan.tileRows,
          [&](Value x, int64_t pixels) {
            emitTile(x, pixels, l.index(0), l.index(axis.taps), panel);
          },
          [](Value) {});
    });
    wide.forPanels(l, block, [&](const ColumnPanel &panel) {
      forInsideAndEdges(
          l, axis, width, outWidth, plan.tileRows, [](Value, int64_t) {},
          [&](Value x) {
            auto [begin, end] = clippedTaps(l, axis, x, width);
            emitTile(x, 1, begin, end, panel);
          });
    });
  }

  /// `pixels` pixels from x on, with kernel columns [tapBegin, tapEnd).
  void emitTile(Value x, int64_t pixels, Value tapBegin, Value tapEnd,
                const ColumnPanel &panel) {
    int64_t lanes = w.v.lanes;
    GemmTile tile;
    tile.rows = pixels;
    tile.vectors = panel.vectors;
    tile.lanes = lanes;
    tile.accumulator = kind.accumulator;
    tile.dot = kind.dot;
    tile.fused = kind.oneRounding;
    tile.chains = std::max<int64_t>(kind.chains, 1);
    tile.a = w.e.buffer(conv.getA());
    tile.aRowStep = l.index(axes.back().stride * channels);
    tile.b = w.e.buffer(conv.getB());
    tile.bVectorStep = l.index(reduction * lanes);
    Value groupVectors = l.index((ownColumns + lanes - 1) / lanes);
    tile.bBase = l.add(l.mul(l.mul(group, groupVectors), tile.bVectorStep),
                       l.mul(panel.first, reduction));
    tile.prefetchSteps = plan.prefetchSteps;

    Value line = addOuterLoops(tile);
    Value x0 = start(axes.back(), x);
    tile.aBase = l.add(l.mul(l.add(l.mul(line, width), x0), channels),
                       l.mul(group, ownChannels));
    addTaps(tile, tapBegin, tapEnd);
    ColumnPanel ofAllGroups = panel;
    ofAllGroups.first = l.add(l.mul(group, ownColumns), panel.first);
    emitProductTile(w, conv.getY(), tile, ofAllGroups, [&](Value i) {
      SmallVector<Value> at(outer);
      at.push_back(l.add(x, i));
      return at;
    });
  }

  Value start(const WindowAxis &axis, Value at) {
    return l.sub(l.mul(at, axis.stride), l.index(axis.padLow));
  }

  /// A loop over the taps of each axis but the last; returns the line of pixels
  /// (of all lines of x) where the first taps lie.
  Value addOuterLoops(GemmTile &tile) {
    Value line = outer.front();
    for (size_t i = 0; i + 1 < axes.size(); ++i) {
      line = l.add(l.mul(line, extents[i]), start(axes[i], outer[i + 1]));
      auto [begin, end] = clippedTaps(l, axes[i], outer[i + 1], extents[i]);
      Value pitch = l.index(channels);
      int64_t bStep = ownChannels * w.v.lanes;
      for (size_t inner = i + 1; inner < axes.size(); ++inner) {
        pitch = l.mul(pitch, extents[inner]);
        bStep *= axes[inner].taps;
      }
      tile.loops.push_back(
          {begin, end, l.mul(pitch, axes[i].dilation), l.index(bStep)});
    }
    return line;
  }

  /// The taps of the last axis: one run where all that they read is contiguous.
  void addTaps(GemmTile &tile, Value tapBegin, Value tapEnd) {
    int64_t dilation = axes.back().dilation, bStep = ownChannels * w.v.lanes;
    Value aStep = l.index(1), bLane = l.index(w.v.lanes);
    if (dilation == 1 && groups == 1) {
      tile.run = {l.mul(l.sub(tapEnd, tapBegin), channels),
                  l.mul(tapBegin, channels), l.mul(tapBegin, bStep), aStep,
                  bLane};
      return;
    }
    tile.loops.push_back(
        {tapBegin, tapEnd, l.index(dilation * channels), l.index(bStep)});
    tile.run = {l.index(ownChannels), l.index(0), l.index(0), aStep, bLane};
  }

  KernelWriter &w;
  LoopBuilder &l;
  PackedConvOp conv;
  const GemmPlan &plan;
  ProductKind kind;
  ProductColumns columns, wide; ///< for tiles of many pixels, and of one
  SmallVector<WindowAxis, 3> axes;
  SmallVector<Value, 3> extents; ///< of x, without images and channels
  Dims y;
  int64_t groups, channels, ownChannels, ownColumns, reduction;
  Value width;
  Value group;
  SmallVector<Value> outer; ///< image and row that the unit writes
};

} // namespace

bool leadsConv(Operation *op, const TargetDesc &desc) {
  auto conv = dyn_cast<PackedConvOp>(op);
  return conv && productKind(conv.getA(), conv.getB(), conv.getY(), desc);
}

ScheduleResult scheduleConv(KernelForm &kernel, const TargetDesc &desc) {
  ShapeEnv &env = kernel.env;
  auto conv = kernel.root<PackedConvOp>();
  if (!conv)
    return misfitOf<PackedConvOp>(kernel, "no packed convolution alone");
  if (auto why = misfitAround(kernel, conv.getY(), {conv.getA(), conv.getB()}))
    return ScheduleResult::declined(*why);
  auto kind = productKind(conv.getA(), conv.getB(), conv.getY(), desc);
  if (!kind)
    return ScheduleResult::declined("no product of these types");
  kind = kind->under(numericPlan(conv, env));
  VectorMachine machine = machineOf(desc);
  if (!kind->dot)
    machine = kind->machineFor(machine, getElementTypeOrSelf(conv.getA()));
  const Dims y = env.dims(conv.getY()), x = env.dims(conv.getA());
  int64_t groups = conv.getGroups();
  if (!constantOf(x.back()))
    return ScheduleResult::declined("channels of unknown number");
  AffineExpr pixels = y[y.size() - 2];
  GemmShape shape;
  shape.rows = constantOf(pixels).value_or(0);
  shape.columns = conv.getColumns() / groups;
  shape.reduction = *constantOf(x.back()) / groups / kind->group();
  for (int64_t taps : conv.getKernel())
    shape.reduction *= taps;
  shape.fused = kind->fused();
  shape.chains = kind->chains;
  shape.spare = spareRegisters(kernel.function);
  GemmPlan plan = planGemm(shape, machine);
  int64_t vectors = (shape.columns + machine.lanes - 1) / machine.lanes;
  int64_t blocks = (vectors + plan.blockVectors - 1) / plan.blockVectors;
  if (constantOf(pixels))
    kernel.allowInPlace();
  AffineExpr lines = product(kernel.context(), ArrayRef(y).drop_back(2));
  return writeKernel(kernel, machine.lanes, lines * groups * blocks,
                     /*grain=*/0, [&](KernelWriter &w) {
                       ConvWriter(w, conv, machine, plan, *kind).run();
                     });
}

} // namespace opc::cpu
