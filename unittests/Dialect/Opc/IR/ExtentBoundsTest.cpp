//===- ExtentBoundsTest.cpp - Bounds hold for every value of the symbols --===//
#include "opc/Dialect/Opc/IR/ExtentBounds.h"

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"
#include <random>

using namespace mlir;
using namespace opc;

namespace {

constexpr int64_t kMost = 4; ///< of the symbols, which are 0 to this

int64_t clampOf(int64_t value, int64_t low, int64_t high) {
  return std::min(std::max(value, low), high);
}

class ExtentBoundsTest : public testing::Test {
protected:
  ExtentBoundsTest() {
    context.disableMultithreading();
    for (unsigned symbol = 0; symbol < 3; ++symbol) {
      symbols.push_back(getAffineSymbolExpr(symbol, &context));
      bounds.set(symbol, {0, kMost});
    }
  }

  AffineExpr number(int64_t value) {
    return getAffineConstantExpr(value, &context);
  }

  /// An expression over the symbols, `depth` operations deep at most.
  AffineExpr random(unsigned depth) {
    unsigned kind = generator() % (depth ? 8 : 2);
    if (kind == 0)
      return number(int64_t(generator() % 7) - 2);
    if (kind == 1)
      return symbols[generator() % symbols.size()];
    AffineExpr a = random(depth - 1);
    switch (kind) {
    case 2:
    case 3:
      return a + random(depth - 1);
    case 4:
      return a - random(depth - 1);
    case 5:
      return a * symbols[generator() % symbols.size()];
    case 6:
      return a.floorDiv(1 + generator() % 3);
    default:
      return a.ceilDiv(1 + generator() % 3);
    }
  }

  int64_t value(AffineExpr e, ArrayRef<int64_t> at) {
    SmallVector<AffineExpr> numbers;
    for (int64_t each : at)
      numbers.push_back(number(each));
    return cast<AffineConstantExpr>(e.replaceSymbols(numbers)).getValue();
  }

  /// Calls `check` with every choice of values, and with that of the clamps.
  void forAll(llvm::function_ref<void(ArrayRef<int64_t>)> check) {
    for (int64_t i = 0; i < 125; ++i) {
      SmallVector<int64_t> at{i % 5, i / 5 % 5, i / 25};
      for (const auto &[v, low, high] : clamps)
        at.push_back(clampOf(value(v, at), value(low, at), value(high, at)));
      check(at);
    }
  }

  void addClamp(AffineExpr value, AffineExpr low, AffineExpr high) {
    unsigned symbol = symbols.size();
    bounds.setClamp(symbol, value, low, high);
    clamps.push_back({value, low, high});
    symbols.push_back(getAffineSymbolExpr(symbol, &context));
  }

  MLIRContext context;
  ExtentBounds bounds;
  SmallVector<AffineExpr> symbols;
  std::vector<std::tuple<AffineExpr, AffineExpr, AffineExpr>> clamps;
  std::mt19937 generator{7};
};

} // namespace

TEST_F(ExtentBoundsTest, HoldForRandomExpressions) {
  addClamp(symbols[0] - symbols[1], number(0), symbols[2]);
  addClamp(symbols[3] + 1, number(1), number(3));
  unsigned told = 0, ordered = 0, clamped = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    AffineExpr a = random(3), b = random(2), c = random(1);
    Bounds own = bounds.of(a);
    bool atMost = bounds.provablyAtMost(a, b);
    AffineExpr chosen = bounds.clamped(a, b, c);
    told += own.least && own.most;
    ordered += atMost;
    clamped += bool(chosen);
    forAll([&](ArrayRef<int64_t> at) {
      int64_t x = value(a, at), y = value(b, at), z = value(c, at);
      EXPECT_TRUE(!own.least || *own.least <= x);
      EXPECT_TRUE(!own.most || x <= *own.most);
      EXPECT_TRUE(!atMost || x <= y);
      EXPECT_TRUE(!chosen || value(chosen, at) == clampOf(x, y, z));
    });
    ASSERT_FALSE(HasFailure()) << "trial " << trial;
  }
  // Not by saying nothing.
  EXPECT_GT(told, 1000u);
  EXPECT_GT(ordered, 300u);
  EXPECT_GT(clamped, 300u);
}

TEST_F(ExtentBoundsTest, ExtentsEndSomewhere) {
  AffineExpr batch = getAffineSymbolExpr(9, &context);
  AffineExpr most = number(kLargestExtent);
  EXPECT_EQ(bounds.clamped(batch, number(0), most), batch);
  EXPECT_EQ(bounds.clamped(batch + 1, number(1), most + 1), batch + 1);
  EXPECT_EQ(bounds.clamped(batch, number(0), number(512)), AffineExpr());
  // "To the end" is above all of them.
  EXPECT_EQ(bounds.clamped(batch, number(0), number(INT64_MAX)), batch);
  EXPECT_EQ(bounds.clamped(number(INT64_MAX), number(0), batch), batch);
}

TEST_F(ExtentBoundsTest, ClampsFollowTheirValues) {
  AffineExpr n = symbols[0], rows = number(512);
  addClamp(n, number(0), rows);
  AffineExpr cut = symbols.back();
  EXPECT_TRUE(bounds.provablyAtMost(cut, n));
  EXPECT_TRUE(bounds.provablyAtMost(cut, rows));
  EXPECT_FALSE(bounds.provablyAtMost(n, cut - 1));
  EXPECT_EQ(bounds.clamped(cut, number(0), n), cut);
}

TEST_F(ExtentBoundsTest, SomeBroadcastOnlyWhereTheyAreEqual) {
  AffineExpr n = getAffineSymbolExpr(8, &context), m = symbols[1];
  EXPECT_FALSE(bounds.broadcastOnlyIfEqual(n, m));
  EXPECT_FALSE(bounds.broadcastOnlyIfEqual(n + 2, m + 1));
  EXPECT_TRUE(bounds.broadcastOnlyIfEqual(n + 2, m + 2));
  addClamp(n, number(0), number(2));
  EXPECT_TRUE(bounds.broadcastOnlyIfEqual(n, symbols.back()));
  EXPECT_TRUE(bounds.broadcastOnlyIfEqual(symbols.back(), n));
  EXPECT_FALSE(bounds.broadcastOnlyIfEqual(m, symbols.back()));
  // Of a table of one row, and from 3 on: the cut may be 1, or the value.
  addClamp(n, number(0), number(1));
  EXPECT_FALSE(bounds.broadcastOnlyIfEqual(n, symbols.back()));
  addClamp(n, number(3), number(5));
  EXPECT_FALSE(bounds.broadcastOnlyIfEqual(n, symbols.back()));
}
