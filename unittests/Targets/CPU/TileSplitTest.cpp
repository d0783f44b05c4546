//===- TileSplitTest.cpp - extents cut into tiles -------------------------===//
#include "opc/Targets/CPU/Vector/TileSplit.h"
#include "IndexProgram.h"
#include "gtest/gtest.h"

using namespace opc;
using namespace opc::cpu;
using namespace mlir;

namespace {

struct Part {
  int64_t start, size;
};

std::vector<Part> toParts(const std::vector<std::vector<int64_t>> &visits) {
  std::vector<Part> parts;
  for (const auto &visit : visits)
    parts.push_back({visit[0], visit[1]});
  return parts;
}

void visitPart(LoopBuilder &l, Value start, int64_t size) {
  IndexProgram::visit(l, {start, l.index(size)});
}

TEST(TileSplitTest, KnownExtentsHaveBalancedPartsWithoutOverlap) {
  for (int64_t tile : {1, 3, 9, 16})
    for (int64_t extent = 1; extent <= 50; ++extent) {
      auto split = TileSplit::known(extent, tile);
      int64_t count = (extent + tile - 1) / tile;
      IndexProgram program(2, [&](LoopBuilder &l, ValueRange args) {
        EXPECT_EQ(constantIndex(split.count(l.b, l.loc)), count);
        split.emitParts(
            l.b, l.loc, args[0], args[1],
            [&](Value start, int64_t size) { visitPart(l, start, size); });
      });
      // In two halves, as two threads would run them.
      std::vector<Part> parts = toParts(program.run({0, count / 2}));
      llvm::append_range(parts, toParts(program.run({count / 2, count})));
      ASSERT_EQ(int64_t(parts.size()), count);
      int64_t at = 0;
      for (Part part : parts) {
        EXPECT_EQ(part.start, at);
        EXPECT_TRUE(part.size == extent / count ||
                    part.size == extent / count + 1);
        EXPECT_LE(part.size, tile);
        at += part.size;
      }
      EXPECT_EQ(at, extent) << "tile of " << tile;
    }
}

TEST(TileSplitTest, NothingHasNoParts) {
  IndexProgram program(0, [&](LoopBuilder &l, ValueRange) {
    EXPECT_EQ(constantIndex(TileSplit::known(0, 8).count(l.b, l.loc)), 0);
  });
}

TEST(TileSplitTest, UnknownExtentsAreCoveredByFullTilesOrOneByOne) {
  constexpr int64_t tile = 6;
  IndexProgram program(1, [&](LoopBuilder &l, ValueRange args) {
    auto split = TileSplit::unknown(args[0], tile);
    EXPECT_FALSE(constantIndex(split.count(l.b, l.loc)));
    split.emitParts(
        l.b, l.loc, l.index(0), split.count(l.b, l.loc),
        [&](Value start, int64_t size) { visitPart(l, start, size); });
  });
  for (int64_t extent = 0; extent <= 40; ++extent) {
    std::vector<Part> parts = toParts(program.run({extent}));
    int64_t at = 0;
    for (Part part : parts) {
      EXPECT_EQ(part.size, extent < tile ? 1 : tile);
      EXPECT_LE(part.start, at) << "a gap in " << extent;
      at = part.start + part.size;
    }
    EXPECT_EQ(at, extent);
    EXPECT_EQ(int64_t(parts.size()),
              extent < tile ? extent : (extent + tile - 1) / tile);
  }
}

TEST(TileSplitTest, PartsOfUnknownExtentsCanBeSharedOut) {
  IndexProgram program(2, [&](LoopBuilder &l, ValueRange args) {
    auto split = TileSplit::unknown(args[0], 4);
    split.emitPart(l.b, l.loc, args[1], [&](Value start, int64_t size) {
      visitPart(l, start, size);
    });
  });
  std::vector<Part> last = toParts(program.run({10, 2}));
  ASSERT_EQ(last.size(), 1u);
  EXPECT_EQ(last[0].start, 6);
  EXPECT_EQ(toParts(program.run({3, 0})).size(), 3u);
}

} // namespace
