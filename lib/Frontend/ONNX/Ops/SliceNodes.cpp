//===- SliceNodes.cpp - Slice and Split
//----------------------------------------===//
//
// Positions may count from the end and lie outside of the tensor; where they or
// the extents are known only to a run, the clamping is part of the program.
//
//===----------------------------------------------------------------------===//
#include "Reader/Node.h"
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

constexpr StringLiteral
    kUneven("starts, ends, axes and steps differ in length");

std::optional<SliceSpec> sliceSpec(Node &n, int64_t rank) {
  SliceSpec spec;
  if (n.opset < 10) {
    spec.starts = n.exprList(n.integers("starts").value_or(Ints()));
    spec.ends = n.exprList(n.integers("ends").value_or(Ints()));
    spec.axes = n.integers("axes").value_or(axesUpTo(spec.starts.size()));
    spec.steps = Ints(spec.starts.size(), 1);
  } else {
    int64_t any = std::numeric_limits<int64_t>::min();
    Value first = n.need(1), last = n.need(2);
    auto axes = n.known(3, "axes"), steps = n.known(4, "steps");
    if (n.failed())
      return std::nullopt;
    // Any of the lists may tell how long all are.
    std::optional<int64_t> count =
        axes ? std::optional<int64_t>(axes->size()) : constantOf(n.size(first));
    if (!count)
      count = constantOf(n.size(last));
    if (count) {
      first = listOf(n, first, *count, kUneven);
      last = listOf(n, last, *count, kUneven);
    }
    auto starts = n.resolve(first, "starts", any);
    auto ends = n.resolve(last, "ends", any);
    if (!starts || !ends)
      return std::nullopt;
    spec.starts = *starts;
    spec.ends = *ends;
    spec.axes = axes.value_or(axesUpTo(starts->size()));
    spec.steps = steps.value_or(Ints(starts->size(), 1));
  }
  size_t count = spec.starts.size();
  if (spec.ends.size() != count || spec.axes.size() != count ||
      spec.steps.size() != count)
    n.fail(kUneven);
  spec.axes = n.axesIn(spec.axes, rank);
  if (n.failed())
    return std::nullopt;
  return spec;
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

void buildSlice(Node &n) {
  Value x = n.need(0);
  std::optional<SliceSpec> spec = sliceSpec(n, n.rank(x));
  if (!spec)
    return;
  for (auto [i, axis] : llvm::enumerate(spec->axes)) {
    int64_t step = spec->steps[i];
    if (step == 0)
      return n.fail("a step is 0");
    step = std::clamp(step, -kLargestExtent, kLargestExtent);
    auto [start, count] =
        sliceRange(n, spec->starts[i], spec->ends[i], step, n.dim(x, axis));
    x = n.slice(x, axis, start, count, step);
  }
  n.out(0, x);
}

constexpr OpRow kRows[] = {
    {"Slice", 1, kLatest, buildSlice},
    {"Split", 2, kLatest, buildSplit},
};

} // namespace

ArrayRef<OpRow> sliceRows() { return kRows; }

} // namespace opc::onnx
