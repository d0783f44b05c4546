//===- ReferenceTarget.cpp - The definition of every op, executed ---------===//
//
// No fusion, no layout, no schedule: each op is one kernel of plain loops in
// the order of its definition. Every other target is checked against it.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "opc/Dialect/Opc/Transforms/FusionRules.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"
#include "opc/Targets/Core/Target.h"

#include "Chips.inc"

namespace opc {

const Target &referenceTarget();

/// Types stay what they are: the plain loops compute in each.
static void buildLegalise(mlir::OpPassManager &pm, const TargetDesc &) {
  pm.addNestedPass<mlir::func::FuncOp>(createDecomposePass());
}

const Target &referenceTarget() {
  static const Target target = {
      .name = "reference",
      .summary = "plain loops, one kernel for each op; what others are checked "
                 "against",
      .chips = kChips,
      .asWritten = true,
      .fusion = noFusion,
      .buildLegalise = buildLegalise,
  };
  return target;
}

} // namespace opc
