//===- TileSplit.cpp - one extent cut into register tiles -----------------===//
#include "opc/Targets/CPU/Vector/TileSplit.h"
#include "opc/Targets/Schedule/LoopBuilder.h"

using namespace mlir;
namespace opc::cpu {

TileSplit TileSplit::known(int64_t extent, int64_t tile) {
  TileSplit split;
  if (extent <= 0)
    return split;
  split.parts = (extent + tile - 1) / tile;
  split.size = extent / split.parts;
  split.large = extent % split.parts;
  return split;
}

TileSplit TileSplit::unknown(Value extent, int64_t tile) {
  if (std::optional<int64_t> value = constantIndex(extent))
    return known(*value, tile);
  TileSplit split;
  split.size = tile;
  split.extent = extent;
  return split;
}

void TileSplit::specialise(OpBuilder &b, Location loc, const Use &few,
                           const Use &many) const {
  if (!extent)
    return many(*this);
  LoopBuilder l{b, loc};
  TileSplit below = *this, above = *this;
  below.range = Range::BelowTile;
  above.range = Range::AtLeastTile;
  l.branch(
      l.less(extent, l.index(size)), [&] { few(below); }, [&] { many(above); });
}

Value TileSplit::count(OpBuilder &b, Location loc) const {
  LoopBuilder l{b, loc};
  return extent ? l.ceilDiv(extent, size) : l.index(parts);
}

void TileSplit::emitPart(OpBuilder &b, Location loc, Value part,
                         const Body &body) const {
  emitParts(b, loc, part, LoopBuilder{b, loc}.add(part, 1), body);
}

void TileSplit::emitParts(OpBuilder &b, Location loc, Value begin, Value end,
                          const Body &body) const {
  LoopBuilder l{b, loc};
  if (!extent) {
    Value border = l.index(large);
    if (large > 0)
      l.loop(begin, l.min(end, border),
             [&](Value part) { body(l.mul(part, size + 1), size + 1); });
    l.loop(large == 0 ? begin : l.max(begin, border), end,
           [&](Value part) { body(l.add(l.mul(part, size), border), size); });
    return;
  }
  auto full = [&] {
    l.loop(begin, end, [&](Value part) {
      body(l.min(l.mul(part, size), l.sub(extent, l.index(size))), size);
    });
  };
  auto single = [&] {
    l.loop(l.mul(begin, size), l.min(l.mul(end, size), extent),
           [&](Value start) { body(start, 1); });
  };
  if (range == Range::BelowTile)
    return single();
  if (range == Range::AtLeastTile)
    return full();
  l.branch(l.less(extent, l.index(size)), single, full);
}

} // namespace opc::cpu
