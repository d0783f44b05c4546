//===- Padding.cpp - what is added round a tensor -------------------------===//
#include "opc/Frontend/Graph/Arrays/Padding.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "opc/Frontend/Graph/Required.h"

using namespace mlir;

namespace opc::graph {

/// What is to be repeated must be there: where one side is cropped, after that.
static void checkRepeated(Emitter &n, AffineExpr low, AffineExpr high,
                          AffineExpr extent) {
  AffineExpr zero = n.expr(0), far = n.expr(-kLargestExtent);
  AffineExpr kept = extent + n.clamp(low, far, zero) + n.clamp(high, far, zero);
  for (AffineExpr pad : {low, high})
    n.requireAtMost(n.clamp(pad, zero, n.expr(1)), kept,
                    "an axis with {1} elements left has none to repeat");
}

Value padAxes(Emitter &n, Value x, Value value, const Padding &p) {
  if (!llvm::is_contained({"constant", "reflect", "edge", "wrap"}, p.mode))
    n.fail("mode " + quoted(p.mode) + " is not known");
  if (n.failed())
    return {};
  Dims low(n.rank(x), n.expr(0)), high = low;
  for (auto [axis, before, after] : llvm::zip(p.axes, p.low, p.high)) {
    low[axis] = before;
    high[axis] = after;
    AffineExpr extent = n.dim(x, axis);
    n.requireAtMost(n.expr(0), extent + before + after,
                    "pads leave an extent of {1}");
    if (p.mode != "constant")
      checkRepeated(n, before, after, extent);
  }
  return n.pad(x, onlyElementOf(n, value, "constant_value"), low, high, p.mode);
}

Value centreTo(Emitter &n, Value x, ArrayRef<int64_t> axes,
               ArrayRef<AffineExpr> extents) {
  for (auto [extent, axis] : llvm::zip(extents, axes)) {
    if (n.failed())
      return {};
    AffineExpr old = n.dim(x, axis), zero = n.expr(0);
    AffineExpr kept = n.clamp(extent, zero, old);
    AffineExpr added = extent - kept;
    x = n.slice(x, axis, (old - kept).floorDiv(2), kept);
    Dims low(n.rank(x), zero), high = low;
    low[axis] = added.floorDiv(2);
    high[axis] = added - low[axis];
    x = n.pad(x, n.like(x, 0), low, high);
  }
  return x;
}

} // namespace opc::graph
