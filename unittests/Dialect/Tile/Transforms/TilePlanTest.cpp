//===- TilePlanTest.cpp - plans fit, cover everything once, or say why not ===//
//
// Thousands of made-up kernels on made-up machines. What a plan takes is
// counted again by who knows nothing of the planner: its program is written
// down, and the verifier of tiles decides.
//
//===----------------------------------------------------------------------===//
#include "../IR/MachinesOfTree.h"
#include "MadeUpKernel.h"
#include "MadeUpMachine.h"
#include "PlanEmitter.h"
#include "TileInterpreter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "opc/Dialect/Tile/Transforms/Passes.h"
#include "llvm/Support/MathExtras.h"
#include "gmock/gmock.h"
#include <numeric>

using namespace mlir;
using namespace opc::tile;
using ::testing::HasSubstr;

namespace {

/// Chance that is the same on every machine, unlike std's distributions.
class Chance {
public:
  explicit Chance(unsigned seed) : engine(seed) {}
  int64_t below(int64_t limit) { return int64_t(engine() % unsigned(limit)); }
  bool once(int64_t of) { return below(of) == 0; }
  int64_t of(std::initializer_list<int64_t> values) {
    return values.begin()[below(values.size())];
  }

private:
  std::mt19937 engine;
};

Machine randomMachine(Chance &chance) {
  int64_t capacity = 8192 + chance.below(chance.of({1, 9000, 60000, 250000}));
  Machine machine = madeUpMachine(capacity, chance.of({16, 32, 64, 128, 512}),
                                  chance.of({1, 16, 32, 64, 128}),
                                  chance.of({0, 0, 64, 4095}));
  machine.cores = chance.of({0, 1, 4, 48, 256});
  machine.efficientBurst = chance.of({1, 64, 128, 512});
  return machine;
}

PlanAxis randomAxis(Chance &chance, unsigned number) {
  PlanAxis axis;
  axis.name = "axis" + std::to_string(number);
  axis.extent = chance.of({1, 2, 3, 7, 16, 37, 64, 129, 1000, 4099, 100000});
  axis.multiple = chance.of({1, 1, 1, 8, 16});
  axis.reduced = chance.once(3);
  axis.splitting = chance.once(3)   ? Splitting::LastResort
                   : chance.once(8) ? Splitting::Never
                                    : Splitting::Free;
  return axis;
}

/// An axis of an input: of its own, a neighbourhood, or one with another.
PlanDim randomDim(Chance &chance, unsigned axis, unsigned axes) {
  PlanDim dim;
  dim.terms.push_back({axis, 1});
  if (chance.once(4)) {
    dim.terms[0].step = chance.of({1, 2, 3});
    dim.span = chance.of({2, 3, 5});
  }
  if (chance.once(10))
    dim.terms.push_back({unsigned(chance.below(axes)), 1});
  dim.multiple = chance.of({1, 1, 1, 4});
  return dim;
}

PlanOperand randomOperand(Chance &chance, const PlanKernel &kernel,
                          PlanRole role) {
  PlanOperand operand;
  operand.name = "o" + std::to_string(kernel.operands.size());
  operand.role = role;
  operand.space = chance.once(4) ? Space::Shared : Space::Vector;
  operand.elementBytes = chance.of({1, 2, 4, 4, 8});
  for (unsigned axis = 0; axis < kernel.axes.size(); ++axis) {
    if (role == PlanRole::Output) {
      if (!kernel.axes[axis].reduced)
        operand.dims.push_back({{{axis, 1}}, 1, 1});
    } else if (!chance.once(3)) {
      operand.dims.push_back(randomDim(chance, axis, kernel.axes.size()));
    } else if (chance.once(2)) {
      operand.dims.push_back({{}, 1, 1});
    }
  }
  if (operand.dims.empty())
    operand.dims.push_back({{}, chance.of({1, 5}), 1});
  return operand;
}

PlanKernel randomKernel(Chance &chance) {
  PlanKernel kernel;
  kernel.name = "k";
  kernel.twoBuffers = !chance.once(6);
  unsigned axes = 1 + chance.below(4);
  for (unsigned axis = 0; axis < axes; ++axis)
    kernel.axes.push_back(randomAxis(chance, axis));
  std::pair<PlanRole, int64_t> counts[] = {
      {PlanRole::Input, 1 + chance.below(4)},
      {PlanRole::Temporary, chance.below(3)},
      {PlanRole::Output, 1 + chance.below(2)}};
  for (auto [role, count] : counts)
    for (int64_t number = 0; number < count; ++number)
      kernel.operands.push_back(randomOperand(chance, kernel, role));
  return kernel;
}

/// One element of each axis, or all of one that must not be split, each buffer
/// once: written down without the planner.
TilePlan leastPlan(const PlanKernel &kernel, const Machine &machine) {
  TilePlan plan;
  for (const PlanAxis &axis : kernel.axes) {
    int64_t tile = axis.splitting == Splitting::Never
                       ? llvm::alignTo(axis.extent, axis.multiple)
                       : axis.multiple;
    plan.tiles.push_back(tile);
    plan.trips.push_back(llvm::divideCeil(axis.extent, tile));
  }
  int64_t row = std::lcm(machine.rowMultiple, machine.spaces[1].alignment);
  for (const PlanOperand &operand : kernel.operands) {
    PlannedBuffer buffer;
    size_t last = operand.dims.size();
    while (last > 1 && operand.dims[last - 1].terms.empty() &&
           operand.dims[last - 1].span == 1)
      --last;
    for (size_t place = 0; place < operand.dims.size(); ++place) {
      const PlanDim &dim = operand.dims[place];
      int64_t extent = dim.span;
      for (const PlanDim::Term &term : dim.terms)
        extent += term.step * (plan.tiles[term.axis] - 1);
      int64_t multiple = dim.multiple;
      if (place + 1 == last)
        multiple = std::lcm(multiple, std::lcm(row, operand.elementBytes) /
                                          operand.elementBytes);
      buffer.padded.push_back(llvm::alignTo(extent, multiple));
    }
    plan.buffers.push_back(buffer);
  }
  return plan;
}

class TilePlanTest : public ::testing::Test {
protected:
  TilePlanTest() {
    context.loadDialect<TileDialect, arith::ArithDialect, func::FuncDialect,
                        scf::SCFDialect>();
  }

