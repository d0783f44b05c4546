//===- Passes.h - movement that every target shares -------------*- C++ -*-===//
#ifndef OPC_LAYOUT_PASSES_H
#define OPC_LAYOUT_PASSES_H

#include "mlir/Pass/Pass.h"

namespace opc {

#define GEN_PASS_DECL
#include "opc/Layout/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "opc/Layout/Passes.h.inc"

} // namespace opc

#endif // OPC_LAYOUT_PASSES_H
