//===- LaneMath.h - what ops on tiles do with one element -------*- C++ -*-===//
#ifndef OPC_LIB_TARGETS_TILE_LANEMATH_H
#define OPC_LIB_TARGETS_TILE_LANEMATH_H

#include "mlir/IR/Builders.h"
#include "opc/Dialect/Tile/IR/TileDialect.h"

namespace opc::tile {

/// Whether the op computes each element of a number of elements at its place.
bool isElementwise(mlir::Operation *op);
/// Whether it is one instruction of vectors, on whatever machine.
bool isOfVectors(mlir::Operation *op);

/// The element, or vector of elements, that the op makes of those that it
/// reads.
mlir::Value laneOf(mlir::Operation *op, mlir::ValueRange of,
                   mlir::OpBuilder &b);
mlir::Value combined(ReduceKind kind, mlir::Value x, mlir::Value y,
                     mlir::OpBuilder &b, mlir::Location loc);
/// What changes no total.
mlir::Value neutralOf(ReduceKind kind, mlir::Type element, mlir::OpBuilder &b,
                      mlir::Location loc);

} // namespace opc::tile

#endif // OPC_LIB_TARGETS_TILE_LANEMATH_H
