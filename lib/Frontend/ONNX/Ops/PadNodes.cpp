//===- PadNodes.cpp - Pad and CenterCropPad
//------------------------------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

/// What is to be repeated must be there: where one side is cropped, after that.
void checkRepeated(Node &n, AffineExpr low, AffineExpr high,
                   AffineExpr extent) {
  AffineExpr zero = n.expr(0), far = n.expr(-kLargestExtent);
  AffineExpr kept = extent + n.clamp(low, far, zero) + n.clamp(high, far, zero);
  for (AffineExpr pad : {low, high})
    n.requireAtMost(n.clamp(pad, zero, n.expr(1)), kept,
                    "an axis with {1} elements left has none to repeat");
}

void padBy(Node &n, Value x, Value value, ArrayRef<AffineExpr> pads, Ints axes,
           StringRef mode) {
  axes = n.axesIn(axes, n.rank(x));
  if (!n.failed() && pads.size() != 2 * axes.size())
    n.fail(formatv("{0} pads for {1} axes", pads.size(), axes.size()));
  if (mode != "constant" && mode != "reflect" && mode != "edge" &&
      mode != "wrap")
    n.fail("mode " + quoted(mode) + " is not known");
  if (n.failed())
    return;
  Dims low(n.rank(x), n.expr(0)), high = low;
  for (auto [i, axis] : llvm::enumerate(axes)) {
    low[axis] = pads[i];
    high[axis] = pads[i + axes.size()];
    AffineExpr extent = n.dim(x, axis);
    n.requireAtMost(n.expr(0), extent + low[axis] + high[axis],
                    "pads leave an extent of {1}");
    if (mode != "constant")
      checkRepeated(n, low[axis], high[axis], extent);
  }
  n.out(0, n.pad(x, n.scalarOf(value, "constant_value"), low, high, mode));
}

void buildPadAttributes(Node &n) {
  Value x = n.need(0);
  padBy(n, x, n.like(x, n.real("value", 0)),
        n.exprList(n.integers("pads").value_or(Ints())), axesUpTo(n.rank(x)),
        n.string("mode", "constant"));
}

void buildPad(Node &n) {
  Value x = n.need(0);
  Value value = n.has(2) ? n.in(2) : n.like(x, 0);
  Ints axes = n.known(3, "axes").value_or(axesUpTo(n.rank(x)));
  std::string text = formatv("{{0} pads for {0} axes", axes.size()).str();
  std::optional<Dims> pads =
      n.resolve(listOf(n, n.need(1), 2 * axes.size(), text), "pads",
                std::numeric_limits<int64_t>::min());
  if (pads)
    padBy(n, x, value, *pads, axes, n.string("mode", "constant"));
}

/// Crops or pads each axis about its centre.
void buildCenterCropPad(Node &n) {
  Value x = n.need(0);
  Ints axes =
      n.axesIn(n.integers("axes").value_or(axesUpTo(n.rank(x))), n.rank(x));
  constexpr StringLiteral kUneven("shape and axes differ in length");
  std::optional<Dims> wanted =
      n.resolve(listOf(n, n.need(1), axes.size(), kUneven), "shape", 0);
  if (!wanted || n.failed())
    return;
  if (wanted->size() != axes.size())
    return n.fail(kUneven);
  for (auto [extent, axis] : llvm::zip(*wanted, axes)) {
    if (n.failed())
      return;
    AffineExpr old = n.dim(x, axis), zero = n.expr(0);
    AffineExpr kept = n.clamp(extent, zero, old);
    AffineExpr added = extent - kept;
    x = n.slice(x, axis, (old - kept).floorDiv(2), kept);
    Dims low(n.rank(x), zero), high = low;
    low[axis] = added.floorDiv(2);
    high[axis] = added - low[axis];
    x = n.pad(x, n.like(x, 0), low, high);
  }
  n.out(0, x);
}

constexpr OpRow kRows[] = {
    {"CenterCropPad", 18, kLatest, buildCenterCropPad},
    {"Pad", 2, 10, buildPadAttributes},
    {"Pad", 11, kLatest, buildPad},
};

} // namespace

ArrayRef<OpRow> padRows() { return kRows; }

} // namespace opc::onnx
