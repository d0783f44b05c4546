//===- Stages.h - The way of a program through the compiler -----*- C++ -*-===//
//
// One table drives everything that speaks of stages: running them, stopping
// after one, writing the IR of each, checking what may be left after each, and
// docs/generated/Stages.md.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PIPELINE_STAGES_H
#define OPC_PIPELINE_STAGES_H

#include "mlir/IR/BuiltinOps.h"
#include "opc/Pipeline/Options.h"
#include "opc/Targets/Core/Target.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace opc {

struct HostProgram;

/// What a stage may look at to choose its passes.
struct StageContext {
  const CompileOptions &options;
  /// What is compiled for that names no target of its own.
  const TargetDesc &desc;
  /// What the stage "host" leaves besides IR.
  HostProgram &host;
  /// Not null: receives each kernel as it was before it was scheduled.
  llvm::StringMap<std::string> *unscheduled = nullptr;
};

struct Stage {
  llvm::StringLiteral name;
  llvm::StringLiteral purpose;
  /// Names of the dialects that may be present after it.
  llvm::ArrayRef<llvm::StringLiteral> legal;
  /// Adds its passes; null for import.
  void (*build)(mlir::OpPassManager &pm, const StageContext &context);
  /// Whether an error of one of its passes is a refusal of the user's model;
  /// otherwise it is a defect of opc.
  bool refuses;
  /// Whether those of a kernel's own target (Target::legalDialects) may be in
  /// it, too.
  bool ofTarget = false;
  /// Tells the user what the stage decided; null where that is nothing.
  void (*explain)(mlir::ModuleOp module,
                  const CompileOptions &options) = nullptr;
};

/// All stages in order.
llvm::ArrayRef<Stage> allStages();
/// Their position by name; nothing for an unknown name.
std::optional<size_t> findStage(llvm::StringRef name);
/// Their names, in order.
std::vector<std::string> stageNames();
/// The generated page.
void printStages(llvm::raw_ostream &out);

/// Runs the stages (first, last] on `module`, which is the result of stage
/// `first`, with a dump after each where the options ask for one. Diagnostics
/// become the status: lines of a refusal, or the first line of a defect.
Status runStages(mlir::ModuleOp module, const StageContext &context,
                 size_t first, size_t last);

/// DIR/NN-name.mlir, where DIR is the directory that the options name.
std::string dumpPath(const CompileOptions &options, size_t stage);

/// Writes `module` to its dumpPath() if the options name a directory.
Status dumpStage(mlir::ModuleOp module, const CompileOptions &options,
                 size_t stage);

} // namespace opc

#endif // OPC_PIPELINE_STAGES_H
