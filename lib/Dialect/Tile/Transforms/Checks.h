//===- Checks.h - the parts of opc-verify-tile ------------------*- C++ -*-===//
#ifndef OPC_LIB_DIALECT_TILE_TRANSFORMS_CHECKS_H
#define OPC_LIB_DIALECT_TILE_TRANSFORMS_CHECKS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Dialect/Tile/IR/Machine.h"

namespace opc::tile {

/// Spaces, capacities and alignments of buffers.
llvm::LogicalResult checkMemory(const Machine &machine,
                                mlir::func::FuncOp function);
/// Ways, lengths, strides, counts and starts of copies.
llvm::LogicalResult checkCopies(const Machine &machine,
                                mlir::func::FuncOp function);
/// Ops, types, rows and products.
llvm::LogicalResult checkCompute(const Machine &machine,
                                 mlir::func::FuncOp function);
/// Scopes of barriers, and whether all cores come to them.
llvm::LogicalResult checkBarriers(const Machine &machine,
                                  mlir::func::FuncOp function);
/// What is in flight.
llvm::LogicalResult checkTokens(const Machine &machine,
                                mlir::func::FuncOp function);

/// Begins an error of `op` that a machine is the reason for.
inline mlir::InFlightDiagnostic refuse(mlir::Operation *op,
                                       const Machine &machine) {
  return op->emitOpError("machine ") << machine.name << ": ";
}

} // namespace opc::tile

#endif // OPC_LIB_DIALECT_TILE_TRANSFORMS_CHECKS_H
