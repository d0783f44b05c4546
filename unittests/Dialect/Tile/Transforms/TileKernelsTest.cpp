//===- TileKernelsTest.cpp - kernels made of plans compute what they should
//===//
//
// Whole numbers, so that sums are exact in any order: what a kernel gives is
// compared with plain loops, element by element.
//
//===----------------------------------------------------------------------===//
#include "MadeUpKernel.h"
#include "MadeUpMachine.h"
#include "PlanEmitter.h"
#include "TileInterpreter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Verifier.h"
#include "opc/Dialect/Tile/Transforms/Passes.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace opc::tile;

namespace {

/// What is run for every kernel: sizes, capacities and cores.
struct Case {
  int64_t m, n, k, capacity, alignment, rowMultiple, cores;
};
constexpr Case kCases[] = {
    {37, 129, 41, 8192, 32, 1, 3},  {1, 1, 1, 8192, 64, 32, 4},
    {5, 3000, 7, 8192, 32, 32, 2},  {129, 37, 300, 16384, 512, 64, 1},
    {64, 64, 64, 200000, 32, 1, 1}, {100, 9, 1000, 8300, 128, 128, 48},
    {2, 4099, 3, 8192, 16, 16, 4},  {300, 1, 129, 8192, 32, 1, 5},
    {33, 65, 17, 12000, 64, 1, 1},  {7, 7, 4099, 8192, 32, 32, 2},
};

class TileKernelsTest : public ::testing::TestWithParam<Case> {
protected:
  TileKernelsTest() {
    context.loadDialect<TileDialect, arith::ArithDialect, func::FuncDialect,
                        scf::SCFDialect>();
  }

  static HostTensor numbers(std::vector<int64_t> shape, int salt) {
    HostTensor tensor = HostTensor::filled(std::move(shape), 0);
    for (size_t place = 0; place < tensor.data.size(); ++place)
      tensor.data[place] = double(int((place * 7 + salt) % 19) - 9);
    return tensor;
  }

  /// Plans, writes down, verifies and runs; the last tensor is the result.
  void run(const PlanKernel &kernel, std::vector<HostTensor> &tensors,
           EmitWork begin, EmitWork step) {
    Case sizes = GetParam();
    Machine machine =
        madeUpMachine(sizes.capacity, sizes.alignment, sizes.rowMultiple, 4095);
    machine.cores = sizes.cores;
    llvm::Expected<TilePlan> plan = planTiles(kernel, machine);
    ASSERT_TRUE(bool(plan)) << llvm::toString(plan.takeError());
    SCOPED_TRACE(explain(*plan, kernel));
    auto module = emitPlan(&context, kernel, *plan, begin, step);
    ASSERT_TRUE(succeeded(verify(*module)));
    func::FuncOp function = *module->getOps<func::FuncOp>().begin();
    ASSERT_TRUE(succeeded(verifyOn(machine, function)));
    std::vector<HostTensor> before = tensors;
    for (unsigned seed = 1; seed <= 3; ++seed) {
      tensors = before;
      ASSERT_EQ(interpret(function, tensors, sizes.cores, seed), "");
    }
  }

  static void fillZero(EmittedStep &step, Value buffer) {
    Value zero =
        arith::ConstantOp::create(step.b, step.loc, step.b.getF32FloatAttr(0));
    FillOp::create(step.b, step.loc, buffer, zero);
  }

  MLIRContext context;
};

TEST_P(TileKernelsTest, AddsARow) {
  auto [m, n, k, capacity, alignment, rowMultiple, cores] = GetParam();
  PlanKernel kernel{"add_row",
                    {parallel("rows", m), parallel("columns", n)},
                    {operand("x", PlanRole::Input, {0, 1}),
                     operand("row", PlanRole::Input, {-1, 1}),
                     operand("wide", PlanRole::Temporary, {0, 1}),
                     operand("y", PlanRole::Output, {0, 1})}};
  std::vector<HostTensor> tensors = {numbers({m, n}, 1), numbers({1, n}, 5),
                                     HostTensor::filled({m, n}, -1)};
  run(
      kernel, tensors, [](EmittedStep &) {},
      [](EmittedStep &step) {
        BroadcastOp::create(step.b, step.loc, step.buffers[1], step.buffers[2]);
        BinaryOp::create(step.b, step.loc, BinaryKind::Add, step.buffers[0],
                         step.buffers[2], step.buffers[3]);
      });
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j)
      ASSERT_EQ(tensors[2].data[i * n + j],
                tensors[0].data[i * n + j] + tensors[1].data[j])
          << i << ' ' << j;
}

TEST_P(TileKernelsTest, SumsRows) {
  auto [m, n, k, capacity, alignment, rowMultiple, cores] = GetParam();
  PlanKernel kernel{
      "sum_rows",
      {parallel("rows", m), reduced("columns", n, Splitting::LastResort)},
      {operand("x", PlanRole::Input, {0, 1}),
       operand("part", PlanRole::Temporary, {0, -1}),
       operand("y", PlanRole::Output, {0, -1})}};
  std::vector<HostTensor> tensors = {numbers({m, n}, 3),
                                     HostTensor::filled({m, 1}, -1)};
  run(
      kernel, tensors,
      [](EmittedStep &step) { fillZero(step, step.buffers[2]); },
      [](EmittedStep &step) {
        ReduceOp::create(step.b, step.loc, ReduceKind::Sum, Axis::Last,
                         step.part(0), step.buffers[1]);
        BinaryOp::create(step.b, step.loc, BinaryKind::Add, step.buffers[2],
                         step.buffers[1], step.buffers[2]);
      });
  for (int64_t i = 0; i < m; ++i) {
    double sum = 0;
    for (int64_t j = 0; j < n; ++j)
      sum += tensors[0].data[i * n + j];
    ASSERT_EQ(tensors[1].data[i], sum) << i;
  }
}

TEST_P(TileKernelsTest, MultipliesMatrices) {
  auto [m, n, k, capacity, alignment, rowMultiple, cores] = GetParam();
  PlanKernel kernel{"product",
                    {parallel("m", m), parallel("n", n), reduced("k", k)},
                    {operand("a", PlanRole::Input, {0, 2}),
                     operand("b", PlanRole::Input, {2, 1}),
                     operand("c", PlanRole::Output, {0, 1})}};
  std::vector<HostTensor> tensors = {numbers({m, k}, 2), numbers({k, n}, 11),
                                     HostTensor::filled({m, n}, -1)};
  run(
      kernel, tensors,
      [](EmittedStep &step) { fillZero(step, step.buffers[2]); },
      [](EmittedStep &step) {
        Value more = arith::ConstantOp::create(step.b, step.loc,
                                               step.b.getBoolAttr(true));
        MmaOp::create(step.b, step.loc, step.part(0), step.part(1),
                      step.part(2), more);
      });
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (int64_t l = 0; l < k; ++l)
        sum += tensors[0].data[i * k + l] * tensors[1].data[l * n + j];
      ASSERT_EQ(tensors[2].data[i * n + j], sum) << i << ' ' << j;
    }
}

INSTANTIATE_TEST_SUITE_P(Sizes, TileKernelsTest, ::testing::ValuesIn(kCases));

} // namespace
