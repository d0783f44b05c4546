//===- FusionPlan.h - Which ops of a block become one kernel ----*- C++ -*-===//
#ifndef OPC_LIB_DIALECT_OPC_TRANSFORMS_FUSIONPLAN_H
#define OPC_LIB_DIALECT_OPC_TRANSFORMS_FUSIONPLAN_H

#include "mlir/IR/Block.h"
#include "opc/Dialect/Opc/IR/ShapeEnv.h"
#include "opc/Dialect/Opc/Transforms/FusionRules.h"
#include <vector>

namespace opc {

/// Ops that run together: those of one kernel in program order, or one op of
/// the host program.
struct FusionGroup {
  llvm::SmallVector<mlir::Operation *, 2> ops;
  bool isKernel = false;
};

/// All ops of `block` but its terminator, in groups that may run in this order;
/// those of a kernel name one target, or none.
std::vector<FusionGroup> planFusion(mlir::Block &block, ShapeEnv &env,
                                    const FusionRulesOf &rules);

} // namespace opc

#endif // OPC_LIB_DIALECT_OPC_TRANSFORMS_FUSIONPLAN_H
