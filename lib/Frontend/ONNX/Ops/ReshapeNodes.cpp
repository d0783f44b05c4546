//===- ReshapeNodes.cpp - the same elements in another shape --------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Arrays/Reshaping.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

void buildReshape(Node &n) {
  Value x = n.need(0), shape = n.vectorOf(n.need(1), "shape");
  if (n.failed())
    return;
  bool keepZero = n.flag("allowzero", false);
  std::optional<int64_t> count = constantOf(n.size(shape));
  requireRank(n, shape);
  if (!count)
    n.failNeeds("shape");
  if (n.failed())
    return;
  n.out(0, reshapeAs(n, x, shape, keepZero));
}

void buildFlatten(Node &n) {
  Value x = n.need(0);
  int64_t rank = n.rank(x), axis = n.integer("axis", 1);
  if (axis < -rank || axis > rank)
    return n.fail(formatv("axis {0} is outside of rank {1}", axis, rank));
  axis += axis < 0 ? rank : 0;
  n.out(0, flattenAt(n, x, axis));
}

void buildSqueeze(Node &n) {
  Value x = n.need(0);
  std::optional<Ints> axes = n.axesOf(13);
  if (n.failed())
    return;
  if (!axes) {
    axes.emplace();
    for (auto [i, extent] : llvm::enumerate(n.dims(x))) {
      if (!constantOf(extent))
        return n.refuse(
            "no axes are not supported where an extent is not known",
            formatv("axes, or an extent for axis {0} (--dim NAME=N, dims=)",
                    i));
      if (constantOf(extent) == 1)
        axes->push_back(i);
    }
  }
  n.out(0, n.squeeze(x, *axes));
}

void buildUnsqueeze(Node &n) {
  Value x = n.need(0);
  if (n.opset < 13)
    return n.out(0, n.unsqueeze(x, n.needIntegers("axes")));
  // One axis may be a scalar.
  Value axes = n.need(1);
  if (axes && n.rank(axes) == 0)
    axes = n.reshape(axes, {n.expr(1)});
  if (std::optional<Ints> known = n.constants(n.vectorOf(axes, "axes")))
    n.out(0, n.unsqueeze(x, *known));
  else
    n.failNeeds("axes");
}

constexpr OpRow kRows[] = {
    {"Flatten", 1, kLatest, buildFlatten},
    {"Reshape", 5, kLatest, buildReshape},
    {"Squeeze", 1, kLatest, buildSqueeze},
    {"Unsqueeze", 1, kLatest, buildUnsqueeze},
};

} // namespace

ArrayRef<OpRow> reshapeRows() { return kRows; }

} // namespace opc::onnx
