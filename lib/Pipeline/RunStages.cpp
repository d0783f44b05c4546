//===- RunStages.cpp - Runs the table of stages ---------------------------===//
//
// Between stages the module is verified and only the dialects that the table
// allows may remain, so that a lowering that forgot an op is named where it
// happened and not by a failure three stages later.
//
//===----------------------------------------------------------------------===//
#include "Errors.h"
#include "KernelTexts.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Pipeline/Stages.h"
#include "opc/Runtime/AtomicFile.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>

using namespace opc;
using namespace mlir;
using Clock = std::chrono::steady_clock;

namespace {

/// The dialects that `op`, a kernel or another part of the program, may be in
/// besides those of the stage.
ArrayRef<llvm::StringLiteral> ownDialects(Operation *op, const Stage &stage) {
  if (!stage.ofTarget)
    return {};
  FailureOr<const TargetDesc *> desc = targetOf(op);
  if (failed(desc))
    return {};
  return findTarget((*desc)->target)->legalDialects;
}

LogicalResult verifyPart(Operation *part, const Stage &stage) {
  ArrayRef<llvm::StringLiteral> own = ownDialects(part, stage);
  WalkResult result = part->walk<WalkOrder::PreOrder>([&](Operation *op) {
    llvm::StringRef dialect = op->getName().getDialectNamespace();
    if (llvm::is_contained(stage.legal, dialect) ||
        llvm::is_contained(own, dialect))
      // Numbers are computed in arith and math.
      return isa<BodyOp>(op) ? WalkResult::skip() : WalkResult::advance();
    op->emitError() << "stage " << stage.name << " left " << op->getName();
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

LogicalResult verifyStage(ModuleOp module, const Stage &stage) {
  if (failed(verify(module)))
    return failure();
  return success(llvm::all_of(*module.getBody(), [&](Operation &part) {
    return succeeded(verifyPart(&part, stage));
  }));
}

/// What a stage does not take of a model, for the program's target.
Status refused(std::vector<runtime::Diagnostic> diagnostics,
               const TargetDesc &desc) {
  for (runtime::Diagnostic &each : diagnostics)
    if (each.isRefusal())
      each.target = desc.target;
  return Status::of(std::move(diagnostics));
}

Status runStage(ModuleOp module, const Stage &stage,
                const StageContext &context) {
  ErrorCollector errors(module.getContext());
  if (stage.build) {
    PassManager pm(module.getContext());
    pm.enableVerifier(context.options.verifyEach);
    if (context.unscheduled)
      keepUnscheduled(pm, *context.unscheduled);
    stage.build(pm, context);
    LogicalResult result = pm.run(module);
    if (context.options.interrupted())
      return Status::input("interrupted");
    if (failed(result)) {
      if (stage.refuses && !errors.empty())
        return refused(errors.all(), context.desc);
      return Status::internal(llvm::formatv("stage {0} failed: {1}", stage.name,
                                            errors.first("no reason given"))
                                  .str());
    }
  }
  if (failed(verifyStage(module, stage)))
    return Status::internal(llvm::formatv("after stage {0}: {1}", stage.name,
                                          errors.first("it does not verify"))
                                .str());
  return {};
}

} // namespace

std::string opc::dumpPath(const CompileOptions &options, size_t stage) {
  llvm::SmallString<128> path(options.dumpStages);
  llvm::sys::path::append(path,
                          llvm::formatv("{0}{1}-{2}.mlir", stage / 10,
                                        stage % 10, allStages()[stage].name)
                              .str());
  return path.str().str();
}

Status opc::dumpStage(ModuleOp module, const CompileOptions &options,
                      size_t stage) {
  if (options.dumpStages.empty())
    return {};
  if (std::error_code error =
          llvm::sys::fs::create_directories(options.dumpStages))
    return Status::input(options.dumpStages + ": " + error.message());
  std::string text;
  llvm::raw_string_ostream out(text);
  module.print(out, OpPrintingFlags()
                        .elideLargeElementsAttrs(64)
                        .elideLargeResourceString(64)
                        .enableDebugInfo(true, true));
  return runtime::writeFile(dumpPath(options, stage), {text});
}

Status opc::runStages(ModuleOp module, const StageContext &context,
                      size_t first, size_t last) {
  for (size_t index = first + 1; index <= last; ++index) {
    const Stage &stage = allStages()[index];
    auto start = Clock::now();
    if (Status status = runStage(module, stage, context); !status.ok())
      return status;
    if (context.options.explain && stage.explain)
      stage.explain(module, context.options);
    std::chrono::duration<double> seconds = Clock::now() - start;
    context.options.report(
        llvm::formatv("stage {0}: {1:f2} s", stage.name, seconds.count()));
    if (Status status = dumpStage(module, context.options, index); !status.ok())
      return status;
  }
  return {};
}
