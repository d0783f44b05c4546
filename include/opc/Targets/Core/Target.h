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

#include "opc/Targets/Schedule/ScheduleResult.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/LogicalResult.h"
#include <string>
#include <vector>

namespace mlir {
class DialectRegistry;
class ModuleOp;
class Operation;
class OpPassManager;
} // namespace mlir

namespace opc {

struct FusionRules;

/// A file of the source tree that became part of the library.
struct EmbeddedFile {
  llvm::StringRef name; ///< without folder and suffix
  llvm::StringRef text;
};

/// A file of a folder of source.
struct SourceFile {
  std::string name, text;
};

/// The policy of fusion that vector schedules share (FusionRules.h).
const FusionRules &defaultFusion();
/// What a target does whose machine computes in f32: composites break down, and
/// narrower floats are widened.
void legaliseByDefault(mlir::OpPassManager &pm, const TargetDesc &desc);

/// What Target::emit fails with where one kernel is the reason: others may be
/// written without it.
class KernelRefusal : public llvm::ErrorInfo<KernelRefusal> {
public:
  static char ID;

  /// `chip` is "target:chip".
  KernelRefusal(std::string chip, llvm::StringRef kernel, std::string why)
      : chip(std::move(chip)), kernel(kernel.str()), why(std::move(why)) {}

  void log(llvm::raw_ostream &out) const override;
  std::error_code convertToErrorCode() const override;

  const std::string chip, kernel, why;
};

/// A target plug-in. Empty lists and null hooks mean "nothing of the kind".
struct Target {
  llvm::StringRef name;
  llvm::StringRef summary;
  llvm::ArrayRef<EmbeddedFile> chips;
  /// The kinds of core that chips have, where these are of the tile family
  /// (opc/Dialect/Tile/IR/Machine.h).
  llvm::ArrayRef<EmbeddedFile> machines = {};
  /// A graph is executed as it came: nothing is rewritten but formulas that
  /// would lose their digits, nothing is evaluated ahead, and code is compiled
  /// without liberties. What other targets are checked against.
  bool asWritten = false;
  /// Which ops may share a kernel.
  const FusionRules &(*fusion)() = defaultFusion;
  /// First that takes a kernel wins; the plain loops follow after the last.
  llvm::ArrayRef<Schedule> schedules = {};
  /// Names of the dialects, besides those of every target, that kernels may be
  /// in from the stage "schedule" to the stage "host".
  llvm::ArrayRef<llvm::StringLiteral> legalDialects = {};
  /// Adds the dialects that the schedules and hooks create.
  void (*registerDialects)(mlir::DialectRegistry &registry) = nullptr;
  /// Registers the target's passes by name, for opc-opt.
  void (*registerPasses)() = nullptr;
  /// Fills the stage "legalise" (on the module, @main in opc ops): which
  /// composites stay whole, and in which types products and all else compute.
  void (*buildLegalise)(mlir::OpPassManager &pm,
                        const TargetDesc &desc) = legaliseByDefault;
  /// Adds passes to the stage "layout" (on the module, @main in opc ops).
  void (*buildLayout)(mlir::OpPassManager &pm,
                      const TargetDesc &desc) = nullptr;
  /// Adds passes (on a function) that end the stage "schedule" for each kernel
  /// of the target, which is a function over buffers.
  void (*finishKernel)(mlir::OpPassManager &pm,
                       const TargetDesc &desc) = nullptr;
  /// Writes the image of all kernels of a device (opc-c/device.h): `kernels`
  /// holds each as func.func @NAME(status, inputs, outputs, symbols, units), on
  /// flat buffers and in the legal dialects, f16 and bf16 as their bits where
  /// they are computed with. Null: LLVM compiles them for `llvm.triple`.
  llvm::Error (*emit)(mlir::ModuleOp kernels, const TargetDesc &desc,
                      llvm::SmallVectorImpl<char> &image) = nullptr;
  /// What `emit` writes is an object, which is linked to a shared one.
  bool linksImage = false;
  /// Writes the same kernels as a folder of source that the vendor's compiler
  /// takes: kernels, what launches them (a plug-in of `device.name`), how they
  /// are built.
  llvm::Error (*source)(mlir::ModuleOp kernels, const TargetDesc &desc,
                        std::vector<SourceFile> &files) = nullptr;
  /// The file of `source` that is compiled to a plug-in of `device.name`, whose
  /// API include/opc-sim has under that name; empty: nothing simulates it.
  llvm::StringRef plugIn = "";
  /// The target whose kernels this one runs on simulated devices; null: they
  /// are its own.
  const Target *simulates = nullptr;
};

/// `target` under its name.
inline Target named(Target target, llvm::StringRef name,
                    llvm::StringRef summary,
                    llvm::ArrayRef<EmbeddedFile> chips) {
  target.name = name;
  target.summary = summary;
  target.chips = chips;
  return target;
}

/// What a program is compiled for, or its host part, if nobody says.
inline constexpr llvm::StringLiteral kDefaultTarget = "cpu";

/// All targets: those of lib/Targets by name, then those that were registered.
llvm::ArrayRef<const Target *> allTargets();
/// Adds a target that is no folder of lib/Targets, such as one of a test; it
/// must outlive every use. Not to be called while something is compiled.
void registerTarget(const Target &target);
/// The target of a name, or null; "sim:NAME" is NAME's, simulated.
const Target *findTarget(llvm::StringRef name);

/// What goes before the name of a target whose kernels are to be simulated.
inline constexpr llvm::StringLiteral kSimulated = "sim:";
/// Names of the targets that can be simulated.
std::vector<std::string> simulatedTargets();

/// All chips of a target, parsed: those of this machine's instruction set
/// first, then by instruction set; of each the highest rank first.
llvm::ArrayRef<TargetDesc> chipsOf(const Target &target);

/// Finds what a user means by "cpu", "cpu:CHIP" or "cpu:host", or by such a
/// name behind kSimulated. Without a chip, and for "host", it is the
/// highest-ranked one that this machine runs.
/// The error lists what there is.
llvm::Expected<const TargetDesc *> findChip(llvm::StringRef name);

/// The chip of the host program around kernels of `desc`: that itself, or the
/// processor at hand where a device runs them.
llvm::Expected<const TargetDesc *> hostChip(const TargetDesc &desc);

/// Whether this machine's instruction set and system are those of `desc`.
bool isForThisProcessor(const TargetDesc &desc);
/// Whether this machine has all that `desc` requires; otherwise the names of
/// what is missing, separated by commas, are in `missing`.
bool runsHere(const TargetDesc &desc, std::string &missing);

/// The chip that `op` is compiled for: that of the nearest op around it with an
/// attribute opc.target, or the processor at hand where none has one. Fails
/// with an error at `op` where there is no such chip.
llvm::FailureOr<const TargetDesc *> targetOf(mlir::Operation *op);
/// The threads that the module may use (its attribute opc.threads), or 1.
int64_t threadsOf(mlir::Operation *op);

} // namespace opc

#endif // OPC_TARGETS_CORE_TARGET_H
