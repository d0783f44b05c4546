//===- UnitWrites.h - what one unit of a kernel writes ----------*- C++ -*-===//
#ifndef OPC_LIB_TARGETS_TILE_UNITWRITES_H
#define OPC_LIB_TARGETS_TILE_UNITWRITES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace opc::tile {

/// How many neighbouring units of a kernel of plain loops write whole lines of
/// `line` bytes (a power of two), so that shares of multiples of that many have
/// no line in common. 0 where what units write is not known to follow them.
int64_t unitsOfLines(mlir::func::FuncOp kernel, int64_t line);

} // namespace opc::tile

#endif // OPC_LIB_TARGETS_TILE_UNITWRITES_H
