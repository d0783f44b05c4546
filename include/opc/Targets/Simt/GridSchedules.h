//===- GridSchedules.h - the schedules of SIMT processors -------*- C++ -*-===//
//
// Each writes a kernel as one work item sees it: it asks for its number in its
// group and for that of the group (dialect gpu), keeps what its group shares in
// workgroup memory and waits for the others at barriers. Nothing depends on how
// many items go in step. A kernel has units of work, which either items or
// whole groups take one after the other, as many as there are.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_SIMT_GRIDSCHEDULES_H
#define OPC_TARGETS_SIMT_GRIDSCHEDULES_H

#include "opc/Targets/Core/Target.h"
#include "opc/Targets/Schedule/KernelWriter.h"

namespace opc::simt {

/// An i64 on a kernel: the items of each of its groups.
inline constexpr llvm::StringLiteral kGroupAttr = "opc.group";

/// The family's schedules in the order in which they are tried.
llvm::ArrayRef<Schedule> schedules();

/// What one item sees of the grid, built where the kernel begins.
class Grid {
public:
  explicit Grid(KernelWriter &w);

  /// Number of the item in its group.
  mlir::Value item() const { return ownItem; }
  /// body(unit) for each unit that the item takes; those of a group lie side by
  /// side.
  void forItemUnits(int64_t group,
                    llvm::function_ref<void(mlir::Value unit)> body);
  /// body(unit) for each unit that the whole group takes.
  void forGroupUnits(llvm::function_ref<void(mlir::Value unit)> body);
  /// Waits until all items of the group are here, and sees what they wrote.
  void wait();
  /// A row of memory that the group shares.
  mlir::Value shared(mlir::Type element, int64_t count);
  /// body(i) for i in [first, last), by steps of a value.
  void strided(mlir::Value first, mlir::Value last, mlir::Value step,
               llvm::function_ref<void(mlir::Value i)> body);

private:
  KernelWriter &w;
  mlir::Value ownItem, ownGroup, groups;
};

/// writeKernel() for groups of `group` items. `perGroup`: units are those of
/// whole groups, not of items.
ScheduleResult
writeGridKernel(KernelForm &kernel, int64_t lanes, mlir::AffineExpr units,
                int64_t group, bool perGroup,
                llvm::function_ref<void(KernelWriter &, Grid &)> body);

/// Writes the kernel's results, element by element, at a position that is one
/// for each axis. All values come before all stores.
void writeElements(KernelWriter &w, llvm::ArrayRef<mlir::Value> at,
                   llvm::ArrayRef<mlir::Value> results);
/// The position as VectorEmitter takes it.
LaneIndices uniform(llvm::ArrayRef<mlir::Value> at);

// One function for each schedule.
ScheduleResult schedulePointwise(KernelForm &kernel, const TargetDesc &desc);
ScheduleResult scheduleReduce(KernelForm &kernel, const TargetDesc &desc);
ScheduleResult scheduleGemm(KernelForm &kernel, const TargetDesc &desc);
bool leadsReduce(mlir::Operation *op, const TargetDesc &desc);
bool leadsGemm(mlir::Operation *op, const TargetDesc &desc);

} // namespace opc::simt

#endif // OPC_TARGETS_SIMT_GRIDSCHEDULES_H
