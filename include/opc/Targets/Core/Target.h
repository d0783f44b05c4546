//===- Target.h - What a target gives to the compiler -----------*- C++ -*-===//
//
// A target is one folder of lib/Targets: its chips as JSON, and one function
// that returns this struct, called as the folder in lower case with "Target"
// behind it (CPU: cpuTarget). CMake writes the list of all folders; there is no
// other place to register one.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_CORE_TARGET_H
#define OPC_TARGETS_CORE_TARGET_H

#include "opc/Targets/Core/TargetDesc.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/LogicalResult.h"

namespace mlir {
class DialectRegistry;
class Operation;
class OpPassManager;
namespace func {
class FuncOp;
} // namespace func
} // namespace mlir

namespace opc {

struct FusionRules;

/// A file of the source tree that became part of the library.
struct EmbeddedFile {
  llvm::StringRef name; ///< without folder and suffix
  llvm::StringRef text;
};

/// One way to turn a kernel function on tensors into one on flat buffers.
struct Schedule {
  llvm::StringLiteral name;
  /// Rewrites the kernel in place. Fails, having changed nothing and said
  /// nothing, when the kernel is not of this schedule's form.
  llvm::LogicalResult (*apply)(mlir::func::FuncOp kernel,
                               const TargetDesc &desc);
};

/// A target plug-in. Empty lists and null hooks mean "nothing of the kind".
struct Target {
  llvm::StringLiteral name;
  llvm::StringLiteral summary;
  llvm::ArrayRef<EmbeddedFile> chips;
  /// Which ops may share a kernel (Dialect/Opc/Transforms/FusionRules.h); null:
  /// none, each op is a kernel.
  const FusionRules &(*fusion)() = nullptr;
  /// First that accepts a kernel wins; the plain loops follow after the last.
  llvm::ArrayRef<Schedule> schedules = {};
  /// Names of composite ops ("opc.softmax") that the schedules take whole; all
  /// others that can are decomposed.
  llvm::ArrayRef<llvm::StringLiteral> wholeOps = {};
  /// Adds the dialects that the schedules and hooks create.
  void (*registerDialects)(mlir::DialectRegistry &registry) = nullptr;
  /// Registers the target's passes by name, for opc-opt.
  void (*registerPasses)() = nullptr;
  /// Adds passes to the beginning of the stage "decompose": what the target
  /// takes in a form of its own, while composites still say what they mean.
  void (*buildLegalise)(mlir::OpPassManager &pm,
                        const TargetDesc &desc) = nullptr;
  /// Adds passes to the stage "layout" (on the module, @main in opc ops).
  void (*buildLayout)(mlir::OpPassManager &pm,
                      const TargetDesc &desc) = nullptr;
  /// Adds passes to the end of the stage "schedule", when kernels are functions
  /// over buffers.
  void (*finishSchedule)(mlir::OpPassManager &pm,
                         const TargetDesc &desc) = nullptr;
};

/// All targets, by name.
llvm::ArrayRef<const Target *> allTargets();
/// The target of a name, or null.
const Target *findTarget(llvm::StringRef name);

/// All chips of a target, parsed; highest rank first.
llvm::ArrayRef<TargetDesc> chipsOf(const Target &target);

/// Finds what a user means by "cpu", "cpu:CHIP" or "cpu:host". Without a
/// chip, and for "host", it is the highest-ranked one that this machine runs.
/// The error lists what there is.
llvm::Expected<const TargetDesc *> findChip(llvm::StringRef name);

/// Whether this machine has all that `desc` requires; otherwise the names of
/// what is missing, separated by commas, are in `missing`.
bool runsHere(const TargetDesc &desc, std::string &missing);

/// The chip that the module around `op` is compiled for (its attribute
/// opc.target), or the one that this machine is when the module names none.
const TargetDesc &targetOf(mlir::Operation *op);
/// The threads that the module may use (its attribute opc.threads), or 1.
int64_t threadsOf(mlir::Operation *op);

} // namespace opc

#endif // OPC_TARGETS_CORE_TARGET_H
