//===- PadNodes.cpp - Pad and CenterCropPad -------------------------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Arrays/Padding.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

/// The node's pads of x, all that come before first.
void padBy(Node &n, Value x, Value value, ArrayRef<AffineExpr> pads, Ints axes,
           StringRef mode) {
  axes = n.axesIn(axes, n.rank(x));
  if (!n.failed() && pads.size() != 2 * axes.size())
    n.fail(formatv("{0} pads for {1} axes", pads.size(), axes.size()));
  if (n.failed())
    return;
  Padding p{axes, Dims(pads.take_front(axes.size())),
            Dims(pads.drop_front(axes.size())), mode.str()};
  n.out(0, padAxes(n, x, value, p));
}

void buildPadAttributes(Node &n) {
  Value x = n.need(0);
  padBy(n, x, n.like(x, n.real("value", 0)), n.exprList(n.needIntegers("pads")),
        axesUpTo(n.rank(x)), n.string("mode", "constant"));
}

void buildPad(Node &n) {
  Value x = n.need(0);
  Value value = n.has(2) ? n.in(2) : n.like(x, 0);
  Ints axes = n.known(3, "axes").value_or(axesUpTo(n.rank(x)));
  std::string text = formatv("{{0} pads for {0} axes", axes.size()).str();
  std::optional<Dims> pads =
      n.resolve(listOf(n, n.vectorOf(n.need(1), "pads"), 2 * axes.size(), text),
                "pads", std::numeric_limits<int64_t>::min());
  if (pads)
    padBy(n, x, value, *pads, axes, n.string("mode", "constant"));
}

/// Crops or pads each axis about its centre.
void buildCenterCropPad(Node &n) {
  Value x = n.need(0);
  Ints axes =
      n.axesIn(n.integers("axes").value_or(axesUpTo(n.rank(x))), n.rank(x));
  constexpr StringLiteral kUneven("a shape of {0} extents for {1} axes");
  std::optional<Dims> wanted =
      n.resolve(listOf(n, n.vectorOf(n.need(1), "shape"), axes.size(), kUneven),
                "shape", 0);
  if (!wanted || n.failed())
    return;
  if (wanted->size() != axes.size())
    return n.fail(formatv(kUneven.data(), wanted->size(), axes.size()));
  n.out(0, centreTo(n, x, axes, *wanted));
}

constexpr OpRow kRows[] = {
    {"CenterCropPad", 18, kLatest, buildCenterCropPad},
    {"Pad", 2, 10, buildPadAttributes},
    {"Pad", 11, kLatest, buildPad},
};

} // namespace

ArrayRef<OpRow> padRows() { return kRows; }

} // namespace opc::onnx
