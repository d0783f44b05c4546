//===- Movement.cpp - elements move, none is computed ---------------------===//
#include "Node.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

void buildIdentity(Node &n) { n.out(0, n.need(0)); }

/// The target of Reshape as a tensor without 0 and -1, computed at run time.
Value resolvedTarget(Node &n, Value x, Value shape, bool keepZero) {
  Value target = n.cast(shape, n.i64Type());
  std::optional<int64_t> count = constantOf(n.size(shape));
  if (!keepZero && count) {
    Dims old = n.dims(x);
    old.resize(*count, n.expr(0));
    Value isZero = n.compare<EqualOp>(target, n.scalarInt(n.i64Type(), 0));
    target = n.select(isZero, n.extents(old), target);
  }
  Value isFree = n.compare<EqualOp>(target, n.scalarInt(n.i64Type(), -1));
  Value known = n.reduce(
      "prod", n.select(isFree, n.scalarInt(n.i64Type(), 1), target), {0}, true);
  Value rest = n.div(n.extentAs(n.i64Type(), n.size(x)), known);
  return n.select(isFree, rest, target);
}

/// Puts the extent that -1 stands for; the others are known expressions.
void fillFree(Node &n, Value x, Dims &target) {
  int64_t free = -1;
  AffineExpr others = n.expr(1);
  for (auto [i, extent] : llvm::enumerate(target)) {
    std::optional<int64_t> value = constantOf(extent);
    if (value == -1 && free >= 0)
      return n.fail("more than one extent is -1");
    if (value && *value < -1)
      return n.fail(formatv("extent {0} is negative", *value));
    if (value == -1)
      free = i;
    else
      others = others * extent;
  }
  if (free < 0)
    return;
  if (constantOf(others) == 0)
    return n.fail("-1 beside an extent of 0 could be any");
  target[free] = n.quotient(n.size(x), others);
}

void buildReshape(Node &n) {
  Value x = n.need(0), shape = n.need(1);
  if (n.failed())
    return;
  bool keepZero = n.integer("allowzero", 0) != 0;
  std::optional<int64_t> count = constantOf(n.size(shape));
  if (!count || *count > ShapeEnv::contentsLimit || n.rank(shape) != 1)
    return n.failNeeds("shape");
  Dims target = n.partialContents(shape).value_or(Dims(*count, AffineExpr()));
  bool complete = !llvm::is_contained(target, AffineExpr());
  Value computed = complete ? Value() : resolvedTarget(n, x, shape, keepZero);
  for (auto [i, extent] : llvm::enumerate(target)) {
    std::optional<int64_t> value = constantOf(extent);
    if (value == 0 && !keepZero) {
      if (static_cast<int64_t>(i) >= n.rank(x))
        return n.fail(formatv("extent {0} is 0, but the input has rank {1}", i,
                              n.rank(x)));
      extent = n.dim(x, i);
    } else if (!complete && (!extent || value == -1)) {
      extent = n.bindElement(computed, i, 0);
    }
  }
  fillFree(n, x, target);
  if (n.failed())
    return;
  n.requireSameSize(target, n.dims(x));
  n.out(0, n.reshape(x, target));
}

void buildTranspose(Node &n) {
  Value x = n.need(0);
  Ints perm = axesUpTo(n.rank(x));
  std::reverse(perm.begin(), perm.end());
  if (std::optional<Ints> given = n.integers("perm"))
    perm = *given;
  if (!n.failed() && int64_t(perm.size()) != n.rank(x))
    return n.fail(
        formatv("perm has {0} axes, the input {1}", perm.size(), n.rank(x)));
  n.out(0, n.transpose(x, perm));
}

void buildFlatten(Node &n) {
  Value x = n.need(0);
  int64_t rank = n.rank(x), axis = n.integer("axis", 1);
  if (axis < -rank || axis > rank)
    return n.fail(formatv("axis {0} is outside of rank {1}", axis, rank));
  axis += axis < 0 ? rank : 0;
  n.out(0, n.reshape(x, {n.sizeOf(x, 0, axis), n.sizeOf(x, axis, rank)}));
}

void buildSqueeze(Node &n) {
  Value x = n.need(0);
  std::optional<Ints> axes = n.axesOf(13);
  if (n.failed())
    return;
  if (!axes) {
    axes.emplace();
    for (auto [i, extent] : llvm::enumerate(n.dims(x))) {
      if (!constantOf(extent))
        return n.fail(
            formatv("which axes have extent 1 is not known: give axes, or "
                    "an extent to axis {0} (--dim NAME=N, dims=)",
                    i));
      if (constantOf(extent) == 1)
        axes->push_back(i);
    }
  }
  n.out(0, n.squeeze(x, *axes));
}

