//===- RowReductions.h - kernels of reductions along the same axes -*- C++
//-*-===//
//
// Sums, softmax, normalisations: reductions that all run over the same axes of
// the same extents, with what is element-wise before, between and after.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_SCHEDULE_ROWREDUCTIONS_H
#define OPC_TARGETS_SCHEDULE_ROWREDUCTIONS_H

#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Numerics/NumericPlan.h"
#include "opc/Targets/Schedule/KernelWriter.h"

namespace opc {

struct RowReductions {
  MergedAxes axes;
  Dims domain;                        ///< merged extents before reducing
  llvm::SmallVector<int64_t> reduced; ///< merged axes, ascending
  llvm::SmallVector<int64_t> outer;   ///< other axes but the last
  bool lastReduced = false;           ///< the last axis is reduced

  /// Whether kernels that this op leads may be of the form.
  static bool leads(mlir::Operation *op);
  /// Sets `rows` where the kernel is one; else says why not.
  static ScheduleResult of(KernelForm &kernel,
                           std::optional<RowReductions> &rows);
  /// Whether the last axis here is what `plan`, that of `reduce`, calls a line.
  bool isLine(ReductionOp reduce, const NumericPlan &plan, ShapeEnv &env) const;
};

/// Floats, or a vector of them, as others; integers as they are.
mlir::Value convertedFloat(const LoopBuilder &l, mlir::Value x,
                           mlir::Type element);

} // namespace opc

#endif // OPC_TARGETS_SCHEDULE_ROWREDUCTIONS_H
