//===- FoldNodes.cpp - Col2Im ---------------------------------------------===//
#include "WindowAttributes.h"
#include "opc/Frontend/Graph/Layers/Fold.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

void buildCol2Im(Node &n) {
  Fold f{n.need(0), {}, {}};
  std::optional<Ints> image = n.known(1, "image_shape");
  std::optional<Ints> block = n.known(2, "block_shape");
  if (n.failed() || !n.need(1) || !n.need(2))
    return;
  if (image->empty() || image->size() != block->size())
    return n.fail(formatv("image_shape has {0} elements and block_shape {1}",
                          image->size(), block->size()));
  f.image = *image;
  f.window.kernel = *block;
  int64_t spatial = image->size();
  f.window.strides = windowList(n, "strides", spatial, 1, 1);
  f.window.dilations = windowList(n, "dilations", spatial, 1, 1);
  Ints pads = windowList(n, "pads", 2 * spatial, 0, 0);
  if (n.failed())
    return;
  setPads(f.window, pads);
  n.out(0, fold(n, f));
}

constexpr OpRow kRows[] = {{"Col2Im", 18, kLatest, buildCol2Im}};

} // namespace

ArrayRef<OpRow> foldRows() { return kRows; }

} // namespace opc::onnx
