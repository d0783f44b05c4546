//===- Passes.h - passes on the tile dialect --------------------*- C++ -*-===//
#ifndef OPC_DIALECT_TILE_TRANSFORMS_PASSES_H
#define OPC_DIALECT_TILE_TRANSFORMS_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "opc/Dialect/Tile/IR/Machine.h"

namespace opc {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "opc/Dialect/Tile/Transforms/Passes.h.inc"

namespace tile {

/// What opc-verify-tile does, for a machine at hand: fails with an error at the
/// op that it would not run right.
llvm::LogicalResult verifyOn(const Machine &machine,
                             mlir::func::FuncOp function);

} // namespace tile
} // namespace opc

#endif // OPC_DIALECT_TILE_TRANSFORMS_PASSES_H
