//===- Athread.h - kernels as C for Sunway's cores --------------*- C++ -*-===//
#ifndef OPC_LIB_TARGETS_SUNWAY_ATHREAD_H
#define OPC_LIB_TARGETS_SUNWAY_ATHREAD_H

#include "mlir/IR/BuiltinOps.h"
#include "opc/Targets/Core/Target.h"

namespace opc::sunway {

/// Whether copies have the source first and are waited for by a loop, as on the
/// SW26010.
bool hasOldCalls(const TargetDesc &desc);
/// Helpers that kernels call.
std::string prelude(bool oldCalls);

/// The kernels (Target::emit), as C for the cores.
llvm::Expected<std::string> printAthread(mlir::ModuleOp kernels,
                                         const TargetDesc &desc);

/// The folder of source (Target::source).
llvm::Error athreadFolder(mlir::ModuleOp kernels, const TargetDesc &desc,
                          std::vector<SourceFile> &files);

} // namespace opc::sunway

#endif // OPC_LIB_TARGETS_SUNWAY_ATHREAD_H
