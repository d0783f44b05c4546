//===- WindowNodes.cpp - convolutions, pools and resampling ---------------===//
#include "AxisScale.h"
#include "Windows.h"
#include "opc/Frontend/Graph/Arrays/Reduction.h"
#include "opc/Frontend/Graph/Layers/Pooling.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::torch {

Ints perAxis(Node &n, StringRef name, int64_t axes, const Ints &absent) {
  Ints values = n.integers(name);
  if (values.empty())
    return absent;
  if (values.size() == 1)
    return Ints(axes, values[0]);
  if (static_cast<int64_t>(values.size()) != axes)
    n.fail(
        formatv("{0} has {1} values for {2} axes", name, values.size(), axes));
  return values;
}

Part adaptivePart(int64_t i, int64_t extent, int64_t count) {
  return {i * extent / count, ((i + 1) * extent + count - 1) / count};
}

SmallVector<double> readScales(Node &n, int64_t spatial) {
  constexpr StringRef kNames[] = {"scales_d", "scales_h", "scales_w"};
  SmallVector<double> scales;
  for (StringRef name : ArrayRef(kNames).take_back(spatial))
    scales.push_back(
        n.optionalReal(n.schema.find(name) ? name : "scales").value_or(0));
  return scales;
}

namespace {

/// One line or image without a batch, as a batch of one.
struct Batched {
  Value x;
  bool isAlone = false;
  Value back(Node &n, Value y) const { return isAlone ? n.squeeze(y, {0}) : y; }
};
Batched batched(Node &n, Value x, int64_t spatial) {
  if (n.failed() || n.rank(x) == spatial + 2)
    return {x};
  if (n.rank(x) != spatial + 1)
    n.fail(formatv("rank {0} for {1} spatial axes", n.rank(x), spatial));
  return {n.unsqueeze(x, {0}), true};
}

Value convolution(Node &n, Value x, Value w, Value bias, Window window,
                  int64_t groups, bool transposed, const Ints &outputPadding) {
  if (n.failed() || !n.isFloat(x))
    n.refuse("integers are not supported", "reals");
  Type element = n.elementOf(x);
  x = wide(n, x);
  w = wide(n, w);
  std::optional<Ints> kernel = kernelExtents(n, x, w, "weight");
  if (!kernel)
    return {};
  window.kernel = *kernel;
  window.high = window.low;
  for (auto [high, extra] : llvm::zip(window.high, outputPadding))
    high -= extra;
  graph::Convolution c{x, w, window, groups};
  Value y = transposed ? convolveTransposed(n, c, n.elementOf(x))
                       : convolve(n, c, n.elementOf(x));
  if (bias)
    y = addChannelBias(n, y, wide(n, bias));
  return n.cast(y, element);
}

Window readWindow(Node &n, int64_t spatial) {
  Window w;
  w.strides = perAxis(n, "stride", spatial, Ints(spatial, 1));
  w.low = perAxis(n, "padding", spatial, Ints(spatial, 0));
  w.dilations = perAxis(n, "dilation", spatial, Ints(spatial, 1));
  return w;
}

void buildConvolution(Node &n, bool transposed) {
  Value x = n.tensor("input"), w = n.tensor("weight"),
        bias = n.optionalTensor("bias");
  if (n.failed())
    return;
  int64_t spatial = n.rank(w) - 2;
  Window window = readWindow(n, spatial);
  Ints extra; // has a meaning for the transposed form only
  if (transposed)
    extra = perAxis(n, "output_padding", spatial, Ints(spatial, 0));
  Batched b = batched(n, x, spatial);
  Value y = convolution(n, b.x, w, bias, window, n.integer("groups"),
                        transposed, extra);
  n.out(b.back(n, y));
}
template <bool Transposed> void buildConv(Node &n) {
  buildConvolution(n, Transposed);
}
void buildEitherConv(Node &n) {
  bool transposed = n.flag("transposed");
  if (!transposed)
    n.ignore("output_padding"); // has no meaning then
  buildConvolution(n, transposed);
}

/// Kernel, stride (which is the kernel without one) and padding.
graph::Pool readPool(Node &n, Value x, int64_t spatial, bool dilated) {
  graph::Pool pool{x, {}, n.flag("ceil_mode")};
  Window &w = pool.window;
  w.kernel = perAxis(n, "kernel_size", spatial, {});
  w.strides = perAxis(n, "stride", spatial, w.kernel);
  w.low = perAxis(n, "padding", spatial, Ints(spatial, 0));
  w.high = w.low;
  w.dilations = dilated ? perAxis(n, "dilation", spatial, Ints(spatial, 1))
                        : Ints(spatial, 1);
  if (!n.failed() && w.kernel.empty())
    n.fail("it has no kernel_size");
  for (auto [extent, pad] : llvm::zip(w.kernel, w.low))
    if (!n.failed() && (extent < 1 || pad < 0 || 2 * pad > extent))
      n.fail(formatv("padding {0} is more than half of a kernel of {1}", pad,
                     extent));
  return pool;
}

template <int64_t Spatial, bool WithIndices> void buildMaxPool(Node &n) {
  Batched b = batched(n, n.tensor("self"), Spatial);
  graph::Pool pool = readPool(n, b.x, Spatial, true);
  if (n.failed())
    return;
  n.out(0, b.back(n, maxPool(n, pool)));
  if (!WithIndices)
    return;
  // Counted in one image.
  Value places = maxPoolIndices(n, pool, false);
  Value image = n.extentAs(n.i64Type(), n.sizeOf(b.x, 2, n.rank(b.x)));
  n.out(1, b.back(n, n.binary<ModOp>(places, image)));
}

template <int64_t Spatial> void buildAveragePool(Node &n) {
  Batched b = batched(n, n.tensor("self"), Spatial);
  graph::Pool pool = readPool(n, b.x, Spatial, false);
  bool countPadding = n.flag("count_include_pad");
  std::optional<int64_t> divisor;
  if (n.schema.find("divisor_override"))
    divisor = n.optionalInteger("divisor_override");
  if (n.failed() || !n.isFloat(b.x))
    return n.refuse("integers are not supported", "reals");
  Type element = n.elementOf(pool.x);
  pool.x = wide(n, pool.x);
  Value y = divisor ? sumPool(n, pool) : averagePool(n, pool, countPadding);
  if (divisor)
    y = n.div(y, n.like(y, static_cast<double>(*divisor)));
  n.out(b.back(n, n.cast(y, element)));
}

/// The greatest element of each of as many parts of the spatial axes, and where
/// in the image it is.
struct PartMaximum {
  Value value, place;
};
PartMaximum maximumOf(Node &n, Value x, ArrayRef<int64_t> begins,
                      ArrayRef<int64_t> extents, ArrayRef<int64_t> image) {
  Value part = x;
  Dims flat{n.dim(x, 0), n.dim(x, 1), n.expr(1)};
  for (auto [i, extent] : llvm::enumerate(extents)) {
    part = n.slice(part, i + 2, n.expr(begins[i]), n.expr(extent));
    flat[2] = flat[2] * extent;
  }
  part = n.reshape(part, flat);
  Value at = argExtreme(n, part, {"max", 2, true, false});
  Value value = n.reduce("max", part, {2}, true);
  if (n.isFloat(part)) {
    // Of those that are no number, the last.
    Value noNumber = n.cast(n.isNan(part), n.elementOf(part));
    at = n.select(n.isNan(value),
                  argExtreme(n, noNumber, {"max", 2, true, true}), at);
  }
  // From places in the part to those in the image, from the last axis on.
  Value place = n.scalarInt(n.i64Type(), 0);
  int64_t stride = 1;
  for (int64_t i = static_cast<int64_t>(extents.size()) - 1; i >= 0; --i) {
    Value extent = n.scalarInt(n.i64Type(), extents[i]);
    Value along =
        n.add(n.binary<ModOp>(at, extent), n.scalarInt(n.i64Type(), begins[i]));
    place = n.add(place, n.mul(along, n.scalarInt(n.i64Type(), stride)));
    at = n.div(at, extent);
    stride *= image[i];
  }
  return {value, place};
}
template <int64_t Spatial> void buildAdaptiveMax(Node &n) {
  constexpr int64_t kMostParts = 256;
  Batched b = batched(n, n.tensor("self"), Spatial);
  Ints sizes = perAxis(n, "output_size", Spatial, {}), image;
  int64_t count = 1;
  for (int64_t i = 0; i < Spatial && !n.failed(); ++i) {
    std::optional<int64_t> extent = constantOf(n.dim(b.x, i + 2));
    image.push_back(extent.value_or(0));
    count *= sizes[i];
    if (image[i] < 1 || sizes[i] < 1 || count > kMostParts)
      n.refuse("parts of an extent that is open, or as many of them, are not "
               "supported",
               formatv("up to {0} parts of known extents", kMostParts));
  }
  SmallVector<Value> values, places;
  for (int64_t part = 0; part < count && !n.failed(); ++part) {
    Ints begins(Spatial), extents(Spatial);
    int64_t rest = part;
    for (int64_t i = Spatial - 1; i >= 0; --i) {
      int64_t at = rest % sizes[i];
      rest /= sizes[i];
      Part p = adaptivePart(at, image[i], sizes[i]);
      begins[i] = p.begin;
      extents[i] = p.extent();
    }
    PartMaximum m = maximumOf(n, b.x, begins, extents, image);
    values.push_back(m.value);
    places.push_back(m.place);
  }
  if (n.failed())
    return;
  Dims dims{n.dim(b.x, 0), n.dim(b.x, 1)};
  llvm::append_range(dims, n.exprList(sizes));
  n.out(0, b.back(n, n.reshape(n.concat(values, 2), dims)));
  n.out(1, b.back(n, n.reshape(n.concat(places, 2), dims)));
}

/// Means of as many parts of an axis, which may overlap by one element.
Value averageTo(Node &n, Value x, int64_t axis, int64_t count) {
  constexpr int64_t kMostParts = 64;
  AffineExpr open = n.dim(x, axis);
  if (count == 1)
    return n.mean(x, {axis}, true);
  std::optional<int64_t> extent = constantOf(open);
  if (!extent || count < 1 || count > kMostParts) {
    n.refuse(formatv("{0} parts of an extent that may be open are not "
                     "supported",
                     count),
             formatv("one part, or up to {0} of a known extent", kMostParts));
    return {};
  }
  SmallVector<Value> parts;
  for (int64_t i = 0; i < count; ++i) {
    Part p = adaptivePart(i, *extent, count);
    Value part = n.slice(x, axis, n.expr(p.begin), n.expr(p.extent()));
    parts.push_back(n.mean(part, {axis}, true));
  }
  return n.concat(parts, axis);
}
template <int64_t Spatial> void buildAdaptiveAverage(Node &n) {
  Batched b = batched(n, n.tensor("self"), Spatial);
  Ints sizes = perAxis(n, "output_size", Spatial, {});
  if (n.failed() || !n.isFloat(b.x) || sizes.empty())
    return n.refuse("integers are not supported", "reals");
  requireElements(n, b.x, axesBetween(2, n.rank(b.x)));
  Value y = wide(n, b.x);
  if (llvm::all_of(sizes, [](int64_t size) { return size == 1; }))
    y = n.mean(y, axesBetween(2, n.rank(y)), true);
  else
    for (int64_t i = 0; i < Spatial; ++i)
      y = averageTo(n, y, i + 2, sizes[i]);
  n.out(b.back(n, n.cast(y, n.elementOf(b.x))));
}

Value nearest(Node &n, Value x, int64_t axis, const AxisScale &a) {
  Ints places;
  for (int64_t i = 0; i < a.to; ++i)
    places.push_back(a.nearest(i));
  return n.gather(x, n.vector(places), axis);
}
Value linear(Node &n, Value x, int64_t axis, const AxisScale &a) {
  if (a.from == a.to)
    return x;
  Ints low, high;
  SmallVector<double> share;
  for (int64_t i = 0; i < a.to; ++i) {
    AxisScale::Between at = a.between(i, n.elementOf(x).isF64());
    low.push_back(at.low);
    high.push_back(at.high);
    share.push_back(at.share);
  }
  Ints shape(n.rank(x), 1);
  shape[axis] = a.to;
  Value t = n.reals(n.elementOf(x), shape, share);
  Value rest = n.sub(n.like(x, 1), t);
  return n.add(n.mul(n.gather(x, n.vector(low), axis), rest),
               n.mul(n.gather(x, n.vector(high), axis), t));
}

using Resample = Value (*)(Node &, Value, int64_t, const AxisScale &);

void resampleAxes(Node &n, Value x, ArrayRef<int64_t> sizes,
                  ArrayRef<double> scales, bool corners, Resample resample) {
  if (n.failed() || !n.isFloat(x) || n.rank(x) < 3)
    return n.refuse("integers are not supported", "images of reals");
  int64_t spatial = n.rank(x) - 2;
  Value y = wide(n, x);
  for (int64_t i = 0; i < spatial; ++i) {
    std::optional<int64_t> from = constantOf(n.dim(x, i + 2));
    if (!from || *from < 1)
      return n.refuse("resampling an open extent is not supported",
                      "a known extent");
    double scale = scales.empty() ? 0 : scales[i];
    int64_t to = sizes.empty() ? static_cast<int64_t>(std::floor(
                                     static_cast<double>(*from) * scale))
                               : sizes[i];
    if (to < 1 || to > kMostConstants)
      return n.refuse(formatv("an extent of {0} is not supported", to));
    y = resample(n, y, i + 2, {*from, to, scale, corners});
  }
  n.out(n.cast(y, n.elementOf(x)));
}

template <bool Linear> void buildUpsample(Node &n) {
  Value x = n.tensor("self");
  int64_t spatial = n.rank(x) - 2;
  Ints sizes = perAxis(n, "output_size", spatial, {});
  bool corners = Linear && n.flag("align_corners");
  SmallVector<double> scales = readScales(n, spatial);
  resampleAxes(n, x, sizes, scales, corners, Linear ? linear : nearest);
}
template <bool Linear> void buildUpsampleVec(Node &n) {
  Value x = n.tensor("input");
  std::optional<Ints> sizes = n.optionalIntegers("output_size");
  bool corners = Linear && n.flag("align_corners");
  SmallVector<double> scales = n.realList("scale_factors");
  size_t spatial = n.rank(x) - 2;
  if (!n.failed() && (sizes ? sizes->size() : scales.size()) != spatial)
    return n.fail("as many sizes as spatial axes are wanted");
  resampleAxes(n, x, sizes.value_or(Ints()), scales, corners,
               Linear ? linear : nearest);
}

constexpr OpRow kRows[] = {
    {"aten::convolution(Tensor input, Tensor weight, Tensor? bias, SymInt[] "
     "stride, SymInt[] padding, SymInt[] dilation, bool transposed, SymInt[] "
     "output_padding, SymInt groups) -> Tensor",
     buildEitherConv},
    {"aten::conv1d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[1] "
     "stride=[1], SymInt[1] padding=[0], SymInt[1] dilation=[1], SymInt "
     "groups=1) -> Tensor",
     buildConv<false>},
    {"aten::conv2d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[2] "
     "stride=[1, 1], SymInt[2] padding=[0, 0], SymInt[2] dilation=[1, 1], "
     "SymInt groups=1) -> Tensor",
     buildConv<false>},
    {"aten::conv3d(Tensor input, Tensor weight, Tensor? bias=None, SymInt[3] "
     "stride=[1, 1, 1], SymInt[3] padding=[0, 0, 0], SymInt[3] dilation=[1, 1, "
     "1], SymInt groups=1) -> Tensor",
     buildConv<false>},
    {"aten::conv_transpose1d(Tensor input, Tensor weight, Tensor? bias=None, "
     "SymInt[1] stride=[1], SymInt[1] padding=[0], SymInt[1] "
     "output_padding=[0], SymInt groups=1, SymInt[1] dilation=[1]) -> Tensor",
     buildConv<true>},
    {"aten::conv_transpose2d.input(Tensor input, Tensor weight, Tensor? "
     "bias=None, SymInt[2] stride=[1, 1], SymInt[2] padding=[0, 0], SymInt[2] "
     "output_padding=[0, 0], SymInt groups=1, SymInt[2] dilation=[1, 1]) -> "
     "Tensor",
     buildConv<true>},
    {"aten::conv_transpose3d.input(Tensor input, Tensor weight, Tensor? "
     "bias=None, SymInt[3] stride=[1, 1, 1], SymInt[3] padding=[0, 0, 0], "
     "SymInt[3] output_padding=[0, 0, 0], SymInt groups=1, SymInt[3] "
     "dilation=[1, 1, 1]) -> Tensor",
     buildConv<true>},
    {"aten::max_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], "
     "int[1] padding=[0], int[1] dilation=[1], bool ceil_mode=False) -> Tensor",
     buildMaxPool<1, false>},
    {"aten::max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], "
     "int[2] padding=0, int[2] dilation=1, bool ceil_mode=False) -> Tensor",
     buildMaxPool<2, false>},
    {"aten::max_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], "
     "int[3] padding=0, int[3] dilation=1, bool ceil_mode=False) -> Tensor",
     buildMaxPool<3, false>},
    {"aten::max_pool2d_with_indices(Tensor self, int[2] kernel_size, int[2] "
     "stride=[], int[2] padding=0, int[2] dilation=1, bool ceil_mode=False) -> "
     "(Tensor, Tensor)",
     buildMaxPool<2, true>},
    {"aten::max_pool3d_with_indices(Tensor self, int[3] kernel_size, int[3] "
     "stride=[], int[3] padding=0, int[3] dilation=1, bool ceil_mode=False) -> "
     "(Tensor, Tensor)",
     buildMaxPool<3, true>},
    {"aten::avg_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], "
     "int[1] padding=[0], bool ceil_mode=False, bool count_include_pad=True) "
     "-> Tensor",
     buildAveragePool<1>},
    {"aten::avg_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], "
     "int[2] padding=0, bool ceil_mode=False, bool count_include_pad=True, "
     "int? divisor_override=None) -> Tensor",
     buildAveragePool<2>},
    {"aten::avg_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], "
     "int[3] padding=0, bool ceil_mode=False, bool count_include_pad=True, "
     "int? divisor_override=None) -> Tensor",
     buildAveragePool<3>},
    {"aten::adaptive_avg_pool1d(Tensor self, int[1] output_size) -> Tensor",
     buildAdaptiveAverage<1>},
    {"aten::adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor",
     buildAdaptiveAverage<2>},
    {"aten::adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor",
     buildAdaptiveAverage<3>},
    {"aten::_adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor",
     buildAdaptiveAverage<2>},
    {"aten::_adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor",
     buildAdaptiveAverage<3>},
    {"aten::adaptive_max_pool2d(Tensor self, int[2] output_size) -> (Tensor, "
     "Tensor)",
     buildAdaptiveMax<2>},
    {"aten::adaptive_max_pool3d(Tensor self, int[3] output_size) -> (Tensor, "
     "Tensor)",
     buildAdaptiveMax<3>},
    {"aten::upsample_nearest1d(Tensor self, SymInt[1] output_size, float? "
     "scales=None) -> Tensor",
     buildUpsample<false>},
    {"aten::upsample_nearest2d(Tensor self, SymInt[2] output_size, float? "
     "scales_h=None, float? scales_w=None) -> Tensor",
     buildUpsample<false>},
    {"aten::upsample_nearest3d(Tensor self, SymInt[3] output_size, float? "
     "scales_d=None, float? scales_h=None, float? scales_w=None) -> Tensor",
     buildUpsample<false>},
    {"aten::upsample_nearest1d.vec(Tensor input, SymInt[]? output_size, "
     "float[]? scale_factors) -> Tensor",
     buildUpsampleVec<false>},
    {"aten::upsample_nearest2d.vec(Tensor input, SymInt[]? output_size, "
     "float[]? scale_factors) -> Tensor",
     buildUpsampleVec<false>},
    {"aten::upsample_nearest3d.vec(Tensor input, SymInt[]? output_size, "
     "float[]? scale_factors) -> Tensor",
     buildUpsampleVec<false>},
    {"aten::upsample_linear1d(Tensor self, SymInt[1] output_size, bool "
     "align_corners, float? scales=None) -> Tensor",
     buildUpsample<true>},
    {"aten::upsample_bilinear2d(Tensor self, SymInt[2] output_size, bool "
     "align_corners, float? scales_h=None, float? scales_w=None) -> Tensor",
     buildUpsample<true>},
    {"aten::upsample_trilinear3d(Tensor self, SymInt[3] output_size, bool "
     "align_corners, float? scales_d=None, float? scales_h=None, float? "
     "scales_w=None) -> Tensor",
     buildUpsample<true>},
    {"aten::upsample_linear1d.vec(Tensor input, SymInt[]? output_size, bool "
     "align_corners, float[]? scale_factors) -> Tensor",
     buildUpsampleVec<true>},
    {"aten::upsample_bilinear2d.vec(Tensor input, SymInt[]? output_size, bool "
     "align_corners, float[]? scale_factors) -> Tensor",
     buildUpsampleVec<true>},
    {"aten::upsample_trilinear3d.vec(Tensor input, SymInt[]? output_size, bool "
     "align_corners, float[]? scale_factors) -> Tensor",
     buildUpsampleVec<true>},
};

} // namespace

ArrayRef<OpRow> windowRows() { return kRows; }

} // namespace opc::torch
