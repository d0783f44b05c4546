//===- ReducePasses.h - the passes over one row -----------------*- C++ -*-===//
#ifndef OPC_TARGETS_CPU_ROWS_REDUCEPASSES_H
#define OPC_TARGETS_CPU_ROWS_REDUCEPASSES_H

#include "opc/Numerics/NumericPlan.h"
#include "opc/Targets/CPU/Schedules.h"
#include "opc/Targets/Schedule/RowReductions.h"

namespace opc::cpu {

/// How the axes of a kernel of reductions are walked by vectors.
struct ReduceShape : RowReductions {
  explicit ReduceShape(const RowReductions &rows) : RowReductions(rows) {}

  /// Vectors side by side (last axis kept), or sums in flight (last reduced)
  /// where their number shows in no result.
  static constexpr int64_t slots = 4;

  /// Whether the passes over vectors of `lanes` can add up as the plan of
  /// `reduce` says.
  bool keepsTo(ReductionOp reduce, int64_t lanes, ShapeEnv &env) const;
};

/// Writes the code for units [begin, end): positions along the outer axes,
/// times blocks of `slots` vectors where the last axis is kept. Reductions and
/// results are those of the kernel.
void writeReductions(KernelWriter &w, const ReduceShape &shape);

} // namespace opc::cpu

#endif // OPC_TARGETS_CPU_ROWS_REDUCEPASSES_H
