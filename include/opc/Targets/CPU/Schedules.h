//===- Schedules.h - the CPU's schedules, one file each ---------*- C++ -*-===//
//
// Each takes a kernel function on tensors and rewrites it to one on buffers
// with explicit vectors, or fails and leaves it alone (opc::Schedule). Their
// order is in Schedules.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_CPU_SCHEDULES_H
#define OPC_TARGETS_CPU_SCHEDULES_H

#include "opc/Targets/CPU/Vector/VectorMachine.h"
#include "opc/Targets/Core/Target.h"
#include "opc/Targets/Schedule/KernelWriter.h"

namespace opc::cpu {

/// The CPU's schedules in the order in which they are tried.
llvm::ArrayRef<Schedule> schedules();

VectorMachine machineOf(const TargetDesc &desc);

/// Hidden units of a recurrent layer whose state (f32) fits a row of scratch on
/// a kernel's stack, 64 KB.
inline constexpr int64_t kMostHidden = (64 << 10) / sizeof(float);

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
