//===- Stages.cpp - The table of stages -----------------------------------===//
//
// docs/Architecture.md says what each stage hands to the next; this is the
// table that makes it so.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Stages.h"

#include "ByTarget.h"
#include "ExplainSchedules.h"
#include "TargetRules.h"
#include "opc/Conversion/OpcToHost/Passes.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/Transforms/FusionRules.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"
#include "opc/Pipeline/Passes.h"

#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace opc;
using namespace mlir;

namespace {

const Target &pluginOf(const TargetDesc &desc) {
  return *findTarget(desc.target);
}

/// The reference is the graph as it came, but for formulas that lose their
/// digits where the functions that they spell have them.
void simplify(OpPassManager &pm, const TargetDesc &desc) {
  bool functionsOnly = pluginOf(desc).asWritten;
  pm.addNestedPass<func::FuncOp>(createSimplifyPass({functionsOnly}));
}

void buildSimplify(OpPassManager &pm, const StageContext &context) {
  pm.addPass(createResolveTargetsPass());
  pm.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  pm.addNestedPass<func::FuncOp>(createCSEPass());
  // Extents are the host program's.
  if (!pluginOf(context.desc).asWritten)
    pm.addNestedPass<func::FuncOp>(createUnifyExtentsPass());
  pm.addPass(createByTargetPass(simplify));
  pm.addPass(createPlacePass());
}

void legalise(OpPassManager &pm, const TargetDesc &desc) {
  pluginOf(desc).buildLegalise(pm, desc);
}

void buildLegalise(OpPassManager &pm, const StageContext &) {
  pm.addPass(createByTargetPass(legalise));
  pm.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  pm.addNestedPass<func::FuncOp>(createCSEPass());
}

void layOut(OpPassManager &pm, const TargetDesc &desc) {
  if (auto *build = pluginOf(desc).buildLayout)
    build(pm, desc);
}

void buildLayout(OpPassManager &pm, const StageContext &context) {
  // Compiling holds the constants of a program up to three times, and is to do
  // with a gigabyte and twice the weights of the model.
  constexpr int64_t growth = int64_t(3) << 26, scraps = int64_t(1) << 20;
  if (context.options.foldConstants)
    pm.addPass(createFoldConstantsPass({growth}));
  pm.addPass(createByTargetPass(layOut));
  // Packing may have left arithmetic on constants.
  if (context.options.foldConstants)
    pm.addPass(createFoldConstantsPass({scraps}));
  // What is moved to one order may be one thing: sums that kept their axes, and
  // those that did not.
  pm.addNestedPass<func::FuncOp>(createCSEPass());
}

void resolve(OpPassManager &pm, const TargetDesc &desc) {
  pm.addNestedPass<func::FuncOp>(createSplitConcatsPass());
  // Plain loops decide as they run.
  if (!pluginOf(desc).asWritten)
    pm.addNestedPass<func::FuncOp>(createResolveBroadcastsPass());
}

/// The rules of each op's target. What names none that is known has been
/// refused.
class RulesByTarget {
public:
  const FusionRules &operator()(Operation *op) {
    std::shared_ptr<FusionRules> &known = rules[op->getAttr(kTargetAttr)];
    if (known)
      return *known;
    FailureOr<const TargetDesc *> desc = targetOf(op);
    if (failed(desc))
      return noFusion();
    known = std::make_shared<FusionRules>(rulesFor(**desc));
    return *known;
  }

private:
  DenseMap<Attribute, std::shared_ptr<FusionRules>> rules;
};

void buildFormKernels(OpPassManager &pm, const StageContext &) {
  pm.addPass(createByTargetPass(resolve));
  pm.addPass(createFormKernelsPass(RulesByTarget()));
  pm.addPass(createEstimateKernelsPass());
}

void buildSchedule(OpPassManager &pm, const StageContext &) {
  pm.addPass(createLowerExternalKernelsPass());
  pm.addNestedPass<func::FuncOp>(createSchedulePass());
  pm.addPass(createUnfuseKernelsPass());
  pm.addPass(createEstimateKernelsPass());
  pm.addNestedPass<func::FuncOp>(createSchedulePass());
  pm.addNestedPass<func::FuncOp>(createFinishKernelsPass());
}

void buildHost(OpPassManager &pm, const StageContext &context) {
  pm.addPass(createInsertCopiesPass());
  pm.addPass(createKernelEntriesPass());
  pm.addPass(createLowerHostPass(context.host));
}

void buildLLVM(OpPassManager &pm, const StageContext &context) {
  // One module is one text: what --emit llvm prints is to be a valid file.
  bool whole = context.options.emitsText();
  if (!whole)
    pm.addPass(createSplitKernelsPass());
  OpPassManager &modules = whole ? pm : pm.nest<ModuleOp>();
  modules.addNestedPass<func::FuncOp>(createPrepareImagesPass());
  modules.addNestedPass<LLVM::LLVMFuncOp>(createLowerFunctionsPass());
  modules.addPass(createLowerToLLVMPass());
  modules.addPass(createReconcileUnrealizedCastsPass());
}

constexpr llvm::StringLiteral kGraph[] = {"builtin", "func", "opc"};
constexpr llvm::StringLiteral kScheduled[] = {
    "builtin", "func", "opc", "arith", "math", "memref",
    "scf",     "cf",   "ub",  "llvm",  "index"};
constexpr llvm::StringLiteral kHosted[] = {
    "builtin", "arith", "math", "memref", "scf", "cf", "ub", "llvm", "index"};
constexpr llvm::StringLiteral kMachine[] = {"builtin", "llvm"};

constexpr Stage kStages[] = {
    {"import", "a model becomes opc ops on tensors in @main", kGraph, nullptr,
     true},
    {"simplify", "constants are evaluated, dead ops go, neighbours are merged",
     kGraph, buildSimplify, true},
    {"legalise",
     "composites that an op's target does not take whole break down, types "
     "become those that it computes in",
     kGraph, buildLegalise, true},
    {"layout",
     "work on constants is done, regions change their layout where their "
     "target wants",
     kGraph, buildLayout, true},
    {"form-kernels", "computing ops move into kernel functions", kGraph,
     buildFormKernels, true},
    {"schedule", "kernels on tensors become kernels on flat buffers",
     kScheduled, buildSchedule, true, true, explainSchedules},
    {"host", "@main becomes the entry: shapes, arena, launches", kHosted,
     buildHost, true, true},
    {"llvm",
     "everything becomes the LLVM dialect, but kernels that a target writes "
     "itself",
     kMachine, buildLLVM, false, true},
};

} // namespace

llvm::ArrayRef<Stage> opc::allStages() { return kStages; }

std::optional<size_t> opc::findStage(llvm::StringRef name) {
  for (auto [index, stage] : llvm::enumerate(kStages))
    if (stage.name == name)
      return index;
  return std::nullopt;
}

std::vector<std::string> opc::stageNames() {
  std::vector<std::string> names;
  for (const Stage &stage : kStages)
    names.push_back(stage.name.str());
  return names;
}

void opc::printStages(llvm::raw_ostream &out) {
  out << "# Stages\n\nThe way of a program through the compiler. `--stop-after "
         "NAME` prints the IR\nafter a stage, `--dump-stages DIR` writes that "
         "of every stage. Generated from\n`lib/Pipeline/Stages.cpp`.\n\n"
         "| stage | purpose | dialects that may be present after it |\n"
         "|---|---|---|\n";
  for (const Stage &stage : kStages)
    out << "| " << stage.name << " | " << stage.purpose << " | "
        << llvm::join(stage.legal, ", ")
        << (stage.ofTarget ? ", those of a kernel's target" : "") << " |\n";
}
