//===- CostModel.h - How long steps take on a chip, roughly -----*- C++ -*-===//
//
// A kernel takes as long as its arithmetic or its traffic, whichever is more,
// and some time to begin; a copy waits, then goes at the speed of the link.
// Times are in picoseconds.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_PIPELINE_COSTMODEL_H
#define OPC_LIB_PIPELINE_COSTMODEL_H

#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/Transforms/FusionRules.h"
#include "opc/Targets/Core/Target.h"

namespace opc {

/// What extents are taken for that only a run knows.
inline constexpr int64_t kExpectedExtent = 64;

/// The time of what is computed on one chip, which has figures of its speed.
class CostModel {
public:
  /// `threads` of the host share its kernels.
  CostModel(const TargetDesc &desc, ShapeEnv &env, int64_t threads);

  const TargetDesc &chip() const { return desc; }
  /// One op as a kernel of its own.
  int64_t timeOf(mlir::Operation *op);
  /// Ops as one kernel, which reads and writes `border`.
  int64_t timeOf(llvm::ArrayRef<mlir::Operation *> ops,
                 llvm::ArrayRef<mlir::Value> border);
  /// A copy from the host's memory or back; 0 where it is the same.
  int64_t copyTime(mlir::Value value);
  /// What is saved where `second`, which alone reads the result of `first`, is
  /// of one kernel with it.
  int64_t savedBy(mlir::Operation *first, mlir::Operation *second);
  FusionRole roleOf(mlir::Operation *op) { return rules.classOf(op).role; }

private:
  double bytesOf(mlir::Value value);
  double secondsOf(mlir::Operation *op);

  const TargetDesc &desc;
  const SpeedDesc &speed;
  FusionRules rules;
  ShapeEnv &env;
  double cores;
};

} // namespace opc

#endif // OPC_LIB_PIPELINE_COSTMODEL_H
