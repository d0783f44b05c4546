//===- Resampling.cpp - new extents by interpolation ----------------------===//
#include "opc/Frontend/Graph/Sampling/Resampling.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

/// floor(extent * scale) as f32 arithmetic gives it; null where only the
/// program can tell.
static AffineExpr scaledExtent(Emitter &n, AffineExpr extent, double scale) {
  if (auto value = constantOf(extent)) {
    double result =
        std::floor(static_cast<float>(*value) * static_cast<float>(scale));
    if (!(result >= 0 && result < double(kLargestExtent))) {
      n.fail(formatv("scale {0} of extent {1} is out of range", scale, *value));
      return extent;
    }
    return n.expr(static_cast<int64_t>(result));
  }
  for (int64_t divisor : {1, 2, 4, 8, 16}) {
    double times = scale * divisor;
    if (times == std::floor(times) && times > 0 && times < 65536)
      return (extent * static_cast<int64_t>(times)).floorDiv(divisor);
  }
  return {};
}

/// Scales that only the run knows are numbers above 0, as known ones are.
static void requirePositive(Emitter &n, Value scales, const Ints &axes) {
  scales = n.cast(scales, n.f32Type());
  Value isNumber = n.binary<AndOp>(
      n.compare<GreaterOp>(scales, n.scalar(n.f32Type(), 0)),
      n.compare<LessOp>(scales, n.scalar(n.f32Type(), INFINITY)));
  int64_t count = axes.size();
  Value each = n.integers(n.i64Type(), {count}, n.exprList(axes));
  Value none = n.scalarInt(n.i64Type(), -1);
  Value wrong = n.reduce("max", n.select(isNumber, none, each), {0}, false);
  n.requireAtMost(n.bindElement(n.max(wrong, none), 0, -1), n.expr(-1),
                  "the scale of axis {0} is not a positive number");
}

/// Gives the axes that have no extent yet the one that the program computes,
/// from scales that it computes or that do not divide.
static void computeExtents(Emitter &n, Value x, Resampling &s) {
  Ints open;
  Dims old;
  for (auto [i, extent] : llvm::enumerate(s.dims))
    if (!extent) {
      open.push_back(i);
      old.push_back(n.dim(x, s.axes[i]));
    }
  if (open.empty())
    return;
  Value scales = s.scaleTensor;
  if (open.size() < s.axes.size()) {
    SmallVector<double> known;
    for (int64_t i : open)
      known.push_back((*s.scales)[i]);
    scales = n.reals(n.f32Type(), {static_cast<int64_t>(known.size())}, known);
  }
  Value product =
      n.mul(n.cast(n.extents(old), n.f32Type()), n.cast(scales, n.f32Type()));
  Value whole = n.cast(n.unary<FloorOp>(product), n.i64Type(), true);
  Dims found = n.resolve(whole, "scales", 0).value_or(old);
  for (auto [i, extent] : llvm::zip(open, found))
    s.dims[i] = extent;
}

std::optional<Resampling> resamplingByScales(Emitter &n, Value x,
                                             const Ints &axes, Value scales) {
  Resampling s;
  s.axes = axes;
  scales = s.scaleTensor =
      listOf(n, scales, axes.size(), "{0} scales for {1} axes");
  if (n.failed())
    return std::nullopt;
  int64_t count = *constantOf(n.size(scales));
  if (count != static_cast<int64_t>(axes.size())) {
    n.fail(formatv("{0} scales for {1} axes", count, axes.size()));
    return std::nullopt;
  }
  s.scales = n.reals(scales);
  s.dims.assign(axes.size(), AffineExpr());
  for (size_t i = 0; s.scales && i < axes.size(); ++i) {
    if (!((*s.scales)[i] > 0)) {
      n.fail(formatv("scale {0} is not positive", (*s.scales)[i]));
      return std::nullopt;
    }
    s.dims[i] = scaledExtent(n, n.dim(x, axes[i]), (*s.scales)[i]);
  }
  if (!s.scales)
    requirePositive(n, scales, axes);
  computeExtents(n, x, s);
  return n.failed() ? std::nullopt : std::optional(s);
}

/// One scale for all axes, that of the axis that wants the least or the most,
/// and the extents that follow from it.
static void keepAspect(Emitter &n, const Dims &old, AspectRatio ratio,
                       Resampling &s) {
  Type real = n.state.builder.getF64Type();
  Value from = n.max(n.cast(n.extents(old), real), n.scalar(real, 1));
  Value ratios = n.div(n.cast(n.extents(s.dims), real), from);
  Value one = n.reduce(ratio == AspectRatio::NotLarger ? "min" : "max", ratios,
                       {0}, true);
  Value whole = n.unary<FloorOp>(
      n.add(n.mul(n.cast(n.extents(old), real), one), n.scalar(real, 0.5)));
  s.scaleTensor = n.broadcast(one, {n.expr(old.size())});
  if (auto dims = n.resolve(n.cast(whole, n.i64Type(), true), "sizes", 0))
    s.dims = *dims;
}

