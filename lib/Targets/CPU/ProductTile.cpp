//===- ProductTile.cpp - a register tile with its epilogue ----------------===//
#include "opc/Targets/CPU/ProductTile.h"
#include "mlir/Support/DebugStringHelper.h"
#include "opc/Targets/CPU/DotProduct.h"

using namespace mlir;
namespace opc::cpu {

TileSplit ProductColumns::blocks(LoopBuilder &l) const {
  Value vectors = l.ceilDiv(extent, lanes);
  if (constantIndex(vectors))
    return TileSplit::unknown(vectors, plan.blockVectors);
  // Blocks of unknown extents must not overlap: each is cut into panels anew.
  return TileSplit::known(1, 1);
}

void ProductColumns::forPanels(LoopBuilder &l, Value block,
                               const TileSplit::Body &body) const {
  Value vectors = l.ceilDiv(extent, lanes);
  if (!constantIndex(vectors)) {
    auto panels = TileSplit::unknown(vectors, plan.tileVectors);
    panels.emitParts(l.b, l.loc, l.index(0), panels.count(l.b, l.loc), body);
    return;
  }
  blocks(l).emitPart(l.b, l.loc, block, [&](Value first, int64_t size) {
    auto panels = TileSplit::known(size, plan.tileVectors);
    panels.emitParts(
        l.b, l.loc, l.index(0), panels.count(l.b, l.loc),
        [&](Value start, int64_t count) { body(l.add(first, start), count); });
  });
}

std::optional<ProductKind> productKind(Value a, Value b, Value y,
                                       const TargetDesc &desc) {
  auto elementOf = [](Value value) {
    return cast<RankedTensorType>(value.getType()).getElementType();
  };
  Type sum = elementOf(y);
  if (isF32(a) && isF32(b) && isF32(y))
    return ProductKind{sum};
  const MatrixUnit *unit =
      dotUnitFor(desc, debugString(elementOf(a)), debugString(elementOf(b)));
  if (!unit || !sum.isSignlessInteger(32))
    return std::nullopt;
  return ProductKind{sum, unit};
}

Value ProductColumns::lastCount(LoopBuilder &l, Value firstVector,
                                int64_t vectors) const {
  std::optional<int64_t> known = constantIndex(extent);
  if (known && *known % lanes == 0)
    return {};
  Value start = l.mul(l.add(firstVector, vectors - 1), lanes);
  return l.min(l.sub(extent, start), l.index(lanes));
}

void emitProductTile(
    KernelWriter &w, Value root, const GemmTile &tile, Value column,
    Value lastCount,
    llvm::function_ref<SmallVector<Value>(int64_t row)> indicesOf) {
  LoopBuilder &l = w.l;
  SmallVector<Value> sums = emitGemmTile(l.b, l.loc, tile);
  for (int64_t row = 0; row < tile.rows; ++row) {
    LaneIndices indices;
    for (Value index : indicesOf(row))
      indices.push_back({index, 0});
    indices.push_back({});
    for (int64_t j = 0; j < tile.vectors; ++j) {
      indices.back() = {l.add(column, j * tile.lanes), 1};
      w.v.setCount(j == tile.vectors - 1 ? lastCount : Value());
      writeResults(w, root, sums[row * tile.vectors + j], indices);
    }
  }
  w.v.setCount({});
  w.v.clearBound();
}

} // namespace opc::cpu
