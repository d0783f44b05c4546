//===- Passes.h - The host program and its kernels' entries -----*- C++ -*-===//
#ifndef OPC_CONVERSION_OPCTOHOST_PASSES_H
#define OPC_CONVERSION_OPCTOHOST_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace opc {

struct HostProgram;

#define GEN_PASS_DECL
#include "opc/Conversion/OpcToHost/Passes.h.inc"

/// opc-lower-host that leaves what is not code in `program`.
std::unique_ptr<mlir::Pass> createLowerHostPass(HostProgram &program);

#define GEN_PASS_REGISTRATION
#include "opc/Conversion/OpcToHost/Passes.h.inc"

} // namespace opc

#endif // OPC_CONVERSION_OPCTOHOST_PASSES_H
