//===- HostBinds.h - Symbols that get their values on the way ---*- C++ -*-===//
#ifndef OPC_LIB_CONVERSION_OPCTOHOST_HOSTBINDS_H
#define OPC_LIB_CONVERSION_OPCTOHOST_HOSTBINDS_H

#include "HostMemory.h"

namespace opc {

/// Writes the ops that bind a symbol of extents to a value of the run.
class HostBinds : HostPart {
public:
  HostBinds(const HostPart &part, HostMemory &memory)
      : HostPart(part), memory(memory) {}

  void lower(mlir::Operation *op);

private:
  void bind(mlir::Operation *op, mlir::Value value);
  mlir::Value boundValue(BindDimOp op);
  mlir::Value boundValue(BindElementOp op);
  mlir::Value boundValue(BindBroadcastOp op);
  mlir::Value boundValue(BindClampOp op);
  void demand(mlir::Operation *op, mlir::Value isBad, opc_fault fault,
              mlir::Value observed, mlir::Value expected);

  HostMemory &memory;
};

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOHOST_HOSTBINDS_H
