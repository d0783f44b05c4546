//===- ConvolutionNodes.cpp - Conv and ConvTranspose
//---------------------------===//
#include "WindowGeometry.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {

/// The kernel extents of w, which must be known where padding depends on them.
std::optional<Ints> convKernel(Node &n, Value x, Value w) {
  int64_t rank = n.rank(x);
  if (!n.failed() && (rank < 3 || n.rank(w) != rank))
    n.fail(formatv("ranks {0} and {1} do not fit", rank, n.rank(w)));
  if (n.failed())
    return std::nullopt;
  Ints kernel;
  Dims extents = n.dims(w);
  for (AffineExpr extent : ArrayRef(extents).drop_front(2)) {
    std::optional<int64_t> value = constantOf(extent);
    if (!value || *value < 1) {
      n.failNeeds("W");
      return std::nullopt;
    }
    kernel.push_back(*value);
  }
  if (n.hasAttr("kernel_shape") &&
      windowList(n, "kernel_shape", rank - 2, 1, 1) != kernel)
    n.fail("kernel_shape is not that of W");
  return n.failed() ? std::nullopt : std::optional(kernel);
}

Value addChannelBias(Node &n, Value y, Value bias) {
  if (!bias || !y || n.failed())
    return y;
  Ints axes;
  for (int64_t axis = 1; axis < n.rank(y) - 1; ++axis)
    axes.push_back(axis);
  return n.add(y, n.unsqueeze(bias, axes));
}

/// The first axis of W is divided among the groups.
static void checkChannels(Node &n, Value w, int64_t group) {
  AffineExpr count = n.dim(w, 0);
  n.requireEqual(
      count.floorDiv(group) * group, count,
      formatv("group {0} does not divide the first extent {{1} of W", group)
          .str());
}

Value convolve(Node &n, Value x, Value w, Value filler, Type element) {
  std::optional<Ints> kernel = convKernel(n, x, w);
  int64_t group = n.integer("group", 1);
  if (!kernel)
    return {};
  if (group < 1 || group > std::numeric_limits<int32_t>::max()) {
    n.fail(formatv("group {0} is out of range", group));
    return {};
  }
  std::optional<Window> window = readWindow(n, x, *kernel, filler);
  if (!window)
    return {};
  checkChannels(n, w, group);
  n.requireEqual(n.dim(x, 1), n.dim(w, 1) * group,
                 "the input has {0} channels, W and group want {1}");
  for (int64_t i = 0; i < window->spatial(); ++i)
    windowRange(n, n.dim(x, i + 2), *window, i);
  return n.emit<ConvOp>(
      {x, w}, window->attributes(n, {{"group", n.i64(group)}}), element);
}

namespace {

void buildConv(Node &n) {
  Value x = wide(n, n.need(0)), w = wide(n, n.need(1));
  Value y = convolve(n, x, w, n.like(x, 0), n.elementOf(x));
  y = addChannelBias(n, y, wide(n, n.in(2)));
  n.out(0, rounded(n, y));
}

/// Splits total padding as ConvTranspose's auto_pad says.
void splitPads(Window &w, int64_t i, int64_t total, bool upper) {
  int64_t half = total >= 0 ? total / 2 : -((-total + 1) / 2);
  w.low[i] = upper ? half : total - half;
  w.high[i] = total - w.low[i];
}

/// Padding of one axis from the extent that is wanted.
void padForOutput(Node &n, Value x, Window &w, int64_t i, int64_t extra,
                  std::optional<int64_t> wanted, bool upper) {
  AffineExpr extent = n.dim(x, i + 2);
  AffineExpr full = (extent - 1) * w.strides[i] + (extra + w.span(i));
  AffineExpr output = wanted ? n.expr(*wanted) : extent * w.strides[i];
  std::optional<int64_t> total = constantOf(n.simplify(full - output));
  if (!total)
    return n.refuse(
        "output_shape or auto_pad with an unknown extent is not supported",
        "pads");
  splitPads(w, i, *total, upper);
}

/// What is left of a transposed convolution's axis when padding is cut off.
AffineExpr transposedExtent(Node &n, Value x, const Window &w, int64_t i) {
  return (n.dim(x, i + 2) - 1) * w.strides[i] +
         (w.span(i) - w.low[i] - w.high[i]);
}

void buildConvTranspose(Node &n) {
  Value x = wide(n, n.need(0)), w = wide(n, n.need(1));
  std::optional<Ints> kernel = convKernel(n, x, w);
  if (!kernel)
    return;
  int64_t spatial = kernel->size(), group = n.integer("group", 1);
  std::string mode = n.string("auto_pad", "NOTSET");
  bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  Ints extra = windowList(n, "output_padding", spatial, 0, 0);
  std::optional<Ints> shape = n.integers("output_shape");
  Window window;
  window.kernel = *kernel;
  window.strides = windowList(n, "strides", spatial, 1, 1);
  window.dilations = windowList(n, "dilations", spatial, 1, 1);
  Ints pads = readPads(n, spatial, mode);
  if (group < 1 || group > std::numeric_limits<int32_t>::max())
    n.fail(formatv("group {0} is out of range", group));
  // Some writers give batch and channels too.
  if (shape && static_cast<int64_t>(shape->size()) == spatial + 2)
    shape->erase(shape->begin(), shape->begin() + 2);
  if (shape && static_cast<int64_t>(shape->size()) != spatial)
    n.fail(formatv("output_shape has {0} values", shape->size()));
  if (n.failed())
    return;
  window.low.assign(pads.begin(), pads.begin() + spatial);
  window.high.assign(pads.begin() + spatial, pads.end());
  for (int64_t i = 0; i < spatial; ++i) {
    if (shape || same)
      padForOutput(n, x, window, i, extra[i],
                   shape ? std::optional((*shape)[i]) : std::nullopt,
                   mode == "SAME_UPPER");
    window.high[i] -= extra[i];
  }
  n.requireEqual(n.dim(x, 1), n.dim(w, 0),
                 "the input has {0} channels, W wants {1}");
  checkChannels(n, w, group);
  for (int64_t i = 0; i < spatial; ++i)
    n.requireAtMost(n.expr(0), transposedExtent(n, x, window, i),
                    "the result would have an extent of {1}");
  Value y = n.emit<ConvTransposeOp>(
      {x, w}, window.attributes(n, {{"group", n.i64(group)}}), n.elementOf(x));
  y = addChannelBias(n, y, wide(n, n.in(2)));
  n.out(0, rounded(n, y));
}

constexpr OpRow kRows[] = {
    {"Conv", 1, kLatest, buildConv},
    {"ConvTranspose", 1, kLatest, buildConvTranspose},
};

} // namespace

ArrayRef<OpRow> convolutionRows() { return kRows; }

} // namespace opc::onnx
