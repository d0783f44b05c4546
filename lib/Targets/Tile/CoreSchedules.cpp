//===- CoreSchedules.cpp - the schedules of cores with memories -----------===//
#include "opc/Targets/Tile/CoreSchedules.h"

#include "opc/Dialect/Tile/Transforms/Passes.h"
#include "opc/Targets/Schedule/RowReductions.h"
#include "opc/Targets/Tile/CoreFamily.h"
#include "opc/Targets/Tile/TileProduct.h"

using namespace mlir;
namespace opc::tile {

static bool leadsRows(Operation *op, const TargetDesc &) {
  return RowReductions::leads(op);
}

/// Tiles of rows and columns, which a product fills where there is one, and
/// steps on them.
static ScheduleResult scheduleTiles(KernelForm &kernel, const Machine &machine,
                                    const TileProduct *product) {
  std::optional<TileAxes> axes;
  if (ScheduleResult result =
          TileAxes::of(kernel, axes, product ? &product->form : nullptr);
      !result.isTaken())
    return result;
  std::optional<TileSteps> steps;
  if (ScheduleResult result = TileSteps::of(kernel, *axes, machine, steps);
      !result.isTaken())
    return result;
  TileBuffers buffers(kernel, *steps);
  PlanKernel needs = planKernel(kernel, *axes, buffers);
  if (product)
    product->addTo(needs);
  llvm::Expected<TilePlan> plan = planTiles(needs, machine);
  if (!plan)
    return ScheduleResult::declined(llvm::toString(plan.takeError()));
  ScheduleResult result = writeKernel(
      kernel, /*lanes=*/1, axes->elements(), /*grain=*/1, [&](KernelWriter &w) {
        std::optional<ProductWriter> writer;
        if (product)
          writer.emplace(w, *axes, *product, *plan, buffers.buffers.size());
        TileWriter(w, *axes, *steps, buffers, *plan,
                   writer ? &*writer : nullptr)
            .write();
      });
  if (result.isTaken())
    kernel.function->setAttr(
        kPlanAttr, StringAttr::get(kernel.context(), explain(*plan, needs)));
  return result;
}

/// Element-wise ops, and reductions along an axis.
static ScheduleResult scheduleRows(KernelForm &kernel, const TargetDesc &desc) {
  return scheduleTiles(kernel, machinesOf(desc).front(), nullptr);
}

/// Products of matrices with what follows element by element.
static ScheduleResult scheduleProduct(KernelForm &kernel,
                                      const TargetDesc &desc) {
  const Machine &machine = machinesOf(desc).front();
  std::optional<TileProduct> product;
  if (ScheduleResult result = TileProduct::of(kernel, machine, product);
      !result.isTaken())
    return result;
  return scheduleTiles(kernel, machine, &*product);
}

llvm::ArrayRef<Schedule> schedules() {
  static const Schedule table[] = {
      {"tile-gemm", scheduleProduct, leadsProduct},
      {"tile-rows", scheduleRows, leadsRows},
  };
  return table;
}

} // namespace opc::tile
