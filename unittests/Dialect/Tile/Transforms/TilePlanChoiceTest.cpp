//===- TilePlanChoiceTest.cpp - what the planner prefers, and says of it --===//
#include "MadeUpKernel.h"
#include "MadeUpMachine.h"

#include "gmock/gmock.h"

using namespace opc::tile;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

PlanKernel elementwise(int64_t rows, int64_t columns) {
  return {"exp",
          {parallel("rows", rows), parallel("columns", columns)},
          {operand("x", PlanRole::Input, {0, 1}),
           operand("y", PlanRole::Output, {0, 1})}};
}

/// One pass over rows that stay whole for as long as they fit.
PlanKernel softmax(int64_t rows, int64_t columns,
                   Splitting splitting = Splitting::LastResort) {
  return {"softmax",
          {parallel("rows", rows), parallel("columns", columns, splitting)},
          {operand("x", PlanRole::Input, {0, 1}),
           operand("y", PlanRole::Output, {0, 1})}};
}

TilePlan planned(const PlanKernel &kernel, const Machine &machine) {
  llvm::Expected<TilePlan> plan = planTiles(kernel, machine);
  EXPECT_TRUE(bool(plan));
  return plan ? *plan : (llvm::consumeError(plan.takeError()), TilePlan());
}

std::string refused(const PlanKernel &kernel, const Machine &machine) {
  llvm::Expected<TilePlan> plan = planTiles(kernel, machine);
  return plan ? "" : llvm::toString(plan.takeError());
}

TEST(TilePlanChoice, TwoBuffersWhereTheyFit) {
  Machine machine = madeUpMachine(65536, 32, 32, 0);
  TilePlan plan = planned(elementwise(1000, 1000), machine);
  EXPECT_TRUE(plan.doubled);
  EXPECT_EQ(plan.buffers[0].count, 2);
  EXPECT_EQ(plan.buffers[1].count, 2);
  EXPECT_THAT(plan.tried, ElementsAre("rows whole, two buffers: taken"));
  // Four buffers of whole rows: 4 rows of 4000 bytes each.
  EXPECT_THAT(plan.tiles, ElementsAre(4, 1000));
  EXPECT_EQ(plan.spaces[0].bytes, 64000);
}

TEST(TilePlanChoice, OneBufferWhereNoMoreIsAskedFor) {
  Machine machine = madeUpMachine(65536, 32, 32, 0);
  PlanKernel kernel = elementwise(1000, 1000);
  kernel.twoBuffers = false;
  TilePlan plan = planned(kernel, machine);
  EXPECT_FALSE(plan.doubled);
  EXPECT_THAT(plan.tried, ElementsAre("rows whole, one buffer: taken"));
  EXPECT_THAT(plan.tiles, ElementsAre(8, 1000));
}

TEST(TilePlanChoice, OneTileNeedsNoOther) {
  Machine machine = madeUpMachine(65536, 32, 32, 0);
  TilePlan plan = planned(elementwise(5, 7), machine);
  EXPECT_FALSE(plan.doubled);
  EXPECT_THAT(plan.trips, ElementsAre(1, 1));
  EXPECT_EQ(plan.limit, "nothing: one tile has it all");
}

TEST(TilePlanChoice, OneBufferBeforeRowsAreSplit) {
  Machine machine = madeUpMachine(16384, 32, 32, 0);
  TilePlan plan = planned(softmax(100, 1500), machine);
  EXPECT_FALSE(plan.doubled);
  EXPECT_THAT(plan.tiles, ElementsAre(1, 1500));
  EXPECT_THAT(plan.tried,
              ElementsAre("rows whole, two buffers: the least tile takes 24064 "
                          "bytes of vector, of 16384",
                          "rows whole, one buffer: taken"));
}

TEST(TilePlanChoice, RowsAreSplitLast) {
  Machine machine = madeUpMachine(8192, 32, 32, 0);
  TilePlan plan = planned(softmax(100, 10000), machine);
  EXPECT_TRUE(plan.doubled);
  EXPECT_LT(plan.tiles[1], 10000);
  EXPECT_EQ(plan.tried.size(), 3u);
  EXPECT_EQ(plan.tried[2], "rows split, two buffers: taken");
}

