//===- ItemPointwise.cpp - an element for each work item ------------------===//
//
// Whatever is an expression over elements of inputs: element-wise ops,
// movement, gathering, and any chain of these. Neighbouring items write
// neighbouring elements.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/Simt/GridSchedules.h"

using namespace mlir;
namespace opc::simt {

/// Why the kernel is none; nothing where it is.
static std::optional<StringRef> misfit(KernelForm &kernel) {
  ShapeEnv &env = kernel.env;
  ValueRange results = kernel.results();
  llvm::SmallPtrSet<void *, 4> different;
  for (Operation &op : kernel.ops())
    if (!indexedLowering(&op))
      return "an op that is not element by element";
  for (Value result : results)
    if (env.dims(result) != env.dims(results.front()) ||
        !result.getDefiningOp() ||
        !different.insert(result.getAsOpaquePointer()).second)
      return "results of other extents";
  return std::nullopt;
}

ScheduleResult schedulePointwise(KernelForm &kernel, const TargetDesc &desc) {
  if (std::optional<StringRef> why = misfit(kernel))
    return ScheduleResult::declined(*why);
  MergedAxes axes = MergedAxes::ofKernel(
      kernel, Dims(kernel.env.dims(kernel.results().front())));
  if (axes.elementwise())
    kernel.allowInPlace();
  int64_t group = desc.simt->group;
  AffineExpr units = product(kernel.context(), axes.domain());
  return writeGridKernel(kernel, /*lanes=*/1, units, group,
                         /*perGroup=*/false, [&](KernelWriter &w, Grid &grid) {
                           walkMerged(w, axes);
                           grid.forItemUnits(group, [&](Value unit) {
                             writeElements(w,
                                           w.e.delinearize(unit, axes.domain()),
                                           w.kernel.results);
                           });
                         });
}

} // namespace opc::simt
