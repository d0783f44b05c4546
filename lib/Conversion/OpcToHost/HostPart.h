//===- HostPart.h - What every part of the lowering reads -------*- C++ -*-===//
#ifndef OPC_LIB_CONVERSION_OPCTOHOST_HOSTPART_H
#define OPC_LIB_CONVERSION_OPCTOHOST_HOSTPART_H

#include "HostEmitter.h"
#include "HostFacts.h"

namespace opc {

/// One program on its way from the ops of @main to LLVM ops. The parts of the
/// lowering (HostMemory, HostBinds, HostPrologue, HostLaunches, HostControl)
/// share it and know each other only through their constructors.
struct HostPart {
  mlir::func::FuncOp main;
  ShapeEnv &env;
  const HostPlan &plan;
  HostFacts &facts;
  HostEmitter &e;

  /// The node that a fault of `op` names: an index into the manifest.
  int64_t place(mlir::Operation *op) const { return facts.place(op->getLoc()); }
};

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOHOST_HOSTPART_H