TEST(TilePlanChoice, RefusesByName) {
  Machine machine = madeUpMachine(8192, 32, 32, 0);
  EXPECT_EQ(refused(softmax(100, 10000, Splitting::Never), machine),
            "kernel softmax on made-up: the least tile takes 80000 bytes of "
            "vector, of 8192 (x 40000, y 40000)");
  machine.copies.front().maxBlockBytes = 16;
  EXPECT_EQ(refused(softmax(100, 40, Splitting::Never), machine),
            "kernel softmax on made-up: the least tile takes a copy of x, of "
            "which get has no such form: blocks of up to 160 bytes, of 16 (x "
            "160, y 160)");
  PlanKernel odd = elementwise(4, 4);
  odd.operands[0].space = Space::MatrixA;
  EXPECT_EQ(refused(odd, machine),
            "kernel exp on made-up: there is no space matrix_a");
  odd = elementwise(4, -4);
  EXPECT_EQ(refused(odd, machine), "kernel exp on made-up: axis columns has no "
                                   "such extent or multiple");
  odd = elementwise(4, 4);
  odd.operands[0].dims.clear();
  EXPECT_EQ(refused(odd, machine),
            "kernel exp on made-up: x has no axes or no elements");
  odd = elementwise(4, 4);
  odd.operands[0].dims[0].terms[0].axis = 9;
  EXPECT_EQ(refused(odd, machine), "kernel exp on made-up: x has an axis of no "
                                   "such span, step or multiple");
}

TEST(TilePlanChoice, RunsAreAsLongAsABurst) {
  Machine machine = madeUpMachine(8192, 32, 32, 0);
  machine.efficientBurst = 256;
  // Columns that are added up: a run is what a tile has of a row.
  PlanKernel kernel{"sum_columns",
                    {parallel("columns", 4000), reduced("rows", 1000)},
                    {operand("x", PlanRole::Input, {1, 0}),
                     operand("y", PlanRole::Output, {0})}};
  EXPECT_GE(planned(kernel, machine).shortestRun, 256);
}

TEST(TilePlanChoice, AllCoresHaveWork) {
  Machine machine = madeUpMachine(262144, 32, 32, 0);
  machine.cores = 48;
  TilePlan plan = planned(elementwise(96, 64), machine);
  EXPECT_GE(plan.trips[0] * plan.trips[1], 48);
  EXPECT_EQ(plan.steps, 1);
}

TEST(TilePlanChoice, ProductsReadLittleTwice) {
  Machine machine = madeUpMachine(65536, 32, 32, 0);
  PlanKernel kernel{"product",
                    {parallel("m", 512), parallel("n", 512), reduced("k", 512)},
                    {operand("a", PlanRole::Input, {0, 2}),
                     operand("b", PlanRole::Input, {2, 1}),
                     operand("c", PlanRole::Output, {0, 1})}};
  TilePlan plan = planned(kernel, machine);
  EXPECT_TRUE(plan.doubled);
  // Square tiles of 100 would move 512^3 * 8 / 100 bytes and c.
  EXPECT_LT(plan.bytesMoved, 13e6);
  EXPECT_EQ(plan.buffers[2].count, 1);
}

TEST(TilePlanChoice, NeighboursAreCounted) {
  Machine machine = madeUpMachine(8192, 32, 32, 0);
  PlanKernel kernel{"pool",
                    {parallel("x", 3000)},
                    {operand("in", PlanRole::Input, {0}),
                     operand("out", PlanRole::Output, {0})}};
  kernel.operands[0].dims[0] = {{{0, 2}}, 3, 1};
  TilePlan plan = planned(kernel, machine);
  EXPECT_EQ(plan.buffers[0].shape[0], 2 * (plan.tiles[0] - 1) + 3);
}

TEST(TilePlanChoice, NothingToDo) {
  Machine machine = madeUpMachine(8192, 32, 32, 0);
  TilePlan plan = planned(elementwise(0, 64), machine);
  EXPECT_EQ(plan.steps, 0);
  EXPECT_THAT(plan.trips, ElementsAre(0, 1));
}

TEST(TilePlanChoice, ExplainsItself) {
  Machine machine = madeUpMachine(16384, 32, 32, 0);
  machine.efficientBurst = 128;
  machine.cores = 4;
  PlanKernel kernel{
      "sum_rows",
      {parallel("rows", 129), reduced("columns", 1000, Splitting::LastResort)},
      {operand("x", PlanRole::Input, {0, 1}),
       operand("part", PlanRole::Temporary, {0, -1}),
       operand("y", PlanRole::Output, {0, -1})}};
  EXPECT_EQ(explain(planned(kernel, machine), kernel),
            R"(tiles of sum_rows on made-up:
  rows: 2 of 129, 65 tiles
  columns (reduced): 1000 of 1000, 1 tiles
  x: 2x1000 in vector, 8000 bytes, two of them, copied each tile
  part: 2x1 in vector, padded to 8x1, 32 bytes, a temporary
  y: 2x1 in vector, padded to 8x1, 32 bytes, two of them, copied each tile
  vector: 16096 of 16384 bytes
  a core moves 135088 bytes in 17 steps, in runs of 8 bytes or more
  limited by memory: a tile of 4 rows takes 32096 bytes of vector, of 16384
  rows whole, two buffers: taken
)");
}

} // namespace
