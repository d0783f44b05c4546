//===- TileDialect.h - the tile dialect -------------------------*- C++ -*-===//
//
// Include this for the dialect, its types, its ops and its interfaces.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_TILE_IR_TILEDIALECT_H
#define OPC_DIALECT_TILE_IR_TILEDIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "opc/Dialect/Tile/IR/TileDialect.h.inc"
#include "opc/Dialect/Tile/IR/TileEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "opc/Dialect/Tile/IR/TileAttrs.h.inc"
#define GET_TYPEDEF_CLASSES
#include "opc/Dialect/Tile/IR/TileTypes.h.inc"

namespace opc::tile {

/// The operands of `op` that are buffers; fill's is what it writes.
llvm::SmallVector<mlir::Value> buffersOf(mlir::Operation *op);

/// A type of elements as machines' tables spell it: "f32", "ui8".
std::string spelling(mlir::Type element);

/// Bytes of one element; bool has one. 0 where elements are no whole bytes.
int64_t elementBytes(mlir::Type element);

} // namespace opc::tile

#include "opc/Dialect/Tile/IR/TileInterfaces.h.inc"
#define GET_OP_CLASSES
#include "opc/Dialect/Tile/IR/TileOps.h.inc"

#endif // OPC_DIALECT_TILE_IR_TILEDIALECT_H
