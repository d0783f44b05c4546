//===- ArenaPlan.cpp - Where each intermediate lies in the arena ----------===//
//
// Two plans are tried for the items whose size is not constant, and the smaller
// one at a typical extent is taken:
// - lanes: every item has a whole region to itself for as long as it lives;
// - units: items whose sizes are multiples of one formula are packed in units
//   of that formula, as constants are packed in bytes; the rest has lanes.
//
//===----------------------------------------------------------------------===//
#include "ArenaPlan.h"
#include "IntervalPacker.h"
#include "opc-c/module.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <map>

using namespace mlir;
using namespace opc;

std::pair<int64_t, AffineExpr> opc::splitCoefficient(AffineExpr expr) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return {constant.getValue(), AffineExpr()};
  auto product = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!product || product.getKind() != AffineExprKind::Mul)
    return {1, expr};
  auto [left, leftRest] = splitCoefficient(product.getLHS());
  auto [right, rightRest] = splitCoefficient(product.getRHS());
  if (!leftRest || !rightRest)
    return {left * right, leftRest ? leftRest : rightRest};
  return {left * right, leftRest * rightRest};
}

static int64_t floorDivide(int64_t x, int64_t y) {
  return y > 0 ? llvm::divideFloorSigned(x, y) : 0;
}

int64_t opc::evaluateExpr(AffineExpr expr, ArrayRef<int64_t> symbols) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbol.getPosition() < symbols.size() ? symbols[symbol.getPosition()]
                                                 : kTypicalExtent;
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t x = evaluateExpr(binary.getLHS(), symbols);
  int64_t y = evaluateExpr(binary.getRHS(), symbols);
  int64_t result;
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return llvm::AddOverflow(x, y, result) ? INT64_MAX : result;
  case AffineExprKind::Mul:
    return llvm::MulOverflow(x, y, result) ? INT64_MAX : result;
  case AffineExprKind::FloorDiv:
    return floorDivide(x, y);
  case AffineExprKind::CeilDiv:
    return y > 0 ? llvm::divideCeilSigned(x, y) : 0;
  default:
    return y > 0 ? llvm::mod(x, y) : 0;
  }
}

namespace {
class Planner {
public:
  explicit Planner(ArrayRef<ArenaItem> items) : items(items) {
    plan.places.resize(items.size());
  }
  /// With `units`, formulas that share a factor are packed together.
  ArenaPlan run(bool units);

private:
  void packUnits(ArrayRef<unsigned> members, AffineExpr unit);
  void packLanes(SmallVector<unsigned> members);
  unsigned laneFor(const ArenaItem &item, int64_t bytes);
  void require(ArenaPlan::Region &region, AffineExpr bytes);

  /// A region of lanes: its size at the typical extent, and when it is taken.
  struct Lane {
    unsigned region;
    int64_t bytes;
    std::map<int64_t, int64_t> taken; ///< end by begin
    bool isFree(const ArenaItem &item) const;
  };

  ArrayRef<ArenaItem> items;
  ArenaPlan plan;
  std::vector<Lane> lanes;
};
} // namespace

/// Multiples of `unit` (or bytes, where it is null) for all `members`.
void Planner::packUnits(ArrayRef<unsigned> members, AffineExpr unit) {
  SmallVector<PackedInterval> intervals;
  for (unsigned index : members) {
    int64_t size = llvm::alignTo(splitCoefficient(items[index].bytes).first,
                                 OPC_ALIGNMENT);
    intervals.push_back({items[index].begin, items[index].end, size, 0});
  }
  int64_t total = packIntervals(intervals);
  unsigned region = plan.regions.size();
  AffineExpr size =
      unit ? unit * total
           : getAffineConstantExpr(total, items.front().bytes.getContext());
  plan.regions.push_back({{size}});
  for (auto [index, interval] : llvm::zip_equal(members, intervals))
    plan.places[index] = {region, interval.offset, unit};
}