  /// Work that reads and writes every buffer.
  static void touchAll(EmittedStep &step) {
    for (Value buffer : step.buffers) {
      Type element = cast<BufferType>(buffer.getType()).getElementType();
      UnaryOp::create(step.b, step.loc, UnaryKind::Abs, buffer, buffer);
      Value one = arith::ConstantOp::create(
          step.b, step.loc, cast<TypedAttr>(step.b.getOneAttr(element)));
      FillOp::create(step.b, step.loc, buffer, one);
    }
  }

  OwningOpRef<ModuleOp> emit(const PlanKernel &kernel, const TilePlan &plan) {
    return emitPlan(&context, kernel, plan, [](EmittedStep &) {}, touchAll);
  }

  /// What the verifier of tiles says of a module; "" if nothing.
  std::string complaint(ModuleOp module, const Machine &machine) {
    std::string text;
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      if (text.empty())
        text = diagnostic.str();
      return success();
    });
    if (failed(verify(module)) ||
        failed(verifyOn(machine, *module.getOps<func::FuncOp>().begin())))
      return text.empty() ? "refused" : text;
    return "";
  }

  MLIRContext context;
};

/// Every element of every axis is in one tile.
void expectCovers(const PlanKernel &kernel, const TilePlan &plan) {
  for (auto [axis, tile, trips] :
       llvm::zip(kernel.axes, plan.tiles, plan.trips)) {
    EXPECT_GE(tile * trips, axis.extent);
    EXPECT_LT(tile * (trips - 1), axis.extent);
    EXPECT_EQ(tile % axis.multiple, 0);
  }
}

std::vector<HostTensor> tensorsOf(const PlanKernel &kernel) {
  std::vector<HostTensor> tensors;
  for (const PlanOperand &operand : kernel.operands) {
    if (operand.role == PlanRole::Temporary)
      continue;
    std::vector<int64_t> shape;
    for (const PlanDim &dim : operand.dims) {
      shape.push_back(dim.span);
      for (const PlanDim::Term &term : dim.terms)
        shape.back() += term.step * (kernel.axes[term.axis].extent - 1);
    }
    tensors.push_back(HostTensor::filled(shape, 2));
  }
  return tensors;
}

