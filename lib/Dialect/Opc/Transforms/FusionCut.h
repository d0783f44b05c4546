//===- FusionCut.h - Splits kernels of many results -------------*- C++ -*-===//
#ifndef OPC_LIB_DIALECT_OPC_TRANSFORMS_FUSIONCUT_H
#define OPC_LIB_DIALECT_OPC_TRANSFORMS_FUSIONCUT_H

#include "FusionPlan.h"

namespace opc {

/// Appends `ops` (program order) as kernels in which no rule on results is
/// broken: the longest first part that keeps it, then the rest likewise.
void cutGroup(llvm::ArrayRef<mlir::Operation *> ops, ShapeEnv &env,
              const FusionRules &rules, std::vector<FusionGroup> &result);

} // namespace opc

#endif // OPC_LIB_DIALECT_OPC_TRANSFORMS_FUSIONCUT_H