void buildUnsqueeze(Node &n) {
  Value x = n.need(0);
  std::optional<Ints> axes = n.axesOf(13);
  if (!axes)
    return n.fail("axes are missing");
  n.out(0, n.unsqueeze(x, *axes));
}

void buildConcat(Node &n) {
  SmallVector<Value> xs;
  for (int64_t i = 0; i < n.numInputs(); ++i)
    xs.push_back(n.need(i));
  if (!n.hasAttr("axis"))
    return n.fail("attribute 'axis' is missing");
  n.out(0, n.concat(xs, n.integer("axis", 0)));
}

/// The sizes of equal parts; the last one is smaller where they do not divide.
Dims equalParts(Node &n, AffineExpr extent, int64_t count) {
  AffineExpr chunk = extent.ceilDiv(count);
  Dims sizes;
  for (int64_t i = 0; i < count; ++i) {
    AffineExpr rest = extent - chunk * i;
    sizes.push_back(constantOf(extent) && *constantOf(extent) % count == 0
                        ? chunk
                        : n.clamp(rest, n.expr(0), chunk));
  }
  return sizes;
}

void buildSplit(Node &n) {
  Value x = n.need(0);
  int64_t axis = n.axisIn(n.integer("axis", 0), n.rank(x));
  if (n.failed() || n.numOutputs() == 0)
    return;
  AffineExpr extent = n.dim(x, axis);
  Dims sizes;
  if (n.opset >= 13 && n.has(1)) {
    std::optional<Dims> given = n.resolve(n.in(1), "split", 0);
    if (!given)
      return;
    sizes = *given;
  } else if (std::optional<Ints> given = n.integers("split");
             given && n.opset < 13) {
    sizes = n.exprList(*given);
  } else {
    int64_t parts = n.integer("num_outputs", n.numOutputs());
    if (parts != n.numOutputs())
      return n.fail(formatv("num_outputs is {0}, the node has {1}", parts,
                            n.numOutputs()));
    if (n.opset < 18)
      n.requireEqual(extent.floorDiv(parts) * parts, extent);
    sizes = equalParts(n, extent, parts);
  }
  if (static_cast<int64_t>(sizes.size()) != n.numOutputs())
    return n.fail(
        formatv("{0} sizes for {1} outputs", sizes.size(), n.numOutputs()));
  AffineExpr start = n.expr(0);
  for (auto [i, size] : llvm::enumerate(sizes)) {
    if (constantOf(size).value_or(0) < 0)
      return n.fail(formatv("size {0} is negative", *constantOf(size)));
    n.out(i, n.slice(x, axis, start, size));
    start = start + size;
  }
  n.requireEqual(start, extent);
}

/// Extents above this mean "to the end" or "from the start".
constexpr int64_t kEnd = int64_t(1) << 40;

/// A position counted from the front, not yet clamped.
AffineExpr fromFront(Node &n, AffineExpr position, AffineExpr extent) {
  std::optional<int64_t> value = constantOf(position);
  if (value && (*value >= 0 || *value < -kEnd))
    return n.expr(std::clamp(*value, -kEnd, kEnd));
  if (value)
    return position + extent;
  if (n.leastOf(position).value_or(-1) >= 0)
    return position;
  AffineExpr isNegative = n.clamp(n.expr(0) - position, n.expr(0), n.expr(1));
  return position + extent * isNegative;
}

struct SliceSpec {
  Dims starts, ends;
  Ints axes, steps;
};

std::optional<SliceSpec> sliceSpec(Node &n, int64_t rank) {
  SliceSpec spec;
  if (n.opset < 10) {
    spec.starts = n.exprList(n.integers("starts").value_or(Ints()));
    spec.ends = n.exprList(n.integers("ends").value_or(Ints()));
    spec.axes = n.integers("axes").value_or(axesUpTo(spec.starts.size()));
    spec.steps = Ints(spec.starts.size(), 1);
  } else {
    int64_t any = std::numeric_limits<int64_t>::min();
    auto starts = n.resolve(n.need(1), "starts", any);
    auto ends = n.resolve(n.need(2), "ends", any);
    if (!starts || !ends)
      return std::nullopt;
    spec.starts = *starts;
    spec.ends = *ends;
    spec.axes = n.known(3, "axes").value_or(axesUpTo(starts->size()));
    spec.steps = n.known(4, "steps").value_or(Ints(starts->size(), 1));
  }
  size_t count = spec.starts.size();
  if (spec.ends.size() != count || spec.axes.size() != count ||
      spec.steps.size() != count)
    n.fail("starts, ends, axes and steps differ in length");
  spec.axes = n.axesIn(spec.axes, rank);
  if (n.failed())
    return std::nullopt;
  return spec;
}

