//===- SliceNodes.cpp - Slice and Split
//----------------------------------------===//
//
// Positions may count from the end and lie outside of the tensor; where they or
// the extents are known only to a run, the clamping is part of the program.
//
//===----------------------------------------------------------------------===//
#include "OpenSlice.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

/// The sizes of equal parts; the last one is smaller where they do not divide.
Dims equalParts(Node &n, AffineExpr extent, int64_t count) {
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

void buildSplit(Node &n) {
  Value x = n.need(0);
  int64_t axis = n.axisIn(n.integer("axis", 0), n.rank(x));
  if (n.failed() || n.numOutputs() == 0)
    return;
  AffineExpr extent = n.dim(x, axis);
  int64_t parts =
      n.opset < 18 ? n.numOutputs() : n.integer("num_outputs", n.numOutputs());
  if (parts != n.numOutputs())
    return n.fail(
        formatv("num_outputs is {0}, the node has {1}", parts, n.numOutputs()));
  Dims sizes;
  if (n.opset >= 13 && n.has(1)) {
    std::optional<Dims> given = n.resolve(
        listOf(n, n.in(1), parts, "{0} sizes for {1} outputs"), "split", 0);
    if (!given)
      return;
    sizes = *given;
  } else if (n.opset < 13 && n.hasAttr("split")) {
    sizes = n.exprList(n.integers("split").value_or(Ints()));
  } else {
    if (n.opset < 18)
      n.requireEqual(
          extent.floorDiv(parts) * parts, extent,
          formatv("an extent of {{1} does not divide into {0} parts", parts)
              .str());
    sizes = equalParts(n, extent, parts);
  }
  if (static_cast<int64_t>(sizes.size()) != n.numOutputs())
    return n.fail(
        formatv("{0} sizes for {1} outputs", sizes.size(), n.numOutputs()));
  AffineExpr start = n.expr(0);
  for (auto [i, size] : llvm::enumerate(sizes)) {
    n.requireAtMost(n.expr(0), size, "size {1} is negative");
    n.out(i, n.slice(x, axis, start, size));
    start = start + size;
  }
  n.requireEqual(start, extent, "the sizes add up to {0}, not to {1}");
}

/// A position counted from the front, not yet clamped.
AffineExpr fromFront(Node &n, AffineExpr position, AffineExpr extent) {
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

struct SliceSpec {
  Dims starts, ends;
  Ints axes, steps;
};

/// The lists where the compiler knows their length, the axes and the steps.
std::optional<SliceSpec> closedSpec(Node &n, const SliceLists &lists) {
  int64_t any = std::numeric_limits<int64_t>::min();
  std::optional<int64_t> count = constantOf(lists.count(n));
  auto axes = n.constants(lists.axes), steps = n.constants(lists.steps);
  auto starts =
      n.resolve(listOf(n, lists.starts, *count, kUneven), "starts", any);
  auto ends = n.resolve(listOf(n, lists.ends, *count, kUneven), "ends", any);
  if (!starts || !ends)
    return std::nullopt;
  return SliceSpec{*starts, *ends, axes.value_or(axesUpTo(starts->size())),
                   steps.value_or(Ints(starts->size(), 1))};
}

/// Before opset 10 all is attributes.
SliceSpec attributeSpec(Node &n) {
  Ints starts = n.integers("starts").value_or(Ints());
  Dims ends = n.exprList(n.integers("ends").value_or(Ints()));
  return {n.exprList(starts), ends,
          n.integers("axes").value_or(axesUpTo(starts.size())),
          Ints(starts.size(), 1)};
}

/// Start and count of one axis.
std::pair<AffineExpr, AffineExpr> sliceRange(Node &n, AffineExpr start,
                                             AffineExpr end, int64_t step,
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

Value closedSlice(Node &n, Value x, SliceSpec spec) {
  size_t count = spec.starts.size();
  if (spec.ends.size() != count || spec.axes.size() != count ||
      spec.steps.size() != count)
    n.fail(kUneven);
  if (llvm::is_contained(spec.steps, 0))
    n.fail(kZeroStep);
  spec.axes = n.axesIn(spec.axes, n.rank(x));
  if (n.failed())
    return {};
  for (auto [i, axis] : llvm::enumerate(spec.axes)) {
    int64_t step = std::clamp(spec.steps[i], -kLargestExtent, kLargestExtent);
    auto [start, count] =
        sliceRange(n, spec.starts[i], spec.ends[i], step, n.dim(x, axis));
    x = n.slice(x, axis, start, count, step);
  }
  return x;
}

void buildSlice(Node &n) {
  Value x = n.need(0);
  if (n.opset < 10)
    return n.out(0, closedSlice(n, x, attributeSpec(n)));
  SliceLists lists{n.need(1), n.need(2), n.in(3), n.in(4)};
  if (n.failed())
    return;
  auto isKnown = [&](Value list) { return !list || n.constants(list); };
  bool isClosed =
      constantOf(lists.count(n)) && isKnown(lists.axes) && isKnown(lists.steps);
  if (!isClosed)
    return n.out(0, openSlice(n, x, lists));
  if (auto spec = closedSpec(n, lists))
    n.out(0, closedSlice(n, x, *spec));
}

constexpr OpRow kRows[] = {
    {"Slice", 1, kLatest, buildSlice},
    {"Split", 2, kLatest, buildSplit},
};

} // namespace

ArrayRef<OpRow> sliceRows() { return kRows; }

} // namespace opc::onnx
