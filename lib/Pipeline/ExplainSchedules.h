//===- ExplainSchedules.h - who wrote each kernel, and why ------*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_EXPLAINSCHEDULES_H
#define OPC_LIB_PIPELINE_EXPLAINSCHEDULES_H

#include "mlir/IR/BuiltinOps.h"
#include "opc/Pipeline/Options.h"

namespace opc {

/// Tells of each kernel on buffers its ops, the schedule that wrote it, and why
/// those that were asked before declined.
void explainSchedules(mlir::ModuleOp module, const CompileOptions &options);

} // namespace opc

#endif // OPC_LIB_PIPELINE_EXPLAINSCHEDULES_H