/// Start and count of one axis.
std::pair<AffineExpr, AffineExpr> sliceRange(Node &n, AffineExpr start,
                                             AffineExpr end, int64_t step,
                                             AffineExpr extent) {
  start = fromFront(n, start, extent);
  end = fromFront(n, end, extent);
  AffineExpr zero = n.expr(0);
  if (step > 0) {
    start = n.clamp(start, zero, extent);
    end = n.clamp(end, zero, extent);
    return {start, n.clamp((end - start).ceilDiv(step), zero, extent)};
  }
  start = n.clamp(start, zero, extent - 1);
  end = n.clamp(end, n.expr(-1), extent - 1);
  return {start, n.clamp((start - end).ceilDiv(-step), zero, extent)};
}

void buildSlice(Node &n) {
  Value x = n.need(0);
  std::optional<SliceSpec> spec = sliceSpec(n, n.rank(x));
  if (!spec)
    return;
  for (auto [i, axis] : llvm::enumerate(spec->axes)) {
    int64_t step = spec->steps[i];
    if (step == 0)
      return n.fail("a step is 0");
    step = std::clamp(step, -kEnd, kEnd);
    auto [start, count] =
        sliceRange(n, spec->starts[i], spec->ends[i], step, n.dim(x, axis));
    x = n.slice(x, axis, start, count, step);
  }
  n.out(0, x);
}

void buildExpand(Node &n) {
  Value x = n.need(0);
  std::optional<Dims> shape = n.resolve(n.need(1), "shape", 0);
  if (!shape)
    return;
  for (AffineExpr extent : *shape)
    if (constantOf(extent).value_or(0) < 0)
      return n.fail(formatv("extent {0} is negative", *constantOf(extent)));
  n.out(0, n.broadcast(x, n.broadcastShapes(n.dims(x), *shape)));
}

void buildTile(Node &n) {
  Value x = n.need(0);
  std::optional<Dims> repeats = n.resolve(n.need(1), "repeats", 0);
  if (!repeats)
    return;
  Dims result = n.dims(x);
  if (repeats->size() != result.size())
    return n.fail(
        formatv("{0} repeats for rank {1}", repeats->size(), result.size()));
  for (auto [extent, repeat] : llvm::zip(result, *repeats)) {
    if (constantOf(repeat).value_or(0) < 0)
      return n.fail(formatv("repeat {0} is negative", *constantOf(repeat)));
    extent = extent * repeat;
  }
  n.out(0, n.emit<TileOp>(x, {{"dims", n.exprs(result)}}, n.elementOf(x)));
}

/// Mirrors and wraps reach one extent far at most.
void checkReach(Node &n, StringRef mode, AffineExpr pad, AffineExpr extent) {
  if (mode == "constant" || constantOf(pad) == 0)
    return;
  AffineExpr margin = mode == "reflect" ? pad + 1 : pad;
  if (mode == "edge")
    margin = n.expr(1);
  n.requireAtMost(margin, extent);
}

void padBy(Node &n, Value x, Value value, ArrayRef<AffineExpr> pads, Ints axes,
           StringRef mode) {
  axes = n.axesIn(axes, n.rank(x));
  if (!n.failed() && pads.size() != 2 * axes.size())
    n.fail(formatv("{0} pads for {1} axes", pads.size(), axes.size()));
  if (mode != "constant" && mode != "reflect" && mode != "edge" &&
      mode != "wrap")
    n.fail("mode " + quoted(mode) + " is not known");
  if (n.failed())
    return;
  Dims low(n.rank(x), n.expr(0)), high = low;
  for (auto [i, axis] : llvm::enumerate(axes)) {
    low[axis] = pads[i];
    high[axis] = pads[i + axes.size()];
    AffineExpr extent = n.dim(x, axis);
    checkReach(n, mode, low[axis], extent);
    checkReach(n, mode, high[axis], extent);
    n.requireAtMost(n.expr(0), extent + low[axis] + high[axis]);
  }
  n.out(0, n.pad(x, n.reshape(value, {}), low, high, mode));
}

void buildPadAttributes(Node &n) {
  Value x = n.need(0);
  padBy(n, x, n.like(x, n.real("value", 0)),
        n.exprList(n.integers("pads").value_or(Ints())), axesUpTo(n.rank(x)),
        n.string("mode", "constant"));
}

void buildPad(Node &n) {
  Value x = n.need(0);
  Value value = n.has(2) ? n.in(2) : n.like(x, 0);
  std::optional<Dims> pads =
      n.resolve(n.need(1), "pads", std::numeric_limits<int64_t>::min());
  Ints axes = n.known(3, "axes").value_or(axesUpTo(n.rank(x)));
  if (pads)
    padBy(n, x, value, *pads, axes, n.string("mode", "constant"));
}

