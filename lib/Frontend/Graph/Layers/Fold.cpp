//===- Fold.cpp - blocks added up to an image -----------------------------===//
//
// The columns are added to the places of an image that they came from: where
// each goes is known, so that it is one scatter with a constant of positions.
//
//===----------------------------------------------------------------------===//
#include "opc/Frontend/Graph/Layers/Fold.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::graph {
namespace {

constexpr int64_t kMostPositions = int64_t(1) << 24;

/// An image with its padding, and the blocks that are taken of it.
struct Blocks {
  Window window;
  Ints image, padded, counts;
  int64_t positions = 1; // blocks times elements of one
  int64_t pixels = 1;    // of the padded image

  /// Where element `e` of block `b` lies in the padded image, row-major.
  int64_t place(int64_t e, int64_t b) const {
    int64_t at = 0, scale = 1;
    for (int64_t i = window.spatial() - 1; i >= 0; --i) {
      int64_t inBlock = e % window.kernel[i] * window.dilations[i];
      at += (b % counts[i] * window.strides[i] + inBlock) * scale;
      e /= window.kernel[i];
      b /= counts[i];
      scale *= padded[i];
    }
    return at;
  }
};

bool multiply(int64_t &product, int64_t factor) {
  return !llvm::MulOverflow(product, factor, product) &&
         product <= kMostPositions;
}

void addAxis(Emitter &n, Blocks &b, int64_t i) {
  const Window &w = b.window;
  constexpr int64_t kLargest = int64_t(1) << 31;
  bool sound = b.image[i] >= 1 && b.image[i] < kLargest && w.kernel[i] >= 1 &&
               w.kernel[i] < kLargest;
  int64_t padded = sound ? b.image[i] + w.low[i] + w.high[i] : 0;
  int64_t span = sound ? w.span(i) : 1;
  sound &= padded >= span;
  b.padded.push_back(padded);
  b.counts.push_back(sound ? (padded - span) / w.strides[i] + 1 : 0);
  if (sound && multiply(b.pixels, padded) &&
      multiply(b.positions, w.kernel[i]) && multiply(b.positions, b.counts[i]))
    return;
  n.fail(formatv("an image of {0} with blocks of {1} is out of range",
                 b.image[i], w.kernel[i]));
}

/// Where each element of each block goes, block by block within an element.
Ints placesOf(const Blocks &b, int64_t elements, int64_t blocks) {
  Ints places;
  for (int64_t e = 0; e < elements; ++e)
    for (int64_t block = 0; block < blocks; ++block)
      places.push_back(b.place(e, block));
  return places;
}

/// Images with their padding, of x [N, C * elements, blocks].
Value sumUp(Emitter &n, Value x, const Blocks &b, int64_t elements,
            int64_t blocks) {
  AffineExpr batch = n.dim(x, 0), channels = n.dim(x, 1).floorDiv(elements);
  n.requireEqual(channels * elements, n.dim(x, 1));
  n.requireEqual(n.dim(x, 2), n.expr(blocks));
  AffineExpr planes = batch * channels;
  Dims lines{planes, n.expr(b.positions)};
  Value image = n.broadcast(n.like(x, 0), {planes, n.expr(b.pixels)});
  Ints places = placesOf(b, elements, blocks);
  image = n.emit<ScatterElementsOp>(
      {image, n.broadcast(n.vector(places), lines), n.reshape(x, lines)},
      {{"axis", n.i64(1)}, {"reduction", n.text("add")}}, n.elementOf(x));
  Dims whole{batch, channels};
  llvm::append_range(whole, n.exprList(b.padded));
  return n.reshape(image, whole);
}

} // namespace

Value fold(Emitter &n, const Fold &f) {
  Blocks b{f.window, f.image, {}, {}};
  for (int64_t i = 0; i < f.window.spatial() && !n.failed(); ++i)
    addAxis(n, b, i);
  if (!n.failed() && n.rank(f.x) != 3)
    n.fail("the input has no rank of 3");
  if (!n.failed() && n.elementOf(f.x).isInteger(1))
    n.refuse("sums of bool are not supported", "u8");
  if (n.failed())
    return {};
  int64_t elements = 1, blocks = 1;
  for (int64_t i = 0; i < f.window.spatial(); ++i) {
    elements *= f.window.kernel[i];
    blocks *= b.counts[i];
  }
  Value image = sumUp(n, f.x, b, elements, blocks);
  for (int64_t i = 0; i < f.window.spatial(); ++i)
    image = n.slice(image, i + 2, n.expr(f.window.low[i]), n.expr(f.image[i]));
  return image;
}

} // namespace opc::graph
