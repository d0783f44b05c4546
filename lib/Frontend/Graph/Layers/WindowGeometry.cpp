//===- WindowGeometry.cpp - where windows lie on spatial axes -------------===//
#include "opc/Frontend/Graph/Layers/WindowGeometry.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

SmallVector<std::pair<StringRef, Attribute>>
Window::attributes(Emitter &n, Attrs more) const {
  SmallVector<std::pair<StringRef, Attribute>> result{
      {"strides", n.ints(strides)},
      {"dilations", n.ints(dilations)},
      {"pad_low", n.ints(low)},
      {"pad_high", n.ints(high)}};
  llvm::append_range(result, more);
  return result;
}

bool padSame(Emitter &n, Value &x, Window &w, int64_t i, bool upper,
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
    return true;
  }
  if (!filler)
    return false;
  Dims lows(n.rank(x), n.expr(0)), highs = lows;
  lows[i + 2] = low;
  highs[i + 2] = total - low;
  x = n.pad(x, filler, lows, highs);
  return true;
}

AffineExpr windowRange(Emitter &n, AffineExpr extent, const Window &w,
                       int64_t i, int64_t beyond) {
  AffineExpr padded = extent + (w.low[i] + w.high[i]);
  std::string text = formatv("the window of {0} is larger than the padded "
                             "input of {1}",
                             w.span(i), "{1}");
  n.requireAtMost(n.expr(w.span(i) - beyond), padded, text);
  return padded - w.span(i);
}

Dims pooledDims(Emitter &n, Value x, const Window &w, bool ceil) {
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

} // namespace opc::graph
