//===- WindowEdgesTest.cpp - windows that hang over an image's edges ------===//
#include "opc/Targets/CPU/Vector/WindowEdges.h"
#include "IndexProgram.h"
#include "gtest/gtest.h"
#include <map>

using namespace opc;
using namespace opc::cpu;
using namespace mlir;

namespace {

const WindowAxis kAxes[] = {
    {1, 1, 1, 0, 0}, {3, 1, 1, 1, 1}, {3, 2, 1, 1, 0}, {5, 1, 2, 4, 4},
    {2, 3, 1, 0, 1}, {7, 2, 1, 3, 3}, {3, 1, 3, 0, 6}, {4, 4, 1, 2, 2},
};
constexpr int64_t kTile = 4;

int64_t outputsOf(const WindowAxis &axis, int64_t extent) {
  int64_t window = (axis.taps - 1) * axis.dilation + 1;
  int64_t range = extent + axis.padLow + axis.padHigh - window;
  return range < 0 ? 0 : range / axis.stride + 1;
}

bool isInside(const WindowAxis &axis, int64_t at, int64_t tap, int64_t extent) {
  int64_t x = at * axis.stride - axis.padLow + tap * axis.dilation;
  return x >= 0 && x < extent;
}

/// Visits (output, 1) for edges and (first, count) for tiles inside, whose
/// extents are arguments, or constants where `extent` is given.
void buildRow(LoopBuilder &l, const WindowAxis &axis, Value extent,
              Value outputs) {
  forInsideAndEdges(
      l, axis, extent, outputs, kTile,
      [&](Value x, int64_t count) {
        IndexProgram::visit(l, {x, l.index(count), l.index(0)});
      },
      [&](Value x) { IndexProgram::visit(l, {x, l.index(1), l.index(1)}); });
}

void checkRow(const WindowAxis &axis, int64_t extent,
              const std::vector<std::vector<int64_t>> &visits) {
  int64_t outputs = outputsOf(axis, extent);
  std::map<int64_t, int> edges, inside;
  for (const auto &visit : visits)
    for (int64_t x = visit[0]; x < visit[0] + visit[1]; ++x) {
      ASSERT_GE(x, 0);
      ASSERT_LT(x, outputs);
      ++(visit[2] ? edges : inside)[x];
      for (int64_t tap = 0; tap < axis.taps && !visit[2]; ++tap)
        EXPECT_TRUE(isInside(axis, x, tap, extent))
            << "output " << x << " of " << extent;
    }
  for (int64_t x = 0; x < outputs; ++x) {
    EXPECT_EQ(edges.count(x) + inside.count(x), 1u) << "output " << x;
    EXPECT_LE(edges[x], 1);
  }
}

TEST(WindowEdgesTest, EveryOutputIsInATileInsideOrAnEdge) {
  for (const WindowAxis &axis : kAxes) {
    IndexProgram unknown(2, [&](LoopBuilder &l, ValueRange args) {
      buildRow(l, axis, args[0], args[1]);
    });
    for (int64_t extent = 1; extent <= 24; ++extent) {
      SCOPED_TRACE(testing::Message()
                   << axis.taps << " taps, stride " << axis.stride
                   << ", dilation " << axis.dilation);
      int64_t outputs = outputsOf(axis, extent);
      checkRow(axis, extent, unknown.run({extent, outputs}));
      IndexProgram known(0, [&](LoopBuilder &l, ValueRange) {
        buildRow(l, axis, l.index(extent), l.index(outputs));
      });
      checkRow(axis, extent, known.run({}));
    }
  }
}

void checkTaps(const WindowAxis &axis, int64_t at, int64_t extent,
               const std::vector<int64_t> &taps) {
  for (int64_t tap = 0; tap < axis.taps; ++tap)
    EXPECT_EQ(tap >= taps[0] && tap < taps[1], isInside(axis, at, tap, extent));
  EXPECT_LE(taps[0], taps[1]);
}

TEST(WindowEdgesTest, ClippedTapsAreThoseInTheImage) {
  for (const WindowAxis &axis : kAxes) {
    IndexProgram program(2, [&](LoopBuilder &l, ValueRange args) {
      auto [begin, end] = clippedTaps(l, axis, args[0], args[1]);
      IndexProgram::visit(l, {begin, end});
    });
    for (int64_t extent = 1; extent <= 16; ++extent)
      for (int64_t at = 0; at < outputsOf(axis, extent); ++at)
        checkTaps(axis, at, extent, program.run({at, extent})[0]);
  }
}

} // namespace
