//===- Convolution.cpp - convolutions and their transposes ----------------===//
#include "opc/Frontend/Graph/Layers/Convolution.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

std::optional<Ints> kernelExtents(Emitter &n, Value x, Value w,
                                  StringRef name) {
  int64_t rank = n.rank(x);
  if (!n.failed() && (rank < 3 || n.rank(w) != rank))
    n.fail(formatv("ranks {0} and {1} do not fit", rank, n.rank(w)));
  if (n.failed())
    return std::nullopt;
  Ints kernel;
  Dims extents = n.dims(w);
  for (AffineExpr extent : ArrayRef(extents).drop_front(2)) {
    int64_t axis = kernel.size() + 2;
    std::optional<int64_t> value = constantOf(extent);
    if (!value)
      n.refuse(formatv("an open extent of axis {0} of input '{1}' is not "
                       "supported",
                       axis, name),
               "a known extent (--dim NAME=N, dims=)");
    else if (*value < 1)
      n.fail(formatv("axis {0} of input '{1}' has {2} elements, not at least "
                     "one",
                     axis, name, *value));
    kernel.push_back(value.value_or(1));
  }
  return n.failed() ? std::nullopt : std::optional(kernel);
}

Value addChannelBias(Emitter &n, Value y, Value bias) {
  if (!bias || !y || n.failed())
    return y;
  return n.add(y, n.unsqueeze(bias, axesBetween(1, n.rank(y) - 1)));
}

/// The first axis of W is divided among the groups.
static void checkChannels(Emitter &n, Value w, int64_t group) {
  AffineExpr count = n.dim(w, 0);
  n.requireEqual(
      count.floorDiv(group) * group, count,
      formatv("group {0} does not divide the first extent {{1} of W", group)
          .str());
}

static bool checkGroup(Emitter &n, int64_t group) {
  if (group < 1 || group > std::numeric_limits<int32_t>::max())
    n.fail(formatv("group {0} is out of range", group));
  return !n.failed();
}

Value convolve(Emitter &n, const Convolution &c, Type element) {
  if (!checkGroup(n, c.group))
    return {};
  checkChannels(n, c.w, c.group);
  n.requireEqual(n.dim(c.x, 1), n.dim(c.w, 1) * c.group,
                 "the input has {0} channels, W and group want {1}");
  for (int64_t i = 0; i < c.window.spatial(); ++i)
    windowRange(n, n.dim(c.x, i + 2), c.window, i);
  return n.emit<ConvOp>(
      {c.x, c.w}, c.window.attributes(n, {{"group", n.i64(c.group)}}), element);
}

/// Splits what is cut off of a transposed convolution's axis.
static void splitPads(Window &w, int64_t i, int64_t total, bool upper) {
  int64_t half = total >= 0 ? total / 2 : -((-total + 1) / 2);
  w.low[i] = upper ? half : total - half;
  w.high[i] = total - w.low[i];
}

bool padForOutput(Emitter &n, Value x, Window &w, int64_t i, int64_t extra,
                  std::optional<int64_t> wanted, bool upper) {
  AffineExpr extent = n.dim(x, i + 2);
  AffineExpr full = (extent - 1) * w.strides[i] + (extra + w.span(i));
  AffineExpr output = wanted ? n.expr(*wanted) : extent * w.strides[i];
  std::optional<int64_t> total = constantOf(n.simplify(full - output));
  if (total)
    splitPads(w, i, *total, upper);
  return total.has_value();
}

/// What is left of a transposed convolution's axis when padding is cut off.
static AffineExpr transposedExtent(Emitter &n, Value x, const Window &w,
                                   int64_t i) {
  return (n.dim(x, i + 2) - 1) * w.strides[i] +
         (w.span(i) - w.low[i] - w.high[i]);
}

Value convolveTransposed(Emitter &n, const Convolution &c, Type element) {
  if (!checkGroup(n, c.group))
    return {};
  n.requireEqual(n.dim(c.x, 1), n.dim(c.w, 0),
                 "the input has {0} channels, W wants {1}");
  checkChannels(n, c.w, c.group);
  for (int64_t i = 0; i < c.window.spatial(); ++i)
    n.requireAtMost(n.expr(0), transposedExtent(n, c.x, c.window, i),
                    "the result would have an extent of {1}");
  return n.emit<ConvTransposeOp>(
      {c.x, c.w}, c.window.attributes(n, {{"group", n.i64(c.group)}}), element);
}

} // namespace opc::graph