/// One scale for all axes of known extents, and the extents that follow.
static void keepKnownAspect(Emitter &n, ArrayRef<int64_t> old,
                            AspectRatio ratio, Resampling &s) {
  double one = ratio == AspectRatio::NotLarger
                   ? *std::min_element(s.scales->begin(), s.scales->end())
                   : *std::max_element(s.scales->begin(), s.scales->end());
  s.scales->assign(old.size(), one);
  for (auto [a, extent] : llvm::zip(old, s.dims))
    extent = n.expr(static_cast<int64_t>(std::floor(one * a + 0.5)));
}

std::optional<Resampling> resamplingToSizes(Emitter &n, Value x,
                                            const Ints &axes, Value sizes,
                                            AspectRatio ratio) {
  Resampling s;
  s.axes = axes;
  constexpr StringLiteral kUneven("{0} sizes for {1} axes");
  std::optional<Dims> wanted =
      n.resolve(listOf(n, sizes, axes.size(), kUneven), "sizes", 0);
  if (!wanted)
    return std::nullopt;
  if (wanted->size() != axes.size()) {
    n.fail(formatv(kUneven.data(), wanted->size(), axes.size()));
    return std::nullopt;
  }
  s.dims = *wanted;
  Dims old;
  for (int64_t axis : axes)
    old.push_back(n.dim(x, axis));
  auto from = constantsOf(old), to = constantsOf(*wanted);
  s.isShared = ratio != AspectRatio::Stretch && !axes.empty();
  if (from && to) {
    s.scales.emplace();
    for (auto [a, b] : llvm::zip(*from, *to))
      s.scales->push_back(static_cast<double>(b) / std::max<int64_t>(a, 1));
    if (s.isShared)
      keepKnownAspect(n, *from, ratio, s);
  } else if (s.isShared) {
    keepAspect(n, old, ratio, s);
  }
  return n.failed() ? std::nullopt : std::optional(s);
}

/// Axes with scale 1 stay as they are, unless a region of interest moves them.
static void dropUnscaled(Emitter &n, Value x, Resampling &s,
                         const Interpolation &spec) {
  bool isComputed = !s.scales && s.scaleTensor;
  if (isComputed || spec.coordinates == "tf_crop_and_resize")
    return;
  Resampling kept;
  kept.isShared = s.isShared;
  if (s.scales)
    kept.scales.emplace();
  for (auto [i, axis] : llvm::enumerate(s.axes)) {
    bool isOne = !s.scales || (*s.scales)[i] == 1;
    if (isOne && s.dims[i] == n.dim(x, axis))
      continue;
    kept.axes.push_back(axis);
    kept.dims.push_back(s.dims[i]);
    if (s.scales)
      kept.scales->push_back((*s.scales)[i]);
  }
  s = kept;
}

/// One scale for each axis.
static Value scalesOf(Emitter &n, Value x, const Resampling &s) {
  Type real = s.isShared ? n.state.builder.getF64Type() : n.f32Type();
  if (s.scales)
    return n.reals(real, {static_cast<int64_t>(s.axes.size())}, *s.scales);
  if (s.scaleTensor)
    return n.cast(s.scaleTensor, real);
  Dims old;
  for (int64_t axis : s.axes)
    old.push_back(n.dim(x, axis));
  return n.div(n.cast(n.extents(s.dims), n.f32Type()),
               n.cast(n.extents(old), n.f32Type()));
}

Value resample(Emitter &n, Value x, Resampling s, Interpolation spec) {
  dropUnscaled(n, x, s, spec);
  if (s.axes.empty())
    return x;
  for (auto [axis, extent] : llvm::zip(s.axes, s.dims))
    n.requireAtMost(
        n.clamp(extent, n.expr(0), n.expr(1)), n.dim(x, axis),
        formatv("axis {0} has {1} elements, none to resample", axis, "{1}")
            .str());
  Value scales = scalesOf(n, x, s);
  if (spec.mode == "bilinear" || spec.mode == "trilinear")
    spec.mode = "linear";
  if (spec.mode == "bicubic")
    spec.mode = "cubic";
  return n.emit<ResizeOp>({x, scales},
                          {{"axes", n.ints(s.axes)},
                           {"dims", n.exprs(s.dims)},
                           {"mode", n.text(spec.mode)},
                           {"coordinates", n.text(spec.coordinates)},
                           {"rounding", n.text(spec.rounding)},
                           {"cubic_coefficient", n.f64(spec.cubic)},
                           {"exclude_outside", n.boolean(spec.excludeOutside)},
                           {"antialias", n.boolean(spec.antialias)},
                           {"extrapolation", n.f64(spec.extrapolation)},
                           {"roi", n.doubles(spec.roi)}},
                          n.elementOf(x));
}

} // namespace opc::graph
