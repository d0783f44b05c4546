//===- Reduce.cpp - reductions with what is before, between and after -----===//
//
// A kernel whose reductions all run over the same axes of the same extents:
// sums, softmax, normalisations. For each position along the other axes, one
// pass for each reduction and one that writes the full-sized results; between
// passes its elements stay in the cache. Vectors run along the last axis,
// whether that is reduced (and lanes are combined at the end) or not.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/Rows/ReducePasses.h"

using namespace mlir;
namespace opc::cpu {

bool leadsReduce(Operation *op, const TargetDesc &) {
  return RowReductions::leads(op);
}

ScheduleResult scheduleReduce(KernelForm &kernel, const TargetDesc &desc) {
  ShapeEnv &env = kernel.env;
  std::optional<RowReductions> rows;
  if (ScheduleResult result = RowReductions::of(kernel, rows);
      !result.isTaken())
    return result;
  VectorMachine machine = machineOf(desc);
  ReduceShape shape{*rows};

  for (Operation &op : kernel.ops())
    if (auto reduce = dyn_cast<ReductionOp>(op);
        reduce && !shape.keepsTo(reduce, machine.lanes, env))
      return ScheduleResult::declined("a sum in another order than of vectors");

  AffineExpr units = env.constant(1);
  for (int64_t axis : shape.outer)
    units = units * shape.domain[axis];
  if (!shape.lastReduced)
    units =
        units * shape.domain.back().ceilDiv(ReduceShape::slots * machine.lanes);
  return writeKernel(kernel, machine.lanes, units, /*grain=*/0,
                     [&](KernelWriter &w) {
                       walkMerged(w, rows->axes);
                       writeReductions(w, shape);
                     });
}

} // namespace opc::cpu
