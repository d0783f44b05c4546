//===- Passes.h - Passes on the opc dialect ---------------------*- C++ -*-===//
#ifndef OPC_DIALECT_OPC_TRANSFORMS_PASSES_H
#define OPC_DIALECT_OPC_TRANSFORMS_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace opc {

#define GEN_PASS_DECL
#include "opc/Dialect/Opc/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "opc/Dialect/Opc/Transforms/Passes.h.inc"

} // namespace opc

#endif // OPC_DIALECT_OPC_TRANSFORMS_PASSES_H
