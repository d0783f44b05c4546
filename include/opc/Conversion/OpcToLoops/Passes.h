//===- Passes.h - from kernels on tensors to loops --------------*- C++ -*-===//
#ifndef OPC_CONVERSION_OPCTOLOOPS_PASSES_H
#define OPC_CONVERSION_OPCTOLOOPS_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace opc {

#define GEN_PASS_DECL
#include "opc/Conversion/OpcToLoops/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "opc/Conversion/OpcToLoops/Passes.h.inc"

} // namespace opc

#endif // OPC_CONVERSION_OPCTOLOOPS_PASSES_H
