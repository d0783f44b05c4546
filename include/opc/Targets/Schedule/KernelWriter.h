//===- KernelWriter.h - what a schedule writes a kernel with ----*- C++ -*-===//
//
// The steps that schedules of every family share: the kernel's form on buffers,
// its elements by one or by many, and why one that does not fit is declined.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_SCHEDULE_KERNELWRITER_H
#define OPC_TARGETS_SCHEDULE_KERNELWRITER_H

#include "opc/Conversion/OpcToLoops/LowerKernels.h"
#include "opc/Kernel/KernelForm.h"
#include "opc/Kernel/MergedAxes.h"
#include "opc/Targets/Schedule/ScheduleResult.h"
#include "opc/Targets/Schedule/VectorEmitter.h"

namespace opc {

/// What a schedule writes with, once it has accepted a kernel.
struct KernelWriter {
  KernelSignature &kernel;
  KernelEmitter &e;
  VectorEmitter &v;
  LoopBuilder &l;
  ShapeEnv &env;
};

/// Gives `kernel` its form on buffers: sets opc.units and the other attributes,
/// then calls `body` to write the code for units [begin, end). `grain` is the
/// fewest units worth a task of their own; 0: as many as kernelCost says.
/// Declined, with an error at an op, where an extent or element type has no
/// form in buffers.
ScheduleResult writeKernel(KernelForm &kernel, int64_t lanes,
                           mlir::AffineExpr units, int64_t grain,
                           llvm::function_ref<void(KernelWriter &)> body);

/// Makes the emitter see every value with its merged extents.
void walkMerged(KernelWriter &w, const MergedAxes &axes);

/// Writes the kernel's results at `indices`. All values come before all stores:
/// an output may lie over an input.
void writeResults(KernelWriter &w, llvm::ArrayRef<LaneIndex> indices);
/// The same from `elements`, which `root` is bound to.
void writeResults(KernelWriter &w, mlir::Value root, mlir::Value elements,
                  llvm::ArrayRef<LaneIndex> indices);

/// Where a vector along the last axis lies, at `outer` of the others.
LaneIndices alongLast(mlir::ValueRange outer, mlir::Value lane);

/// body(at) for each vector of elements [first, last) of an axis. The last one
/// may be short: the emitter's count says so while its body is built.
void forVectors(KernelWriter &w, mlir::Value first, mlir::Value last,
                llvm::function_ref<void(mlir::Value at)> body);

/// Whether the elements are f32.
bool isF32(mlir::Value tensor);
/// Why the results of a kernel cannot follow `root` in registers: one of
/// `buffers`, which the schedule reads from memory, is computed, or a result
/// does not follow element by element. Nothing where they can.
std::optional<llvm::StringRef>
misfitAround(KernelForm &kernel, mlir::Value root, mlir::ValueRange buffers);
/// What a schedule of one of `Ops` says of a kernel that it does not fit: why,
/// if there is such an op in it.
template <typename... Ops>
ScheduleResult misfitOf(KernelForm &kernel, llvm::StringLiteral why) {
  bool isMeant = llvm::any_of(
      kernel.ops(), [](mlir::Operation &op) { return mlir::isa<Ops...>(op); });
  return isMeant ? ScheduleResult::declined(why) : ScheduleResult::notMeant();
}
} // namespace opc

#endif // OPC_TARGETS_SCHEDULE_KERNELWRITER_H
