//===- SamplingNodes.cpp - Resize, GridSample, AffineGrid, RoiAlign
//------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Required.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

/// Attributes of opc.resize beyond the sizes.
struct ResizeSpec {
  std::string mode, coordinates, rounding;
  double cubic = -0.75, extrapolation = 0;
  bool excludeOutside = false, antialias = false;
  SmallVector<double> roi = {};
};

/// What is resampled: axes, their new extents, and scales where already known
/// or given by a tensor (neither: they follow from the extents).
struct ResizeSizes {
  Ints axes;
  Dims dims;
  std::optional<SmallVector<double>> scales;
  Value scaleTensor;
  bool isShared = false; ///< one scale for all axes, a quotient: of f64
};

/// floor(extent * scale) as f32 arithmetic gives it; null where only the
/// program can tell.
AffineExpr scaledExtent(Node &n, AffineExpr extent, double scale) {
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

/// Gives the axes that have no extent yet the one that the program computes,
/// from scales that it computes or that do not divide.
void computeExtents(Node &n, Value x, ResizeSizes &s) {
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

std::optional<ResizeSizes> fromScales(Node &n, Value x, Ints axes,
                                      Value scales) {
  ResizeSizes s;
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
  computeExtents(n, x, s);
  return n.failed() ? std::nullopt : std::optional(s);
}

/// One scale for all axes, that of the axis that wants the least
/// ("not_larger") or the most, and the extents that follow from it.
void keepAspect(Node &n, const Dims &old, StringRef policy, ResizeSizes &s) {
  Type real = n.state.builder.getF64Type();
  Value from = n.max(n.cast(n.extents(old), real), n.scalar(real, 1));
  Value ratios = n.div(n.cast(n.extents(s.dims), real), from);
  Value one =
      n.reduce(policy == "not_larger" ? "min" : "max", ratios, {0}, true);
  Value whole = n.unary<FloorOp>(
      n.add(n.mul(n.cast(n.extents(old), real), one), n.scalar(real, 0.5)));
  s.scaleTensor = n.broadcast(one, {n.expr(old.size())});
  if (auto dims = n.resolve(n.cast(whole, n.i64Type(), true), "sizes", 0))
    s.dims = *dims;
}

/// Scales are sizes / extents, one for all where the aspect ratio is kept.
std::optional<ResizeSizes> fromSizes(Node &n, Value x, Ints axes, Value sizes) {
  ResizeSizes s;
  s.axes = axes;
  constexpr StringLiteral kUneven("sizes and axes differ in length");
  std::optional<Dims> wanted =
      n.resolve(listOf(n, sizes, axes.size(), kUneven), "sizes", 0);
  if (!wanted || wanted->size() != axes.size()) {
    n.fail(kUneven);
    return std::nullopt;
  }
  s.dims = *wanted;
  Dims old;
  for (int64_t axis : axes)
    old.push_back(n.dim(x, axis));
  std::string policy = n.string("keep_aspect_ratio_policy", "stretch");
  auto from = constantsOf(old), to = constantsOf(*wanted);
  if (policy != "stretch" && policy != "not_larger" && policy != "not_smaller")
    n.fail("keep_aspect_ratio_policy " + quoted(policy) + " is not known");
  if (n.failed())
    return std::nullopt;
  s.isShared = policy != "stretch" && !axes.empty();
  if (from && to) {
    s.scales.emplace();
    for (auto [a, b] : llvm::zip(*from, *to))
      s.scales->push_back(static_cast<double>(b) / std::max<int64_t>(a, 1));
    if (s.isShared) {
      double one = policy == "not_larger"
                       ? *std::min_element(s.scales->begin(), s.scales->end())
                       : *std::max_element(s.scales->begin(), s.scales->end());
      s.scales->assign(axes.size(), one);
      for (auto [a, extent] : llvm::zip(*from, s.dims))
        extent = n.expr(static_cast<int64_t>(std::floor(one * a + 0.5)));
    }
  } else if (s.isShared) {
    keepAspect(n, old, policy, s);
  }
  return n.failed() ? std::nullopt : std::optional(s);
}

/// Axes with scale 1 stay as they are, unless a region of interest moves them.
void dropUnscaled(Node &n, Value x, ResizeSizes &s, ResizeSpec &spec) {
  bool isComputed = !s.scales && s.scaleTensor;
  if (isComputed || spec.coordinates == "tf_crop_and_resize")
    return;
  ResizeSizes kept;
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
Value scalesOf(Node &n, Value x, const ResizeSizes &s) {
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

void emitResize(Node &n, Value x, ResizeSizes s, ResizeSpec spec) {
  dropUnscaled(n, x, s, spec);
  if (s.axes.empty())
    return n.out(0, x);
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
  n.out(0,
        n.emit<ResizeOp>({x, scales},
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
                         n.elementOf(x)));
}

/// Upsample and the first Resize: positions are output / scale, rounded down.
void buildOldResize(Node &n) {
  Value x = n.need(0);
  ResizeSpec spec{n.string("mode", "nearest"), "asymmetric", "floor"};
  Ints axes = axesUpTo(n.rank(x));
  Value scales;
  if (n.opset < 9) {
    SmallVector<double> list =
        n.realList("scales").value_or(SmallVector<double>());
    scales = n.reals(n.f32Type(), {static_cast<int64_t>(list.size())}, list);
  } else {
    scales = n.need(1);
  }
  if (auto s = fromScales(n, x, axes, scales))
    emitResize(n, x, *s, spec);
}

void buildResize(Node &n) {
  Value x = n.need(0);
  ResizeSpec spec{n.string("mode", "nearest"),
                  n.string("coordinate_transformation_mode", "half_pixel"),
                  n.string("nearest_mode", "round_prefer_floor")};
  spec.cubic = n.real("cubic_coeff_a", -0.75);
  spec.excludeOutside = n.flag("exclude_outside", false);
  spec.extrapolation = n.real("extrapolation_value", 0);
  spec.antialias = n.flag("antialias", false);
  Ints axes =
      n.axesIn(n.integers("axes").value_or(axesUpTo(n.rank(x))), n.rank(x));
  if (spec.coordinates == "tf_crop_and_resize") {
    auto roi = n.has(1) ? n.reals(n.in(1)) : std::nullopt;
    if (!roi)
      return n.failNeeds("roi");
    if (roi->size() != 2 * axes.size())
      return n.fail("roi and axes differ in length");
    spec.roi = *roi;
  }
  n.ignoreInput(1);                     // of that form only
  n.ignore("keep_aspect_ratio_policy"); // of sizes
  // An input of no elements stands for one that is left out.
  auto isGiven = [&](int64_t i) {
    return n.in(i) && constantOf(n.size(n.in(i))) != 0;
  };
  bool bySize = isGiven(3), byScale = isGiven(2);
  if (bySize == byScale)
    return n.fail(bySize ? "both scales and sizes are given"
                         : "neither scales nor sizes are given");
  auto s =
      bySize ? fromSizes(n, x, axes, n.in(3)) : fromScales(n, x, axes, n.in(2));
  if (s)
    emitResize(n, x, *s, spec);
}

void buildGridSample(Node &n) {
  Value x = n.need(0), grid = n.need(1);
  std::string mode = n.string("mode", n.opset < 20 ? "bilinear" : "linear");
  if (mode == "bilinear")
    mode = "linear";
  if (mode == "bicubic")
    mode = "cubic";
  if (n.failed() || n.rank(x) < 3 || n.rank(grid) != n.rank(x))
    return n.fail("ranks of input and grid do not fit");
  n.requireEqual(n.dim(x, 0), n.dim(grid, 0));
  n.requireEqual(n.dim(grid, -1), n.expr(n.rank(x) - 2));
  requireElements(n, x, axesBetween(2, n.rank(x)));
  n.out(0, n.emit<GridSampleOp>(
               {x, grid},
               {{"mode", n.text(mode)},
                {"padding", n.text(n.string("padding_mode", "zeros"))},
                {"align_corners", n.boolean(n.flag("align_corners", false))}},
               n.elementOf(x)));
}

/// Normalised positions [-1, 1] of the elements along one axis.
Value linePositions(Node &n, Type element, int64_t axis, ArrayRef<AffineExpr> d,
                    bool corners) {
  Value i = n.iota(element, axis, d);
  Value extent = n.extentAs(element, d[axis]), one = n.scalar(element, 1);
  // A single element lies at -1: 0 divides by 1.
  if (corners)
    return n.sub(
        n.div(n.mul(i, n.scalar(element, 2)), n.max(n.sub(extent, one), one)),
        one);
  Value twice = n.add(n.mul(i, n.scalar(element, 2)), one);
  return n.sub(n.div(twice, extent), one);
}

/// grid[n, spatial..., :] = theta[n] * (x, y, (z,) 1).
void buildAffineGrid(Node &n) {
  Value theta = n.need(0);
  std::optional<Dims> size = n.resolve(n.need(1), "size", 1);
  if (!size || (size->size() != 4 && size->size() != 5) || n.rank(theta) != 3)
    return n.fail("size has neither 4 nor 5 elements, or theta no rank of 3");
  theta = wide(n, theta);
  Type element = n.elementOf(theta);
  Dims spatial(size->begin() + 2, size->end());
  int64_t rank = spatial.size();
  n.requireEqual(n.dim(theta, 0), (*size)[0]);
  n.requireEqual(n.dim(theta, 1), n.expr(rank));
  n.requireEqual(n.dim(theta, 2), n.expr(rank + 1));
  bool corners = n.flag("align_corners", false);
  SmallVector<Value> columns;
  for (int64_t axis = rank - 1; axis >= 0; --axis)
    columns.push_back(linePositions(n, element, axis, spatial, corners));
  columns.push_back(n.broadcast(n.scalar(element, 1), spatial));
  for (Value &column : columns)
    column = n.unsqueeze(column, {-1});
  Value base = n.concat(columns, rank);
  AffineExpr points = n.sizeOf(base, 0, rank);
  base = n.reshape(base, {points, n.expr(rank + 1)});
  Value grid = n.matmul(base, theta, element, false, /*transposeB=*/true);
  Dims result{(*size)[0]};
  llvm::append_range(result, spatial);
  result.push_back(n.expr(rank));
  n.out(0, rounded(n, n.reshape(grid, result)));
}

void buildRoiAlign(Node &n) {
  Value x = n.need(0), rois = n.need(1), batch = n.need(2);
  std::string mode = n.string("mode", "avg");
  std::string coordinates =
      n.opset < 16 ? "output_half_pixel"
                   : n.string("coordinate_transformation_mode", "half_pixel");
  int64_t height = n.integer("output_height", 1);
  int64_t width = n.integer("output_width", 1);
  int64_t ratio = n.integer("sampling_ratio", 0);
  if (n.failed() || n.rank(x) != 4 || n.rank(rois) != 2 || n.rank(batch) != 1)
    return n.fail("ranks of the inputs do not fit");
  constexpr int64_t kMost = 1 << 24;
  if (height < 1 || width < 1 || ratio < 0 || height > kMost || width > kMost ||
      ratio > kMost)
    return n.fail("the output's extents or sampling_ratio are out of range");
  if (coordinates != "half_pixel" && coordinates != "output_half_pixel")
    return n.fail("coordinates " + quoted(coordinates) + " are not known");
  n.requireEqual(n.dim(rois, 1), n.expr(4));
  n.requireEqual(n.dim(rois, 0), n.dim(batch, 0));
  requireElements(n, x, {2, 3});
  n.out(0, n.emit<RoiAlignOp>(
               {x, rois, batch},
               {{"mode", n.text(mode)},
                {"half_pixel", n.boolean(coordinates == "half_pixel")},
                {"height", n.i64(height)},
                {"width", n.i64(width)},
                {"sampling_ratio", n.i64(ratio)},
                {"spatial_scale", n.f64(n.real("spatial_scale", 1))}},
               n.elementOf(x)));
}

constexpr OpRow kRows[] = {
    {"AffineGrid", 20, kLatest, buildAffineGrid},
    {"GridSample", 16, kLatest, buildGridSample},
    {"Resize", 10, 10, buildOldResize},
    {"Resize", 11, kLatest, buildResize},
    {"RoiAlign", 10, kLatest, buildRoiAlign},
    {"Upsample", 7, 9, buildOldResize},
};

} // namespace

ArrayRef<OpRow> samplingRows() { return kRows; }

} // namespace opc::onnx
