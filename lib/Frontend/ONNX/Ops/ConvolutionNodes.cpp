//===- ConvolutionNodes.cpp - Conv and ConvTranspose ----------------------===//
#include "WindowAttributes.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

void buildConv(Node &n) {
  Value x = wide(n, n.need(0)), w = wide(n, n.need(1));
  Value y = convolveNode(n, x, w, n.like(x, 0), n.elementOf(x));
  y = addChannelBias(n, y, wide(n, n.in(2)));
  n.out(0, rounded(n, y));
}

/// The output_shape attribute, of spatial axes alone.
std::optional<Ints> outputShape(Node &n, int64_t spatial) {
  std::optional<Ints> shape = n.integers("output_shape");
  // Some writers give batch and channels too.
  if (shape && static_cast<int64_t>(shape->size()) == spatial + 2)
    shape->erase(shape->begin(), shape->begin() + 2);
  if (shape && static_cast<int64_t>(shape->size()) != spatial)
    n.fail(formatv("output_shape has {0} values", shape->size()));
  return shape;
}

/// Padding from pads, or from the extents that are wanted.
void padTransposed(Node &n, Value x, Window &w) {
  int64_t spatial = w.spatial();
  std::string mode = n.string("auto_pad", "NOTSET");
  Ints extra = windowList(n, "output_padding", spatial, 0, 0);
  Ints pads = readPads(n, spatial, mode);
  std::optional<Ints> shape = outputShape(n, spatial);
  if (n.failed())
    return;
  setPads(w, pads);
  bool computed = shape || mode == "SAME_UPPER" || mode == "SAME_LOWER";
  for (int64_t i = 0; i < spatial; ++i) {
    auto wanted = shape ? std::optional((*shape)[i]) : std::nullopt;
    if (computed &&
        !padForOutput(n, x, w, i, extra[i], wanted, mode == "SAME_UPPER"))
      n.refuse(
          "output_shape or auto_pad with an unknown extent is not supported",
          "pads");
    w.high[i] -= extra[i];
  }
}

void buildConvTranspose(Node &n) {
  Value x = wide(n, n.need(0)), w = wide(n, n.need(1));
  std::optional<Ints> kernel = convKernel(n, x, w);
  if (!kernel)
    return;
  Convolution c{x, w, {}, n.integer("group", 1)};
  c.window.kernel = *kernel;
  c.window.strides = windowList(n, "strides", kernel->size(), 1, 1);
  c.window.dilations = windowList(n, "dilations", kernel->size(), 1, 1);
  padTransposed(n, x, c.window);
  if (n.failed())
    return;
  Value y = convolveTransposed(n, c, n.elementOf(x));
  y = addChannelBias(n, y, wide(n, n.in(2)));
  n.out(0, rounded(n, y));
}

constexpr OpRow kRows[] = {
    {"Conv", 1, kLatest, buildConv},
    {"ConvTranspose", 1, kLatest, buildConvTranspose},
};

} // namespace

ArrayRef<OpRow> convolutionRows() { return kRows; }

} // namespace opc::onnx