/// An image [n, c, h, w] and the attributes of DepthToSpace and SpaceToDepth.
struct Blocks {
  Dims d;
  int64_t size;
  bool depthFirst; ///< mode DCR
};

std::optional<Blocks> blocksOf(Node &n, Value x) {
  Blocks blocks{n.dims(x), n.integer("blocksize", 0), true};
  if (blocks.d.size() != 4)
    n.fail(formatv("rank {0} is not 4", blocks.d.size()));
  if (blocks.size < 1 || blocks.size > (1 << 20))
    n.fail(formatv("blocksize {0} is out of range", blocks.size));
  std::string mode = n.string("mode", "DCR");
  if (mode != "DCR" && mode != "CRD")
    n.fail("mode " + quoted(mode) + " is not known");
  blocks.depthFirst = mode == "DCR";
  return n.failed() ? std::nullopt : std::optional(blocks);
}

void buildDepthToSpace(Node &n) {
  Value x = n.need(0);
  std::optional<Blocks> blocks = blocksOf(n, x);
  if (!blocks)
    return;
  auto [d, b, depthFirst] = *blocks;
  AffineExpr block = n.expr(b), depth = d[1].floorDiv(b * b);
  n.requireEqual(depth * (b * b), d[1]);
  Value split =
      n.reshape(x, depthFirst ? Dims{d[0], block, block, depth, d[2], d[3]}
                              : Dims{d[0], depth, block, block, d[2], d[3]});
  split = n.transpose(split, depthFirst ? Ints{0, 3, 4, 1, 5, 2}
                                        : Ints{0, 1, 4, 2, 5, 3});
  n.out(0, n.reshape(split, {d[0], depth, d[2] * b, d[3] * b}));
}

void buildSpaceToDepth(Node &n) {
  Value x = n.need(0);
  std::optional<Blocks> blocks = blocksOf(n, x);
  if (!blocks)
    return;
  auto [d, b, depthFirst] = *blocks;
  AffineExpr block = n.expr(b), h = d[2].floorDiv(b), w = d[3].floorDiv(b);
  n.requireEqual(h * b, d[2]);
  n.requireEqual(w * b, d[3]);
  Value split = n.reshape(x, {d[0], d[1], h, block, w, block});
  split = n.transpose(split, depthFirst ? Ints{0, 3, 5, 1, 2, 4}
                                        : Ints{0, 1, 3, 5, 2, 4});
  n.out(0, n.reshape(split, {d[0], d[1] * (b * b), h, w}));
}

/// Crops or pads each axis about its centre.
void buildCenterCropPad(Node &n) {
  Value x = n.need(0);
  std::optional<Dims> wanted = n.resolve(n.need(1), "shape", 0);
  Ints axes =
      n.axesIn(n.integers("axes").value_or(axesUpTo(n.rank(x))), n.rank(x));
  if (!wanted || n.failed())
    return;
  if (wanted->size() != axes.size())
    return n.fail("shape and axes differ in length");
  for (auto [extent, axis] : llvm::zip(*wanted, axes)) {
    if (n.failed())
      return;
    AffineExpr old = n.dim(x, axis), zero = n.expr(0);
    AffineExpr kept = n.clamp(extent, zero, old);
    AffineExpr added = extent - kept;
    x = n.slice(x, axis, (old - kept).floorDiv(2), kept);
    Dims low(n.rank(x), zero), high = low;
    low[axis] = added.floorDiv(2);
    high[axis] = added - low[axis];
    x = n.pad(x, n.like(x, 0), low, high);
  }
  n.out(0, x);
}

constexpr OpRow kRows[] = {
    {"CenterCropPad", 18, kLatest, buildCenterCropPad},
    {"Concat", 4, kLatest, buildConcat},
    {"DepthToSpace", 1, kLatest, buildDepthToSpace},
    {"Expand", 8, kLatest, buildExpand},
    {"Flatten", 1, kLatest, buildFlatten},
    {"Identity", 1, kLatest, buildIdentity},
    {"Pad", 2, 10, buildPadAttributes},
    {"Pad", 11, kLatest, buildPad},
    {"Reshape", 5, kLatest, buildReshape},
    {"Slice", 1, kLatest, buildSlice},
    {"SpaceToDepth", 1, kLatest, buildSpaceToDepth},
    {"Split", 2, kLatest, buildSplit},
    {"Squeeze", 1, kLatest, buildSqueeze},
    {"Tile", 6, kLatest, buildTile},
    {"Transpose", 1, kLatest, buildTranspose},
    {"Unsqueeze", 1, kLatest, buildUnsqueeze},
};

} // namespace

ArrayRef<OpRow> movementRows() { return kRows; }

} // namespace opc::onnx
