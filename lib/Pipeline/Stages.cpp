//===- Stages.cpp - The table of stages -----------------------------------===//
//
// docs/Architecture.md says what each stage hands to the next; this is the table
// that makes it so.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Stages.h"

#include "opc/Pipeline/Passes.h"

#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace opc;
using namespace mlir;

namespace {

void buildLLVM(OpPassManager &pm, const StageContext &context) {
  if (context.target.buildLLVM)
    context.target.buildLLVM(pm, context.desc);
  OpPassManager &functions = pm.nest<func::FuncOp>();
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
  arith::ArithEmulateUnsupportedFloatsOptions bf16;
  bf16.sourceTypeStrs = {"bf16"};
  bf16.targetTypeStr = "f32";
  functions.addPass(arith::createArithEmulateUnsupportedFloats(bf16));
  functions.addPass(math::createMathExtendToSupportedTypes());
  functions.addPass(createExpandConversionsPass());
  functions.addPass(createSCFToControlFlowPass());
  pm.addPass(createLowerToLLVMPass());
}

constexpr llvm::StringLiteral kGraph[] = {"builtin", "func", "opc"};
constexpr llvm::StringLiteral kScheduled[] = {
    "builtin", "func", "opc", "arith",  "math", "memref",
    "scf",     "cf",   "ub",  "vector", "llvm", "index"};
constexpr llvm::StringLiteral kHosted[] = {
    "builtin", "func",   "arith", "math",   "memref",
    "scf",     "cf",   "ub",     "vector", "llvm", "index"};
constexpr llvm::StringLiteral kMachine[] = {"builtin", "llvm"};

constexpr Stage kStages[] = {
    {"import", "a model becomes opc ops on tensors in @main", kGraph, nullptr,
     true},
    {"llvm", "everything becomes the LLVM dialect", kMachine, buildLLVM, false},
    {"object", "machine code, through LLVM IR", kMachine, nullptr, false},
};

} // namespace

llvm::ArrayRef<Stage> opc::allStages() { return kStages; }

std::optional<size_t> opc::findStage(llvm::StringRef name) {
  for (auto [index, stage] : llvm::enumerate(kStages))
    if (stage.name == name)
      return index;
  return std::nullopt;
}

std::string opc::stageNames() {
  return llvm::join(
      llvm::map_range(kStages, [](const Stage &s) { return s.name.str(); }),
      ", ");
}

void opc::printStages(llvm::raw_ostream &out) {
  out << "# Stages\n\nThe way of a program through the compiler. `--stop-after "
         "NAME` prints the IR\nafter a stage, `--dump-stages DIR` writes that "
         "of every stage. Generated from\n`lib/Pipeline/Stages.cpp`.\n\n"
         "| stage | purpose | dialects that may be present after it |\n"
         "|---|---|---|\n";
  for (const Stage &stage : kStages)
    out << "| " << stage.name << " | " << stage.purpose << " | "
        << llvm::join(stage.legal, ", ") << " |\n";
}
