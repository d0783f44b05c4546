//===- MovementNodes.cpp - elements move, none is computed ----------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Arrays/Reshaping.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

void buildIdentity(Node &n) { n.out(0, n.need(0)); }

void buildTranspose(Node &n) {
  Value x = n.need(0);
  Ints perm = axesUpTo(n.rank(x));
  std::reverse(perm.begin(), perm.end());
  if (std::optional<Ints> given = n.integers("perm"))
    perm = *given;
  if (!n.failed() && int64_t(perm.size()) != n.rank(x))
    return n.fail(
        formatv("perm has {0} axes, the input {1}", perm.size(), n.rank(x)));
  n.out(0, n.transpose(x, perm));
}

void buildConcat(Node &n) {
  SmallVector<Value> xs;
  for (int64_t i = 0; i < n.numInputs(); ++i)
    xs.push_back(n.need(i));
  n.out(0, n.concat(xs, n.needInteger("axis")));
}

void buildExpand(Node &n) {
  Value x = n.need(0);
  Value list = n.vectorOf(n.need(1), "shape");
  requireRank(n, list);
  std::optional<Dims> shape = n.resolve(list, "shape", 0);
  if (!shape)
    return;
  n.out(0, n.broadcast(x, n.broadcastShapes(n.dims(x), *shape)));
}

void buildTile(Node &n) {
  Value x = n.need(0);
  std::optional<Dims> repeats =
      n.resolve(listOf(n, n.vectorOf(n.need(1), "repeats"), n.rank(x),
                       "{0} repeats for rank {1}"),
                "repeats", 0);
  if (!repeats)
    return;
  Dims result = n.dims(x);
  if (repeats->size() != result.size())
    return n.fail(
        formatv("{0} repeats for rank {1}", repeats->size(), result.size()));
  for (auto [extent, repeat] : llvm::zip(result, *repeats))
    extent = extent * repeat;
  n.out(0, n.emit<TileOp>(x, {{"dims", n.exprs(result)}}, n.elementOf(x)));
}

/// Attributes of DepthToSpace and SpaceToDepth of x.
std::optional<DepthBlocks> blocksOf(Node &n, Value x) {
  DepthBlocks blocks{n.needInteger("blocksize"), true};
  if (n.rank(x) != 4)
    n.fail(formatv("rank {0} is not 4", n.rank(x)));
  if (blocks.size < 1 || blocks.size > (1 << 20))
    n.fail(formatv("blocksize {0} is out of range", blocks.size));
  std::string mode = n.string("mode", "DCR");
  if (mode != "DCR" && mode != "CRD")
    n.fail("mode " + quoted(mode) + " is not known");
  blocks.depthFirst = mode == "DCR";
  return n.failed() ? std::nullopt : std::optional(blocks);
}

void buildDepthToSpace(Node &n) {
  Value x = n.need(0);
  if (std::optional<DepthBlocks> blocks = blocksOf(n, x))
    n.out(0, depthToSpace(n, x, *blocks));
}

void buildSpaceToDepth(Node &n) {
  Value x = n.need(0);
  if (std::optional<DepthBlocks> blocks = blocksOf(n, x))
    n.out(0, spaceToDepth(n, x, *blocks));
}

constexpr OpRow kRows[] = {
    {"Concat", 4, kLatest, buildConcat},
    {"DepthToSpace", 1, kLatest, buildDepthToSpace},
    {"Expand", 8, kLatest, buildExpand},
    {"Identity", 1, kLatest, buildIdentity},
    {"SpaceToDepth", 1, kLatest, buildSpaceToDepth},
    {"Tile", 6, kLatest, buildTile},
    {"Transpose", 1, kLatest, buildTranspose},
};

} // namespace

ArrayRef<OpRow> movementRows() { return kRows; }

} // namespace opc::onnx