bool Planner::Lane::isFree(const ArenaItem &item) const {
  auto next = taken.upper_bound(item.end);
  return next == taken.begin() || std::prev(next)->second < item.begin;
}

/// Makes sure that `region` has at least `bytes`.
void Planner::require(ArenaPlan::Region &region, AffineExpr bytes) {
  auto [size, rest] = splitCoefficient(bytes);
  for (AffineExpr &known : region.sizes) {
    auto [knownSize, knownRest] = splitCoefficient(known);
    if (knownRest != rest)
      continue;
    if (size > knownSize)
      known = bytes;
    return;
  }
  region.sizes.push_back(bytes);
}

/// The smallest lane that is free; lanes are sorted by falling size, and items
/// come in that order, so that none has to grow by much. Where very many items
/// live at a time, only the smallest lanes are looked at.
unsigned Planner::laneFor(const ArenaItem &item, int64_t bytes) {
  constexpr size_t kCrowd = 512; // models have some tens at a time
  size_t least = lanes.size() - std::min(lanes.size(), kCrowd);
  for (size_t lane = lanes.size(); lane-- > least;)
    if (lanes[lane].isFree(item))
      return lane;
  lanes.push_back({static_cast<unsigned>(plan.regions.size()), bytes, {}});
  plan.regions.emplace_back();
  return lanes.size() - 1;
}

void Planner::packLanes(SmallVector<unsigned> members) {
  DenseMap<unsigned, int64_t> typical;
  for (unsigned index : members)
    typical[index] = evaluateExpr(items[index].bytes, {});
  llvm::sort(members, [&](unsigned a, unsigned b) {
    return std::pair(typical[b], a) < std::pair(typical[a], b);
  });
  for (unsigned index : members) {
    unsigned lane = laneFor(items[index], typical[index]);
    lanes[lane].taken[items[index].begin] = items[index].end;
    require(plan.regions[lanes[lane].region], items[index].bytes);
    plan.places[index] = {lanes[lane].region, 0, AffineExpr()};
  }
}

ArenaPlan Planner::run(bool units) {
  llvm::MapVector<AffineExpr, SmallVector<unsigned>> classes;
  for (auto [index, item] : llvm::enumerate(items))
    classes[splitCoefficient(item.bytes).second].push_back(index);
  SmallVector<unsigned> rest;
  for (auto &[unit, members] : classes)
    if (!unit || (units && members.size() > 1))
      packUnits(members, unit);
    else
      rest.append(members);
  packLanes(rest);
  return std::move(plan);
}

ArenaPlan opc::planArena(ArrayRef<ArenaItem> items) {
  ArenaPlan lanes = Planner(items).run(/*units=*/false);
  ArenaPlan units = Planner(items).run(/*units=*/true);
  return arenaBytes(units, {}) < arenaBytes(lanes, {}) ? units : lanes;
}

static int64_t regionBytes(const ArenaPlan::Region &region,
                           ArrayRef<int64_t> symbols) {
  int64_t largest = 0;
  for (AffineExpr size : region.sizes)
    largest = std::max(largest, evaluateExpr(size, symbols));
  return llvm::alignTo(largest, OPC_ALIGNMENT);
}

int64_t opc::arenaBytes(const ArenaPlan &plan, ArrayRef<int64_t> symbols) {
  int64_t total = 0;
  for (const ArenaPlan::Region &region : plan.regions)
    total += regionBytes(region, symbols);
  return total;
}

int64_t opc::arenaOffset(const ArenaPlan &plan, size_t item,
                         ArrayRef<int64_t> symbols) {
  const ArenaPlan::Place &place = plan.places[item];
  int64_t unit = place.unit ? evaluateExpr(place.unit, symbols) : 1;
  int64_t offset = place.offset * unit;
  for (unsigned region = 0; region < place.region; ++region)
    offset += regionBytes(plan.regions[region], symbols);
  return offset;
}
