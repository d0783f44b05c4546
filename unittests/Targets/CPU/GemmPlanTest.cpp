//===- GemmPlanTest.cpp - which register tile, which loop order -----------===//
#include "opc/Targets/CPU/Products/GemmPlan.h"
#include "gtest/gtest.h"

using namespace opc;
using namespace opc::cpu;

namespace {

VectorMachine machine(int64_t bits, int64_t registers, int64_t l2BytesPerCycle,
                      int64_t l1Bytes, int64_t l2Bytes) {
  opc::VectorUnit unit;
  unit.bits = bits;
  unit.registers = registers;
  unit.fmaPorts = 2;
  unit.l2BytesPerCycle = l2BytesPerCycle;
  return {unit, l1Bytes, l2Bytes};
}
VectorMachine wide() { return machine(512, 32, 48, 48 << 10, 2 << 20); }
VectorMachine narrow() { return machine(256, 16, 24, 32 << 10, 512 << 10); }

void expectFits(const GemmPlan &plan, const VectorMachine &machine,
                bool fused = true) {
  EXPECT_GE(plan.tileRows, 1);
  EXPECT_GE(plan.tileVectors, 1);
  // Sums, the vectors of B, the broadcast element of A and the product.
  EXPECT_LE((plan.tileRows + 1) * plan.tileVectors + (fused ? 1 : 2),
            machine.registers);
  EXPECT_GE(plan.blockVectors, 1);
}

TEST(GemmPlanTest, TilesFitTheRegisters) {
  for (int64_t rows : {0, 1, 7, 49, 1000})
    for (int64_t columns : {1, 16, 40, 72, 1000})
      for (int64_t reduction : {0, 1, 27, 4096}) {
        expectFits(planGemm({rows, columns, reduction}, wide()), wide());
        expectFits(planGemm({rows, columns, reduction}, narrow()), narrow());
        expectFits(planGemm({rows, columns, reduction, false}, narrow()),
                   narrow(), false);
      }
}

TEST(GemmPlanTest, ASecondCacheThatDeliversLittleWantsMoreRows) {
  // 24 bytes a cycle feed 2 multiply-adds of 32 bytes where a vector of B
  // serves three rows or more.
  for (int64_t columns : {768, 1000, 1024, 3072})
    for (int64_t rows : {0, 128, 1024}) {
      EXPECT_GE(planGemm({rows, columns, 1024}, narrow()).tileRows, 3);
      EXPECT_GE(planGemm({rows, columns, 1024, false}, narrow()).tileRows, 3);
    }
  VectorMachine machine = narrow();
  machine.l2BytesPerCycle = 1024;
  EXPECT_EQ(planGemm({1024, 1024, 1024}, machine).tileVectors, 4);
}

TEST(GemmPlanTest, LargeProductsAreBoundByMultiplyAdds) {
  for (const VectorMachine &machine : {wide(), narrow()}) {
    GemmPlan plan = planGemm({1024, 1024, 1024}, machine);
    int64_t sums = plan.tileRows * plan.tileVectors;
    EXPECT_GE(sums, machine.fmaPorts * machine.fmaLatency);
    // Two loads start each cycle, as many as multiply-adds.
    EXPECT_LT(plan.tileRows + plan.tileVectors, sums);
    EXPECT_GT(plan.prefetchSteps, 0);
  }
}

TEST(GemmPlanTest, SpareRegistersAreLeft) {
  for (int64_t columns : {16, 768, 3072}) {
    GemmPlan plan = planGemm({128, columns, 768, true, 2}, narrow());
    EXPECT_LE((plan.tileRows + 1) * plan.tileVectors + 1,
              narrow().registers - 2);
    EXPECT_GE(plan.tileRows * plan.tileVectors,
              narrow().fmaPorts * narrow().fmaLatency);
  }
}

TEST(GemmPlanTest, FewColumnsMakeNoWiderTile) {
  EXPECT_EQ(planGemm({1000, 16, 64}, wide()).tileVectors, 1);
  EXPECT_EQ(planGemm({1000, 1, 64}, wide()).tileVectors, 1);
  EXPECT_LE(planGemm({1000, 24, 64}, wide()).tileVectors, 2);
}

TEST(GemmPlanTest, ABlockOfBStaysInTheSecondCache) {
  for (int64_t reduction : {64, 1000, 20000}) {
    GemmPlan plan = planGemm({1024, 4096, reduction}, wide());
    int64_t bytes = plan.blockVectors * 16 * reduction * 4;
    EXPECT_TRUE(bytes <= wide().l2Bytes / 4 ||
                plan.blockVectors == plan.tileVectors);
    EXPECT_EQ(plan.blockVectors % plan.tileVectors, 0);
  }
}

TEST(GemmPlanTest, WhatStaysInTheFirstCacheIsNotFetchedAhead) {
  EXPECT_EQ(planGemm({512, 64, 64}, wide()).prefetchSteps, 0);
  EXPECT_GT(planGemm({512, 512, 512}, wide()).prefetchSteps, 0);
}

TEST(GemmPlanTest, LatencyTakesPortsTimesCycles) {
  VectorMachine machine = wide();
  machine.fmaLatency = 5;
  EXPECT_EQ(planGemm({1, 64, 64}, machine).inFlight, 10);
}

void expectChains(GemmShape shape, const VectorMachine &machine) {
  GemmPlan plan = planGemm(shape, machine);
  int64_t sums = plan.tileRows * plan.tileVectors;
  EXPECT_EQ(plan.chains(sums), shape.chains);
  EXPECT_EQ(plan.chains(plan.singleVectors), shape.chains);
  EXPECT_LE(sums * shape.chains + plan.tileVectors + 1, machine.registers);
}

TEST(GemmPlanTest, StatedChainsAreThoseOfEveryTile) {
  for (int64_t columns : {1, 8, 10, 37, 64, 129, 1000, 4096})
    for (int64_t rows : {0, 1, 2, 17, 64, 1000})
      for (int64_t chains : {1, 2}) {
        GemmShape shape = {rows, columns, 512};
        shape.chains = chains;
        expectChains(shape, wide());
        expectChains(shape, narrow());
      }
}

TEST(GemmPlanTest, ASingleRowOfStatedChainsIsWide) {
  GemmShape shape = {1, 64, 128};
  shape.chains = 1;
  EXPECT_GE(planGemm(shape, narrow()).tileVectors, 7);
  // Some rows of many may come alone, too.
  shape.rows = 60;
  EXPECT_LE(planGemm(shape, narrow()).tileVectors, 4);
  EXPECT_GE(planGemm(shape, narrow()).singleVectors, 7);
}

TEST(GemmPlanTest, ASingleRowWaitsForWhatL1DoesNotHold) {
  GemmShape shape = {1, 4096, 4096};
  shape.chains = 1;
  EXPECT_LE(planGemm(shape, narrow()).tileVectors, 4);
}

} // namespace