/// Runs a plan's program: outputs are written once everywhere, inputs nowhere.
void expectWritesOnce(const PlanKernel &kernel, ModuleOp module, int64_t cores,
                      unsigned seed) {
  std::vector<HostTensor> tensors = tensorsOf(kernel);
  func::FuncOp function = *module.getOps<func::FuncOp>().begin();
  ASSERT_EQ(interpret(function, tensors, std::max<int64_t>(cores, 1), seed),
            "");
  unsigned place = 0;
  for (const PlanOperand &operand : kernel.operands) {
    if (operand.role == PlanRole::Temporary)
      continue;
    int times = operand.role == PlanRole::Output ? 1 : 0;
    ASSERT_THAT(tensors[place].writes, ::testing::Each(times)) << operand.name;
    if (times == 1)
      ASSERT_THAT(tensors[place].data, ::testing::Each(1));
    ++place;
  }
}

bool isSmall(const PlanKernel &kernel, const TilePlan &plan) {
  double work = 1, rounds = 1;
  for (auto [axis, trips] : llvm::zip(kernel.axes, plan.trips)) {
    work *= double(axis.extent);
    rounds *= double(trips);
  }
  return work <= 3000 && rounds <= 200;
}

TEST_F(TilePlanTest, FitsAndCoversWhateverTheKernel) {
  int fit = 0, refused = 0, ran = 0, doubled = 0, split = 0;
  for (unsigned seed = 0; seed < 4000; ++seed) {
    SCOPED_TRACE(seed);
    Chance chance(seed);
    PlanKernel kernel = randomKernel(chance);
    Machine machine = randomMachine(chance);
    llvm::Expected<TilePlan> plan = planTiles(kernel, machine);
    if (!plan) {
      std::string why = llvm::toString(plan.takeError());
      EXPECT_THAT(why, HasSubstr("kernel k on made-up: the least tile takes"));
      // Then it does not fit by any other's count.
      auto module = emit(kernel, leastPlan(kernel, machine));
      ASSERT_NE(complaint(*module, machine), "") << why;
      ++refused;
      continue;
    }
    auto module = emit(kernel, *plan);
    ASSERT_EQ(complaint(*module, machine), "") << explain(*plan, kernel);
    expectCovers(kernel, *plan);
    ++fit;
    doubled += plan->doubled;
    EXPECT_FALSE(plan->doubled && !kernel.twoBuffers);
    split += plan->tried.back().starts_with("rows split");
    if (!isSmall(kernel, *plan))
      continue;
    expectWritesOnce(kernel, *module, machine.cores, seed);
    ++ran;
    if (HasFatalFailure())
      return;
  }
  // Chance has made enough of each kind.
  EXPECT_GT(fit, 3000);
  EXPECT_GT(refused, 50);
  EXPECT_GT(ran, 400);
  EXPECT_GT(doubled, 1000);
  EXPECT_GT(split, 50);
}

/// Work that every vector unit has.
void squareAll(EmittedStep &step) {
  BinaryOp::create(step.b, step.loc, BinaryKind::Mul, step.buffers[0],
                   step.buffers[0], step.buffers[1]);
}

/// Plans for the machines of the tree are programs that these run.
TEST_F(TilePlanTest, FitsTheMachinesOfTheTree) {
  const std::pair<int64_t, int64_t> sizes[] = {
      {1, 1}, {37, 129}, {4099, 1000}, {1, 1000003}, {100000, 3}};
  for (const std::string &file : machineFiles()) {
    llvm::Expected<Machine> machine = Machine::load(file);
    ASSERT_TRUE(bool(machine)) << llvm::toString(machine.takeError());
    if (!machine->find(Space::Vector))
      continue;
    for (auto [rows, columns] : sizes) {
      PlanKernel kernel{"square",
                        {parallel("rows", rows),
                         parallel("columns", columns, Splitting::LastResort)},
                        {operand("x", PlanRole::Input, {0, 1}),
                         operand("y", PlanRole::Output, {0, 1})}};
      llvm::Expected<TilePlan> plan = planTiles(kernel, *machine);
      ASSERT_TRUE(bool(plan)) << llvm::toString(plan.takeError());
      auto module =
          emitPlan(&context, kernel, *plan, [](EmittedStep &) {}, squareAll);
      EXPECT_EQ(complaint(*module, *machine), "") << explain(*plan, kernel);
      expectCovers(kernel, *plan);
    }
  }
}

} // namespace
