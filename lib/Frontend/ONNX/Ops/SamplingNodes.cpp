//===- SamplingNodes.cpp - Resize, GridSample, AffineGrid, RoiAlign -------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Arrays/Indexing.h"
#include "opc/Frontend/Graph/Sampling/Grids.h"
#include "opc/Frontend/Graph/Sampling/Resampling.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

/// Upsample's scales are 1 or more; Resize came for others.
void requireGrowth(Node &n, Value scales) {
  if (n.failed())
    return;
  auto known = n.reals(scales);
  for (double scale : known.value_or(SmallVector<double>()))
    if (scale < 1)
      return n.fail(formatv("scale {0} is less than 1", scale));
  if (known)
    return;
  Value least = n.reduce("min", scales, axesUpTo(n.rank(scales)), false);
  n.guard(n.compare<GreaterEqualOp>(least, n.like(least, 1)),
          "a scale is less than 1");
}

/// Scales of Upsample and of the first Resize.
Value oldScales(Node &n) {
  if (n.opset >= 9)
    return n.need(1);
  SmallVector<double> list = n.needReals("scales");
  return n.reals(n.f32Type(), {static_cast<int64_t>(list.size())}, list);
}

/// What both do: positions are output / scale, rounded down.
void resizeBy(Node &n, Value scales) {
  Value x = n.need(0);
  Interpolation spec{n.string("mode", "nearest"), "asymmetric", "floor"};
  Ints axes = axesUpTo(n.rank(x));
  if (auto s = resamplingByScales(n, x, axes, scales))
    n.out(0, resample(n, x, *s, spec));
}

void buildOldResize(Node &n) { resizeBy(n, oldScales(n)); }

void buildUpsample(Node &n) {
  Value scales = oldScales(n);
  resizeBy(n, scales);
  requireGrowth(n, scales);
}

Interpolation readInterpolation(Node &n) {
  Interpolation spec{n.string("mode", "nearest"),
                     n.string("coordinate_transformation_mode", "half_pixel"),
                     n.string("nearest_mode", "round_prefer_floor")};
  spec.cubic = n.real("cubic_coeff_a", -0.75);
  spec.excludeOutside = n.flag("exclude_outside", false);
  spec.extrapolation = n.real("extrapolation_value", 0);
  spec.antialias = n.flag("antialias", false);
  return spec;
}

void readRegion(Node &n, const Ints &axes, Interpolation &spec) {
  if (spec.coordinates == "tf_crop_and_resize") {
    auto roi = n.has(1) ? n.reals(n.in(1)) : std::nullopt;
    if (!roi)
      return n.failNeeds("roi");
    if (roi->size() != 2 * axes.size())
      return n.fail(formatv("roi has {0} elements, not {1}", roi->size(),
                            2 * axes.size()));
    spec.roi = *roi;
  }
  n.ignoreInput(1); // of that form only
}

/// The node's keep_aspect_ratio_policy.
AspectRatio aspectRatio(Node &n) {
  std::string policy = n.string("keep_aspect_ratio_policy", "stretch");
  if (policy == "not_larger")
    return AspectRatio::NotLarger;
  if (policy == "not_smaller")
    return AspectRatio::NotSmaller;
  if (policy != "stretch")
    n.fail("keep_aspect_ratio_policy " + quoted(policy) + " is not known");
  return AspectRatio::Stretch;
}

void buildResize(Node &n) {
  Value x = n.need(0);
  Interpolation spec = readInterpolation(n);
  Ints axes =
      n.axesIn(n.integers("axes").value_or(axesUpTo(n.rank(x))), n.rank(x));
  readRegion(n, axes, spec);
  n.ignore("keep_aspect_ratio_policy"); // of sizes
  // An input of no elements stands for one that is left out.
  auto isGiven = [&](int64_t i) {
    return n.in(i) && constantOf(n.size(n.in(i))) != 0;
  };
  bool bySize = isGiven(3), byScale = isGiven(2);
  if (bySize == byScale)
    return n.fail(bySize ? "both scales and sizes are given"
                         : "neither scales nor sizes are given");
  auto s = bySize ? resamplingToSizes(n, x, axes, n.in(3), aspectRatio(n))
                  : resamplingByScales(n, x, axes, n.in(2));
  if (s)
    n.out(0, resample(n, x, *s, spec));
}

void buildGridSample(Node &n) {
  GridSample g{n.need(0), n.need(1)};
  std::string mode = n.string("mode", n.opset < 20 ? "bilinear" : "linear");
  g.mode = mode == "bilinear" ? "linear" : mode == "bicubic" ? "cubic" : mode;
  g.padding = n.string("padding_mode", "zeros");
  g.alignCorners = n.flag("align_corners", false);
  n.out(0, gridSample(n, g));
}

void buildAffineGrid(Node &n) {
  Value theta = n.need(0);
  std::optional<Dims> size =
      n.resolve(n.vectorOf(n.need(1), "size"), "size", 1);
  if (n.failed() || !size || (size->size() != 4 && size->size() != 5) ||
      n.rank(theta) != 3)
    return n.fail("size has neither 4 nor 5 elements, or theta no rank of 3");
  bool corners = n.flag("align_corners", false);
  n.out(0, rounded(n, affineGrid(n, theta, *size, corners)));
}

void requireFinite(Node &n, Value x, StringRef name) {
  Value isOther = n.binary<OrOp>(n.isInfinite(x), n.isNan(x));
  Value each = n.cast(isOther, n.i64Type());
  Value count = n.reduce("sum", each, axesUpTo(n.rank(x)), false);
  if (!n.failed())
    n.requireAtMost(n.bindElement(count, 0, 0), n.expr(0),
                    "{0} numbers of input " + quoted(name) + " are not finite");
}

void buildRoiAlign(Node &n) {
  RoiAlign r{n.need(0), n.need(1), n.need(2)};
  r.mode = n.string("mode", "avg");
  std::string coordinates =
      n.opset < 16 ? "output_half_pixel"
                   : n.string("coordinate_transformation_mode", "half_pixel");
  r.halfPixel = coordinates == "half_pixel";
  r.height = n.integer("output_height", 1);
  r.width = n.integer("output_width", 1);
  r.samplingRatio = n.integer("sampling_ratio", 0);
  r.scale = n.real("spatial_scale", 1);
  constexpr int64_t kMost = 1 << 24;
  if (r.height < 1 || r.width < 1 || r.samplingRatio < 0 || r.height > kMost ||
      r.width > kMost || r.samplingRatio > kMost)
    return n.fail("the output's extents or sampling_ratio are out of range");
  if (!r.halfPixel && coordinates != "output_half_pixel")
    return n.fail("coordinates " + quoted(coordinates) + " are not known");
  if (n.failed())
    return;
  requireFinite(n, r.rois, "rois");
  r.batch = fromTheFront(n, r.batch);
  n.out(0, roiAlign(n, r));
}

constexpr OpRow kRows[] = {
    {"AffineGrid", 20, kLatest, buildAffineGrid},
    {"GridSample", 16, kLatest, buildGridSample},
    {"Resize", 10, 10, buildOldResize},
    {"Resize", 11, kLatest, buildResize},
    {"RoiAlign", 10, kLatest, buildRoiAlign},
    {"Upsample", 7, 9, buildUpsample},
};

} // namespace

ArrayRef<OpRow> samplingRows() { return kRows; }

} // namespace opc::onnx
