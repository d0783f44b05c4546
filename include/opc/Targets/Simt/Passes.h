//===- Passes.h - what SIMT kernels go through ------------------*- C++ -*-===//
#ifndef OPC_TARGETS_SIMT_PASSES_H
#define OPC_TARGETS_SIMT_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace opc::simt {

#define GEN_PASS_DECL
#include "opc/Targets/Simt/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "opc/Targets/Simt/Passes.h.inc"

} // namespace opc::simt

#endif // OPC_TARGETS_SIMT_PASSES_H
