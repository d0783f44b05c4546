//===- Schedules.h - the CPU's schedules, one file each ---------*- C++ -*-===//
//
// Each takes a kernel function on tensors and rewrites it to one on buffers
// with explicit vectors, or fails and leaves it alone (opc::Schedule). Their
// order is in Schedules.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_CPU_SCHEDULES_H
#define OPC_TARGETS_CPU_SCHEDULES_H

#include "opc/Conversion/OpcToLoops/LowerKernels.h"
#include "opc/Kernel/KernelForm.h"
#include "opc/Kernel/MergedAxes.h"
#include "opc/Targets/CPU/Vector/VectorEmitter.h"
#include "opc/Targets/CPU/Vector/VectorMachine.h"
#include "opc/Targets/Core/Target.h"

namespace opc::cpu {

/// The CPU's schedules in the order in which they are tried.
llvm::ArrayRef<Schedule> schedules();

VectorMachine machineOf(const TargetDesc &desc);

/// Hidden units of a recurrent layer whose state (f32) fits a row of scratch on
/// a kernel's stack, 64 KB.
inline constexpr int64_t kMostHidden = (64 << 10) / sizeof(float);

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
/// Whether an element-wise op is a function rather than arithmetic: its
/// polynomial keeps constants in registers, and costs more than reading its
/// result back.
bool isFunction(mlir::Operation *op);

// Whether a schedule takes what an op leads (Schedule::leads).
bool leadsTileGemm(mlir::Operation *op, const TargetDesc &desc);
bool leadsGemm(mlir::Operation *op, const TargetDesc &desc);
bool leadsQuantisedGemm(mlir::Operation *op, const TargetDesc &desc);
bool leadsConv(mlir::Operation *op, const TargetDesc &desc);
bool leadsDepthwise(mlir::Operation *op, const TargetDesc &desc);
bool leadsResize(mlir::Operation *op, const TargetDesc &desc);
bool leadsPool(mlir::Operation *op, const TargetDesc &desc);
bool leadsReduce(mlir::Operation *op, const TargetDesc &desc);

// One function for each schedule.
ScheduleResult schedulePointwise(KernelForm &kernel, const TargetDesc &desc);
ScheduleResult scheduleTileGemm(KernelForm &kernel, const TargetDesc &desc);
ScheduleResult scheduleGemm(KernelForm &kernel, const TargetDesc &desc);
ScheduleResult scheduleQuantisedGemm(KernelForm &kernel,
                                     const TargetDesc &desc);
ScheduleResult scheduleConv(KernelForm &kernel, const TargetDesc &desc);
ScheduleResult scheduleDepthwise(KernelForm &kernel, const TargetDesc &desc);
ScheduleResult scheduleRecurrent(KernelForm &kernel, const TargetDesc &desc);
ScheduleResult scheduleConcat(KernelForm &kernel, const TargetDesc &desc);
ScheduleResult scheduleResize(KernelForm &kernel, const TargetDesc &desc);
ScheduleResult schedulePool(KernelForm &kernel, const TargetDesc &desc);
ScheduleResult scheduleArgReduce(KernelForm &kernel, const TargetDesc &desc);
ScheduleResult scheduleTranspose(KernelForm &kernel, const TargetDesc &desc);
ScheduleResult scheduleReduce(KernelForm &kernel, const TargetDesc &desc);

} // namespace opc::cpu

#endif // OPC_TARGETS_CPU_SCHEDULES_H
