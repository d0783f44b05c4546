//===- Passes.h - what kernels go through to be source -----------*- C++
//-*-===//
#ifndef OPC_TARGETS_SOURCE_PASSES_H
#define OPC_TARGETS_SOURCE_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "opc/Targets/Core/TargetDesc.h"

namespace opc::source {

#define GEN_PASS_DECL
#include "opc/Targets/Source/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "opc/Targets/Source/Passes.h.inc"

/// What kernels go through before they are printed. Fails where a pass does.
llvm::Error makeReady(mlir::ModuleOp kernels, const TargetDesc &desc);

} // namespace opc::source

#endif // OPC_TARGETS_SOURCE_PASSES_H
