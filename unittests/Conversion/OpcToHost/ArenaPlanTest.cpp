//===- ArenaPlanTest.cpp - No overlap, little waste -----------------------===//
#include "Conversion/OpcToHost/ArenaPlan.h"
#include "Conversion/OpcToHost/IntervalPacker.h"

#include "mlir/IR/MLIRContext.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <random>

using namespace opc;
using namespace mlir;

namespace {

/// Random lives on a line of `length` positions: mostly short, a few long.
std::pair<int64_t, int64_t> randomLife(std::mt19937 &random, int64_t length) {
  int64_t begin = random() % length;
  int64_t span = random() % 16 ? random() % 8 : random() % length;
  return {begin, std::min(length - 1, begin + span)};
}

bool meet(int64_t begin, int64_t end, int64_t otherBegin, int64_t otherEnd) {
  return begin <= otherEnd && otherBegin <= end;
}

/// The most bytes that live at one time: no plan can be smaller.
int64_t mostLive(const std::vector<PackedInterval> &intervals, int64_t length) {
  int64_t most = 0;
  for (int64_t time = 0; time < length; ++time) {
    int64_t live = 0;
    for (const PackedInterval &interval : intervals)
      live += meet(interval.begin, interval.end, time, time) * interval.size;
    most = std::max(most, live);
  }
  return most;
}

/// Packs them: what lives at one time lies apart. Gives the size of all.
int64_t packApart(std::vector<PackedInterval> &intervals) {
  int64_t total = packIntervals(intervals);
  int64_t beyond = 0, overlaps = 0;
  for (const PackedInterval &a : intervals) {
    beyond += a.offset < 0 || a.offset + a.size > total;
    for (const PackedInterval &b : intervals)
      overlaps += &a != &b && a.size && b.size &&
                  meet(a.begin, a.end, b.begin, b.end) &&
                  meet(a.offset, a.offset + a.size - 1, b.offset,
                       b.offset + b.size - 1);
  }
  EXPECT_EQ(beyond, 0);
  EXPECT_EQ(overlaps, 0);
  return total;
}

class RandomPlans : public testing::TestWithParam<unsigned> {};

TEST_P(RandomPlans, PackedIntervalsNeverOverlap) {
  std::mt19937 random(GetParam());
  const int64_t length = 200;
  std::vector<PackedInterval> intervals;
  for (int i = 0; i < 300; ++i) {
    auto [begin, end] = randomLife(random, length);
    intervals.push_back(
        {begin, end, static_cast<int64_t>(64 * (random() % 100)), 0});
  }
  int64_t total = packApart(intervals);
  EXPECT_LE(total, mostLive(intervals, length) * 1.15);
}

/// A crowd in the middle, some of it from beginning to end; what lives before
/// and behind it alone is packed as ever.
TEST_P(RandomPlans, CrowdsNeverOverlap) {
  std::mt19937 random(GetParam());
  std::vector<PackedInterval> intervals;
  auto add = [&](int64_t begin, int64_t end) {
    intervals.push_back(
        {begin, end, static_cast<int64_t>(64 * (1 + random() % 4)), 0});
  };
  for (int i = 0; i < 1500; ++i)
    add(500 + random() % 100, 1000 + random() % 100);
  for (int i = 0; i < 10; ++i)
    add(0, 1599);
  for (int64_t time = 0; time < 1500; ++time)
    add(time, time + random() % 8);
  int64_t total = packApart(intervals);
  EXPECT_LE(total, mostLive(intervals, 1600) * 1.15);
}

/// Sizes of four bytes to some planes, over two symbols.
AffineExpr randomSize(std::mt19937 &random, MLIRContext *context) {
  AffineExpr s0 = getAffineSymbolExpr(0, context);
  AffineExpr s1 = getAffineSymbolExpr(1, context);
  AffineExpr one = getAffineConstantExpr(1, context);
  // The last one counts as nothing where lanes are sorted by size.
  AffineExpr units[] = {one, s0, s0 * s1, (s0 + 1).floorDiv(2) * s1,
                        s0.floorDiv(20 * kTypicalExtent)};
  return units[random() % 5] * static_cast<int64_t>(4 * (1 + random() % 300));
}

TEST_P(RandomPlans, SymbolicItemsNeverOverlap) {
  MLIRContext context;
  std::mt19937 random(GetParam());
  std::vector<ArenaItem> items;
  for (int i = 0; i < 120; ++i) {
    auto [begin, end] = randomLife(random, 100);
    items.push_back({randomSize(random, &context), begin, end});
  }
  ArenaPlan plan = planArena(items);
  for (int64_t extent : {0, 1, 2, 3, 17, 256, 1000, 100000}) {
    int64_t symbols[] = {extent, 1 + static_cast<int64_t>(random() % 500)};
    int64_t total = arenaBytes(plan, symbols);
    for (size_t a = 0; a < items.size(); ++a) {
      int64_t bytes = evaluateExpr(items[a].bytes, symbols);
      int64_t offset = arenaOffset(plan, a, symbols);
      EXPECT_EQ(offset % 64, 0);
      EXPECT_LE(offset + bytes, total);
      for (size_t b = 0; b < a; ++b) {
        int64_t other = arenaOffset(plan, b, symbols);
        int64_t otherBytes = evaluateExpr(items[b].bytes, symbols);
        bool together =
            bytes && otherBytes &&
            meet(items[a].begin, items[a].end, items[b].begin, items[b].end);
        EXPECT_FALSE(together && meet(offset, offset + bytes - 1, other,
                                      other + otherBytes - 1))
            << "items " << a << " and " << b << " at extent " << extent;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomPlans, testing::Range(0u, 20u));

TEST(ArenaPlan, OneSymbolPacksLikeConstants) {
  MLIRContext context;
  AffineExpr batch = getAffineSymbolExpr(0, &context);
  // Two small ones fit beside each other into the room of a large one.
  std::vector<ArenaItem> items = {{batch * 1024, 0, 1},
                                  {batch * 512, 2, 4},
                                  {batch * 512, 2, 4},
                                  {batch * 1024, 5, 6}};
  ArenaPlan plan = planArena(items);
  EXPECT_EQ(arenaBytes(plan, {7}), 7 * 1024);
}

TEST(ArenaPlan, ChainNeedsTwoPlaces) {
  MLIRContext context;
  AffineExpr size =
      getAffineSymbolExpr(0, &context) * getAffineSymbolExpr(1, &context) * 4;
  std::vector<ArenaItem> items;
  for (int64_t i = 0; i < 50; ++i)
    items.push_back({size, i, i + 1});
  EXPECT_EQ(arenaBytes(planArena(items), {100, 64}), 2 * 100 * 64 * 4);
}

TEST(ArenaPlan, ManyItemsAtATimeTakeLittleTime) {
  MLIRContext context;
  AffineExpr s0 = getAffineSymbolExpr(0, &context);
  std::vector<ArenaItem> items;
  for (int i = 0; i < 30000; ++i)
    items.push_back({i % 2 ? s0 * 4 : s0.floorDiv(2) * 8, i, 30000});
  ArenaPlan plan = planArena(items);
  EXPECT_EQ(arenaBytes(plan, {64}), 30000 * 256);
}

TEST(ArenaPlan, ManyItemsTakeLittleTime) {
  MLIRContext context;
  std::vector<ArenaItem> items;
  std::mt19937 random(1);
  for (int64_t i = 0; i < 100000; ++i)
    items.push_back({getAffineConstantExpr(64 * (random() % 1000), &context), i,
                     i + static_cast<int64_t>(random() % 4)});
  ArenaPlan plan = planArena(items);
  EXPECT_LT(arenaBytes(plan, {}), 6 * 64000);
}

TEST(ArenaPlan, CoefficientsAreSplitOff) {
  MLIRContext context;
  AffineExpr s0 = getAffineSymbolExpr(0, &context);
  AffineExpr s1 = getAffineSymbolExpr(1, &context);
  EXPECT_EQ(splitCoefficient((s0 * 3) * (s1 * 5)),
            std::make_pair(int64_t(15), s0 * s1));
  EXPECT_EQ(splitCoefficient(s0 + 1), std::make_pair(int64_t(1), s0 + 1));
}

TEST(ArenaPlan, SizesSaturate) {
  MLIRContext context;
  AffineExpr s0 = getAffineSymbolExpr(0, &context);
  EXPECT_EQ(evaluateExpr(s0 * s0, {int64_t(1) << 40}), INT64_MAX);
}

} // namespace
