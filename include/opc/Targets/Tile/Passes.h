//===- Passes.h - what kernels of cores go through ---------------*- C++
//-*-===//
#ifndef OPC_TARGETS_TILE_PASSES_H
#define OPC_TARGETS_TILE_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace opc::tile {

#define GEN_PASS_DECL
#include "opc/Targets/Tile/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "opc/Targets/Tile/Passes.h.inc"

} // namespace opc::tile

#endif // OPC_TARGETS_TILE_PASSES_H
