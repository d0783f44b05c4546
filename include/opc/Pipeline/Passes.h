//===- Passes.h - Passes of the LLVM back end -------------------*- C++ -*-===//
#ifndef OPC_PIPELINE_PASSES_H
#define OPC_PIPELINE_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "opc/Conversion/OpcToHost/HostProgram.h"

namespace opc {

#define GEN_PASS_DECL
#include "opc/Pipeline/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "opc/Pipeline/Passes.h.inc"

} // namespace opc

#endif // OPC_PIPELINE_PASSES_H
