//===- EstimateKernels.cpp - What each kernel takes on each chip ----------===//
//
//   func.func private @k(...) attributes {opc.kernel, opc.target = "board:b1"}
//   // becomes
//   func.func private @k(...) attributes {..., opc.placement = {
//     chip = "board:b1", why = "least time", times = {board:b1 = 12.0 : f64},
//     copies = {board:b1 = 3.0 : f64}}}
//
//===----------------------------------------------------------------------===//
#include "PlacementGraph.h"
#include "PlacementNotes.h"
#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "opc/Pipeline/Passes.h"

#include "mlir/IR/SymbolTable.h"

namespace opc {
#define GEN_PASS_DEF_ESTIMATEKERNELSPASS
#include "opc/Pipeline/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

namespace {

class Estimator {
public:
  Estimator(ModuleOp module, func::FuncOp main, const TargetSet &set)
      : module(module), symbols(module), set(set), env(module.getContext()),
        b(module.getContext()),
        graph(main, set, env, [](Operation *op) { return isa<LaunchOp>(op); }) {
  }

  void run() {
    for (Operation *op : graph.steps())
      at.push_back(placeOf(cast<LaunchOp>(op)));
    for (auto [number, op] : llvm::enumerate(graph.steps()))
      note(cast<LaunchOp>(op), number);
  }

private:
  func::FuncOp kernelOf(LaunchOp launch) {
    return symbols.lookup<func::FuncOp>(launch.getKernel());
  }
  unsigned placeOf(LaunchOp launch);
  void note(LaunchOp launch, unsigned number);
  StringRef whyOf(func::FuncOp kernel);
  double timeOf(LaunchOp launch, CostModel &model);
  double copiesOf(Operation *launch, unsigned number, unsigned place);
  DictionaryAttr
  byChip(llvm::function_ref<double(unsigned place)> microseconds);

  ModuleOp module;
  SymbolTable symbols;
  const TargetSet &set;
  ShapeEnv env;
  Builder b;
  PlacementGraph graph;
  PlacementProblem::Places at;
};

unsigned Estimator::placeOf(LaunchOp launch) {
  func::FuncOp kernel = kernelOf(launch);
  auto target =
      kernel ? kernel->getAttrOfType<StringAttr>(kTargetAttr) : StringAttr();
  for (auto [place, desc] : llvm::enumerate(set.chips))
    if (target && target.getValue() == desc->name())
      return place;
  return 0;
}

/// Why its ops had to be there, if they had.
StringRef Estimator::whyOf(func::FuncOp kernel) {
  for (Operation &op : kernel.front())
    if (auto why = op.getAttrOfType<StringAttr>(kWhyAttr))
      return why.getValue();
  return "least time";
}

double Estimator::timeOf(LaunchOp launch, CostModel &model) {
  SmallVector<Operation *> ops;
  SmallVector<Value> border;
  for (Operation &op : kernelOf(launch).front().without_terminator())
    ops.push_back(&op);
  for (Value value : launch->getOperands())
    if (!isPartOfCode(value))
      border.push_back(value);
  llvm::append_range(border, launch->getResults());
  return double(model.timeOf(ops, border)) / 1e6;
}

/// Of all that it reads and writes, were it there and all else where it is.
double Estimator::copiesOf(Operation *launch, unsigned number, unsigned place) {
  PlacementProblem::Places moved = at;
  moved[number] = place;
  llvm::SmallPtrSet<const PlacementProblem::Value *, 8> values;
  for (ValueRange each :
       {ValueRange(launch->getOperands()), ValueRange(launch->getResults())})
    for (Value value : each)
      if (const auto *known = graph.valueOf(value))
        values.insert(known);
  int64_t time = 0;
  for (const auto *value : values)
    time += graph.problem().copyTime(*value, moved);
  return double(time) / 1e6;
}

DictionaryAttr
Estimator::byChip(llvm::function_ref<double(unsigned place)> microseconds) {
  SmallVector<NamedAttribute> rows;
  for (auto [place, desc] : llvm::enumerate(set.chips))
    rows.push_back(
        b.getNamedAttr(desc->name(), b.getF64FloatAttr(microseconds(place))));
  return b.getDictionaryAttr(rows);
}

void Estimator::note(LaunchOp launch, unsigned number) {
  func::FuncOp kernel = kernelOf(launch);
  if (!kernel || kernel.isExternal() || kernel->hasAttr(kPlacementAttr))
    return;
  auto time = [&](unsigned place) {
    return timeOf(launch, graph.models()[place]);
  };
  auto copies = [&](unsigned place) { return copiesOf(launch, number, place); };
  kernel->setAttr(
      kPlacementAttr,
      b.getDictionaryAttr(
          {b.getNamedAttr("chip",
                          b.getStringAttr(set.chips[at[number]]->name())),
           b.getNamedAttr("why", b.getStringAttr(whyOf(kernel))),
           b.getNamedAttr("times", byChip(time)),
           b.getNamedAttr("copies", byChip(copies))}));
}

struct EstimateKernels : opc::impl::EstimateKernelsPassBase<EstimateKernels> {
  void runOnOperation() override {
    FailureOr<TargetSet> set = TargetSet::of(getOperation());
    if (failed(set))
      return signalPassFailure();
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (set->isMixed() && main && !main.isExternal())
      Estimator(getOperation(), main, *set).run();
  }
};

} // namespace
