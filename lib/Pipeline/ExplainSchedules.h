//===- ExplainSchedules.h - who wrote each kernel, and why ------*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_EXPLAINSCHEDULES_H
#define OPC_LIB_PIPELINE_EXPLAINSCHEDULES_H

#include "KernelTexts.h"

#include "mlir/IR/BuiltinOps.h"
#include "opc/Pipeline/Options.h"
#include "llvm/Support/JSON.h"

namespace opc {

/// Tells of each kernel on buffers its ops, the schedule that wrote it, and why
/// those that are meant for such kernels, and were asked before, declined.
void explainSchedules(mlir::ModuleOp module, const CompileOptions &options);

/// The same as opc_explain_model promises it; `before` has the kernels as they
/// were before they were scheduled.
llvm::json::Array describeSchedules(mlir::ModuleOp module,
                                    const KernelTexts &before);

} // namespace opc

#endif // OPC_LIB_PIPELINE_EXPLAINSCHEDULES_H
