//===- AscendC.h - kernels as Ascend C --------------------------*- C++ -*-===//
#ifndef OPC_LIB_TARGETS_ASCEND_ASCENDC_H
#define OPC_LIB_TARGETS_ASCEND_ASCENDC_H

#include "mlir/IR/BuiltinOps.h"
#include "opc/Targets/Core/Target.h"

namespace opc::ascend {

/// Helpers that kernels call.
extern const llvm::StringLiteral kPrelude;

/// The kernels (Target::emit), as Ascend C.
llvm::Expected<std::string> printAscendC(mlir::ModuleOp kernels,
                                         const TargetDesc &desc);

/// The folder of source (Target::source).
llvm::Error ascendCFolder(mlir::ModuleOp kernels, const TargetDesc &desc,
                          std::vector<SourceFile> &files);

} // namespace opc::ascend

#endif // OPC_LIB_TARGETS_ASCEND_ASCENDC_H
