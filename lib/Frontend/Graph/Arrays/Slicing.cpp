//===- Slicing.cpp - ranges of axes and parts of them ---------------------===//
//
// Where positions or extents are known only to a run, the clamping is part of
// the program.
//
//===----------------------------------------------------------------------===//
#include "opc/Frontend/Graph/Arrays/Slicing.h"

using namespace mlir;

namespace opc::graph {

/// A position counted from the front, not yet clamped.
static AffineExpr fromFront(Emitter &n, AffineExpr position,
                            AffineExpr extent) {
  std::optional<int64_t> value = constantOf(position);
  if (value && (*value >= 0 || *value < -kLargestExtent))
    return n.expr(std::clamp(*value, -kLargestExtent, kLargestExtent));
  if (value)
    return position + extent;
  if (n.leastOf(position).value_or(-1) >= 0)
    return position;
  AffineExpr isNegative = n.clamp(n.expr(0) - position, n.expr(0), n.expr(1));
  return position + extent * isNegative;
}

/// Start and count of one axis.
static std::pair<AffineExpr, AffineExpr>
sliceRange(Emitter &n, AffineExpr start, AffineExpr end, int64_t step,
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

Value sliceRanges(Emitter &n, Value x, ArrayRef<Range> ranges) {
  for (const Range &range : ranges) {
    if (range.step == 0) {
      n.fail(kZeroStep);
      return {};
    }
    int64_t step = std::clamp(range.step, -kLargestExtent, kLargestExtent);
    auto [start, count] =
        sliceRange(n, range.start, range.end, step, n.dim(x, range.axis));
    x = n.slice(x, range.axis, start, count, step);
  }
  return x;
}

Dims equalParts(Emitter &n, AffineExpr extent, int64_t count) {
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

SmallVector<Value> split(Emitter &n, Value x, int64_t axis,
                         ArrayRef<AffineExpr> sizes) {
  SmallVector<Value> parts;
  AffineExpr start = n.expr(0);
  for (AffineExpr size : sizes) {
    n.requireAtMost(n.expr(0), size, "size {1} is negative");
    parts.push_back(n.slice(x, axis, start, size));
    start = start + size;
  }
  n.requireEqual(start, n.dim(x, axis), "the sizes add up to {0}, not to {1}");
  return parts;
}

} // namespace opc::graph
