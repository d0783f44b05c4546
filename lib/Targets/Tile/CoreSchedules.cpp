//===- CoreSchedules.cpp - the schedules of cores with memories -----------===//
#include "opc/Targets/Tile/CoreSchedules.h"

#include "opc/Dialect/Tile/Transforms/Passes.h"
#include "opc/Targets/Schedule/RowReductions.h"
#include "opc/Targets/Tile/CoreFamily.h"
#include "opc/Targets/Tile/TileWriter.h"

using namespace mlir;
namespace opc::tile {

static bool leadsRows(Operation *op, const TargetDesc &) {
  return RowReductions::leads(op);
}

/// Element-wise ops, and reductions along an axis.
static ScheduleResult scheduleRows(KernelForm &kernel, const TargetDesc &desc) {
  const Machine &machine = machinesOf(desc).front();
  std::optional<TileAxes> axes;
  if (ScheduleResult result = TileAxes::of(kernel, axes); !result.isTaken())
    return result;
  std::optional<TileSteps> steps;
  if (ScheduleResult result = TileSteps::of(kernel, *axes, machine, steps);
      !result.isTaken())
    return result;
  TileBuffers buffers(kernel, *steps);
  PlanKernel needs = planKernel(kernel, *axes, buffers);
  llvm::Expected<TilePlan> plan = planTiles(needs, machine);
  if (!plan)
    return ScheduleResult::declined(llvm::toString(plan.takeError()));
  return writeTiles(kernel, *axes, needs, *plan, [&](KernelWriter &w) {
    TileWriter(w, *axes, *steps, buffers, *plan).write();
  });
}

llvm::ArrayRef<Schedule> schedules() {
  static const Schedule table[] = {
      {"tile-gemm", scheduleProduct, leadsProduct},
      {"tile-rows", scheduleRows, leadsRows},
  };
  return table;
}

} // namespace opc::tile
