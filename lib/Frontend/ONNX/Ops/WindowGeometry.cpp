//===- WindowGeometry.cpp - strides, dilations and padding of ONNX nodes
//----------===//
#include "WindowGeometry.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {

SmallVector<std::pair<StringRef, Attribute>>
Window::attributes(Node &n, Attrs more) const {
  SmallVector<std::pair<StringRef, Attribute>> result{
      {"strides", n.ints(strides)},
      {"dilations", n.ints(dilations)},
      {"pad_low", n.ints(low)},
      {"pad_high", n.ints(high)}};
  llvm::append_range(result, more);
  return result;
}

Ints windowList(Node &n, StringRef name, int64_t count, int64_t absent,
                int64_t least) {
  Ints values = n.integers(name, Ints(std::max<int64_t>(count, 0), absent));
  for (int64_t value : values)
    if (value < least || value > std::numeric_limits<int32_t>::max())
      n.fail(formatv("attribute {0} holds {1}", quoted(name), value));
  return values;
}

Ints readPads(Node &n, int64_t spatial, StringRef mode) {
  Ints pads = windowList(n, "pads", 2 * spatial, 0, 0);
  static constexpr llvm::StringLiteral kModes[] = {"", "NOTSET", "SAME_UPPER",
                                                   "SAME_LOWER", "VALID"};
  if (!llvm::is_contained(kModes, mode))
    n.fail("auto_pad " + quoted(mode) + " is not known");
  bool some = llvm::any_of(pads, [](int64_t pad) { return pad != 0; });
  if (some && mode != "NOTSET" && !mode.empty())
    n.refuse("pads beside auto_pad " + quoted(mode) + " are not supported",
             "one of the two");
  return pads;
}

Ints kernelOf(Node &n, Value x) {
  int64_t spatial = n.rank(x) - 2;
  if (!n.failed() && spatial < 1)
    n.fail(formatv("rank {0} is less than 3", n.rank(x)));
  if (!n.hasAttr("kernel_shape"))
    n.fail("attribute 'kernel_shape' is missing");
  return windowList(n, "kernel_shape", spatial, 1, 1);
}

/// Padding of one axis under SAME: so that the result has ceil(in / stride).
static void padSame(Node &n, Value &x, Window &w, int64_t i, bool upper,
                    Value filler) {
  AffineExpr extent = n.dim(x, i + 2);
  AffineExpr covered = (extent.ceilDiv(w.strides[i]) - 1) * w.strides[i];
  AffineExpr total = n.expr(w.span(i) - 1);
  if (w.strides[i] != 1)
    total = n.clamp(covered + w.span(i) - extent, n.expr(0), n.expr(w.span(i)));
  AffineExpr half = total.floorDiv(2);
  AffineExpr low = upper ? half : total - half;
  if (std::optional<int64_t> known = constantOf(total)) {
    w.low[i] = *constantOf(low);
    w.high[i] = *known - w.low[i];
    return;
  }
  if (!filler)
    return n.refuse(formatv("auto_pad on an axis of unknown extent with stride "
                            "{0} is not supported here",
                            w.strides[i]),
                    "pads");
  Dims lows(n.rank(x), n.expr(0)), highs = lows;
  lows[i + 2] = low;
  highs[i + 2] = total - low;
  x = n.pad(x, filler, lows, highs);
}

std::optional<Window> readWindow(Node &n, Value &x, const Ints &kernel,
                                 Value filler) {
  Window w;
  int64_t spatial = kernel.size();
  w.kernel = kernel;
  w.strides = windowList(n, "strides", spatial, 1, 1);
  w.dilations = windowList(n, "dilations", spatial, 1, 1);
  w.low = w.high = Ints(spatial, 0);
  std::string mode = n.string("auto_pad", "NOTSET");
  Ints pads = readPads(n, spatial, mode);
  if (n.failed())
    return std::nullopt;
  if (mode == "NOTSET" || mode.empty()) {
    w.low.assign(pads.begin(), pads.begin() + spatial);
    w.high.assign(pads.begin() + spatial, pads.end());
  } else if (mode != "VALID") {
    for (int64_t i = 0; i < spatial && !n.failed(); ++i)
      padSame(n, x, w, i, mode == "SAME_UPPER", filler);
  }
  if (n.failed())
    return std::nullopt;
  return w;
}

AffineExpr windowRange(Node &n, AffineExpr extent, const Window &w, int64_t i,
                       int64_t beyond) {
  AffineExpr padded = extent + (w.low[i] + w.high[i]);
  std::string text = formatv("the window of {0} is larger than the padded "
                             "input of {1}",
                             w.span(i), "{1}");
  n.requireAtMost(n.expr(w.span(i) - beyond), padded, text);
  return padded - w.span(i);
}

Dims pooledDims(Node &n, Value x, const Window &w, bool ceil) {
  Dims result = n.dims(x);
  for (int64_t i = 0; i < w.spatial() && !n.failed(); ++i) {
    AffineExpr &extent = result[i + 2];
    int64_t beyond = ceil ? w.strides[i] - 1 : 0;
    // A window may not lie in the padding alone.
    if (w.low[i] + w.high[i] + beyond >= w.span(i))
      requireElements(n, x, i + 2);
    AffineExpr range = windowRange(n, extent, w, i, beyond);
    if (!ceil) {
      extent = range.floorDiv(w.strides[i]) + 1;
      continue;
    }
    // The last window must start in the input or in the padding before it.
    AffineExpr last = (extent + (w.low[i] - 1)).floorDiv(w.strides[i]) + 1;
    extent = n.clamp(range.ceilDiv(w.strides[i]) + 1, n.expr(0), last);
  }
  return result;
}

} // namespace opc::onnx
