//===- SliceNodes.cpp - Slice and Split -----------------------------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Arrays/OpenSlice.h"
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
    std::optional<Dims> given =
        n.resolve(listOf(n, n.vectorOf(n.in(1), "split"), parts,
                         "{0} sizes for {1} outputs"),
                  "split", 0);
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

/// The lists where the compiler knows their length, the axes and the steps.
std::optional<SliceSpec> closedSpec(Node &n, const SliceLists &lists) {
  int64_t any = std::numeric_limits<int64_t>::min();
  std::optional<int64_t> count = constantOf(lists.count(n));
  auto axes = n.constants(lists.axes), steps = n.constants(lists.steps);
  constexpr StringLiteral kEntries("{0} entries where {1} are needed");
  auto starts =
      n.resolve(listOf(n, lists.starts, *count, kEntries), "starts", any);
  auto ends = n.resolve(listOf(n, lists.ends, *count, kEntries), "ends", any);
  if (!starts || !ends)
    return std::nullopt;
  return SliceSpec{*starts, *ends, axes.value_or(axesUpTo(starts->size())),
                   steps.value_or(Ints(starts->size(), 1))};
}

/// Before opset 10 all is attributes.
SliceSpec attributeSpec(Node &n) {
  Ints starts = n.needIntegers("starts"), ends = n.needIntegers("ends");
  Ints axes = n.integers("axes").value_or(axesUpTo(starts.size()));
  AffineExpr count = n.expr(starts.size());
  requireEntries(n, "ends", n.expr(ends.size()), count);
  requireEntries(n, "axes", n.expr(axes.size()), count);
  return {n.exprList(starts), n.exprList(ends), axes, Ints(starts.size(), 1)};
}

Value closedSlice(Node &n, Value x, const SliceSpec &spec) {
  Ints axes = n.axesIn(spec.axes, n.rank(x));
  if (n.failed())
    return {};
  SmallVector<Range> ranges;
  for (auto [axis, start, end, step] :
       llvm::zip(axes, spec.starts, spec.ends, spec.steps))
    ranges.push_back({axis, start, end, step});
  return sliceRanges(n, x, ranges);
}

void buildSlice(Node &n) {
  Value x = n.need(0);
  if (n.opset < 10)
    return n.out(0, closedSlice(n, x, attributeSpec(n)));
  n.need(1);
  n.need(2);
  auto list = [&](int64_t i, StringRef name) {
    return n.vectorOf(n.in(i), name);
  };
  SliceLists lists{list(1, "starts"), list(2, "ends"), list(3, "axes"),
                   list(4, "steps")};
  if (n.failed())
    return;
  lists.requireEven(n);
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
