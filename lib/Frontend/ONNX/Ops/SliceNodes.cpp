//===- SliceNodes.cpp - Slice and Split -----------------------------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Arrays/Slicing.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

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
  for (auto [i, part] : llvm::enumerate(split(n, x, axis, sizes)))
    n.out(i, part);
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

void buildSlice(Node &n) {
  Value x = n.need(0);
  std::optional<SliceSpec> spec = sliceSpec(n, n.rank(x));
  if (!spec)
    return;
  SmallVector<Range> ranges;
  for (auto [axis, start, end, step] :
       llvm::zip(spec->axes, spec->starts, spec->ends, spec->steps))
    ranges.push_back({axis, start, end, step});
  n.out(0, sliceRanges(n, x, ranges));
}

constexpr OpRow kRows[] = {
    {"Slice", 1, kLatest, buildSlice},
    {"Split", 2, kLatest, buildSplit},
};

} // namespace

ArrayRef<OpRow> sliceRows() { return kRows; }

} // namespace opc::onnx
