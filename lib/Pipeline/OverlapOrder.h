//===- OverlapOrder.h - Devices begin early, the host waits late -*- C++
//-*-===//
#ifndef OPC_LIB_PIPELINE_OVERLAPORDER_H
#define OPC_LIB_PIPELINE_OVERLAPORDER_H

#include "mlir/IR/Block.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace opc {

/// The device that an op is for, by its name; null for the host.
using DeviceOf = llvm::function_ref<mlir::StringAttr(mlir::Operation *op)>;

/// Puts ops of a block in an order in which what devices do begins as soon as
/// it can, and what the host does with their results comes behind all that it
/// can do without. `isMovable` says which ops are no more than their operands
/// and results; they stay between the same others.
void orderForOverlap(mlir::Block &block, DeviceOf deviceOf,
                     llvm::function_ref<bool(mlir::Operation *op)> isMovable);

} // namespace opc

#endif // OPC_LIB_PIPELINE_OVERLAPORDER_H
