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
#include "opc/Targets/CPU/VectorEmitter.h"
#include "opc/Targets/CPU/VectorMachine.h"
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
/// Fails, with an error at an op, where an extent or element type has no form
/// in buffers.
llvm::LogicalResult writeKernel(mlir::func::FuncOp kernel, ShapeEnv &env,
                                int64_t lanes, mlir::AffineExpr units,
                                int64_t grain,
                                llvm::function_ref<void(KernelWriter &)> body);

/// Writes the kernel's results at `indices`. All values come before all stores:
/// an output may lie over an input.
void writeResults(KernelWriter &w, llvm::ArrayRef<LaneIndex> indices);
/// The same from `elements`, which `root` is bound to.
void writeResults(KernelWriter &w, mlir::Value root, mlir::Value elements,
                  llvm::ArrayRef<LaneIndex> indices);

/// body(at) for each vector of elements [first, last) of an axis. The last one
/// may be short: the emitter's count says so while its body is built.
void forVectors(KernelWriter &w, mlir::Value first, mlir::Value last,
                llvm::function_ref<void(mlir::Value at)> body);

/// Whether the elements are f32.
bool isF32(mlir::Value tensor);
/// The values that a kernel on tensors returns.
mlir::ValueRange returnedValues(mlir::func::FuncOp kernel);
/// The only op in `kernel` that no IndexedLowering covers; null if there is
/// none or more than one.
mlir::Operation *onlyNest(mlir::func::FuncOp kernel);
/// Whether every returned value is computed from `root` (or not at all) by
/// element-wise ops of the extents of `root`, so that it can follow `root` in
/// registers; other operands may broadcast.
bool isEpilogueOf(mlir::func::FuncOp kernel, mlir::Value root, ShapeEnv &env);
/// The kernel's only op that `isRoot` accepts, if it reads the kernel's inputs,
/// all else is element-wise, and every result follows it (isEpilogueOf); null
/// if not.
mlir::Operation *soleRoot(mlir::func::FuncOp kernel, ShapeEnv &env,
                          llvm::function_ref<bool(mlir::Operation *)> isRoot);
template <typename Op> Op soleRoot(mlir::func::FuncOp kernel, ShapeEnv &env) {
  return mlir::cast_or_null<Op>(soleRoot(
      kernel, env, [](mlir::Operation *op) { return mlir::isa<Op>(op); }));
}
/// Allows each output to take the buffer of an input of the same extents and
/// storage size that is read only where the output is written.
void allowInPlace(mlir::func::FuncOp kernel, ShapeEnv &env);

// One function for each schedule.
llvm::LogicalResult schedulePointwise(mlir::func::FuncOp kernel,
                                      const TargetDesc &desc);
llvm::LogicalResult scheduleGemm(mlir::func::FuncOp kernel,
                                 const TargetDesc &desc);
llvm::LogicalResult scheduleQuantisedGemm(mlir::func::FuncOp kernel,
                                          const TargetDesc &desc);
llvm::LogicalResult scheduleConv(mlir::func::FuncOp kernel,
                                 const TargetDesc &desc);
llvm::LogicalResult scheduleDepthwise(mlir::func::FuncOp kernel,
                                      const TargetDesc &desc);
llvm::LogicalResult scheduleRecurrent(mlir::func::FuncOp kernel,
                                      const TargetDesc &desc);
llvm::LogicalResult scheduleConcat(mlir::func::FuncOp kernel,
                                   const TargetDesc &desc);
llvm::LogicalResult scheduleResize(mlir::func::FuncOp kernel,
                                   const TargetDesc &desc);
llvm::LogicalResult schedulePool(mlir::func::FuncOp kernel,
                                 const TargetDesc &desc);
llvm::LogicalResult scheduleArgReduce(mlir::func::FuncOp kernel,
                                      const TargetDesc &desc);
llvm::LogicalResult scheduleTranspose(mlir::func::FuncOp kernel,
                                      const TargetDesc &desc);
llvm::LogicalResult scheduleReduce(mlir::func::FuncOp kernel,
                                   const TargetDesc &desc);

} // namespace opc::cpu

#endif // OPC_TARGETS_CPU_SCHEDULES_H
