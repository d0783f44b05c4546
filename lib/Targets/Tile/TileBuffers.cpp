//===- TileBuffers.cpp - which values of a tile share memory --------------===//
#include "opc/Targets/Tile/TileBuffers.h"

using namespace mlir;
namespace opc::tile {
namespace {

/// What extents are taken for where only the run knows.
constexpr int64_t kExpectedRows = 256, kExpectedColumns = 1024;

class Assignment {
public:
  Assignment(KernelForm &kernel, const TileSteps &steps, TileBuffers &result)
      : kernel(kernel), steps(steps), result(result) {}

  void run() {
    result.ofValue.assign(steps.values.size(), 0);
    owned.assign(steps.values.size(), false);
    findLastUses();
    for (auto [number, argument] :
         llvm::enumerate(kernel.function.getArguments()))
      if (auto found = steps.valueOf.find(argument);
          found != steps.valueOf.end())
        own(found->second, "tile_in" + suffix(number), PlanRole::Input);
    for (auto [number, value] : llvm::enumerate(kernel.results()))
      own(steps.valueOf.at(value), "tile_out" + suffix(number),
          PlanRole::Output);
    if (steps.product && !owned[*steps.product])
      own(*steps.product, "product", PlanRole::Temporary);
    for (auto [at, step] : llvm::enumerate(steps.steps))
      assign(step, at);
  }

private:
  void findLastUses() {
    lastUse.assign(steps.values.size(), 0);
    for (auto [at, step] : llvm::enumerate(steps.steps))
      for (unsigned operand : step.operands)
        lastUse[operand] = at;
  }

  unsigned add(const TileValue &value, const std::string &name, PlanRole role) {
    result.buffers.push_back({name, value.element, value.spread, role});
    return result.buffers.size() - 1;
  }

  void own(unsigned value, const std::string &name, PlanRole role) {
    result.ofValue[value] = add(steps.values[value], name, role);
    owned[value] = true;
  }

  /// As arguments of source are called.
  static std::string suffix(size_t number) {
    return number ? "_" + std::to_string(number) : "";
  }

  static bool worksInPlace(TileStep::Kind kind) {
    using Kind = TileStep::Kind;
    return kind == Kind::Unary || kind == Kind::Binary || kind == Kind::Scalar;
  }

  void assign(const TileStep &step, unsigned at) {
    unsigned made = step.result;
    const TileValue &value = steps.values[made];
    if (step.kind == TileStep::Kind::Reduce)
      result.partOf[made] = add(value, "part", PlanRole::Temporary);
    if (worksInPlace(step.kind))
      release(step, at);
    if (owned[made])
      ;
    else if (value.ofTotals)
      own(made, "total", PlanRole::Temporary);
    else
      result.ofValue[made] = take(value);
    if (!worksInPlace(step.kind))
      release(step, at);
  }

  /// Gives back what nothing reads after step `at`.
  void release(const TileStep &step, unsigned at) {
    for (auto [place, operand] : llvm::enumerate(step.operands)) {
      bool again = llvm::is_contained(
          ArrayRef<unsigned>(step.operands).take_front(place), operand);
      if (lastUse[operand] == at && !owned[operand] && !again)
        free.push_back(result.ofValue[operand]);
    }
  }

  unsigned take(const TileValue &value) {
    for (auto place = free.rbegin(); place != free.rend(); ++place) {
      const TileBuffer &buffer = result.buffers[*place];
      if (buffer.element != value.element || buffer.spread != value.spread)
        continue;
      unsigned found = *place;
      free.erase(std::next(place).base());
      return found;
    }
    return add(value, "temporary", PlanRole::Temporary);
  }

  KernelForm &kernel;
  const TileSteps &steps;
  TileBuffers &result;
  std::vector<unsigned> lastUse;
  std::vector<bool> owned;
  std::vector<unsigned> free;
};

} // namespace

TileBuffers::TileBuffers(KernelForm &kernel, const TileSteps &steps) {
  Assignment(kernel, steps, *this).run();
}

PlanKernel planKernel(KernelForm &kernel, const TileAxes &axes,
                      const TileBuffers &buffers) {
  PlanKernel plan;
  plan.name = kernel.function.getName().str();
  auto axis = [&](StringRef name, AffineExpr extent, int64_t expected,
                  bool isReduced) {
    PlanAxis made;
    made.name = name.str();
    made.extent = constantOf(extent).value_or(expected);
    made.reduced = isReduced;
    made.splitting = isReduced ? Splitting::LastResort : Splitting::Free;
    plan.axes.push_back(made);
  };
  axis("rows", axes.rows, kExpectedRows, axes.reduced == ReducedAxis::Rows);
  axis("columns", axes.columns, kExpectedColumns,
       axes.reduced == ReducedAxis::Columns);
  for (const TileBuffer &buffer : buffers.buffers) {
    PlanOperand operand;
    operand.name = buffer.name;
    operand.role = buffer.role;
    operand.elementBytes = elementBytes(buffer.element);
    const bool spreads[] = {buffer.spread.rows, buffer.spread.columns};
    for (unsigned number = 0; number < 2; ++number) {
      PlanDim dim;
      if (spreads[number])
        dim.terms.push_back({number, 1});
      operand.dims.push_back(dim);
    }
    plan.operands.push_back(operand);
  }
  return plan;
}

} // namespace opc::tile
