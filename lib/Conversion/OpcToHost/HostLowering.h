//===- HostLowering.h - From the ops of @main to LLVM ops -------*- C++ -*-===//
#ifndef OPC_LIB_CONVERSION_OPCTOHOST_HOSTLOWERING_H
#define OPC_LIB_CONVERSION_OPCTOHOST_HOSTLOWERING_H

#include "HostBinds.h"
#include "HostControl.h"
#include "HostLaunches.h"

namespace opc {

/// Writes the body of the entry function, op by op: each goes to the part that
/// knows it.
class HostLowering {
public:
  HostLowering(mlir::func::FuncOp main, mlir::LLVM::LLVMFuncOp entry,
               const mlir::SymbolTable &symbols, ShapeEnv &env,
               const HostPlan &plan, HostFacts &facts);

  /// Fails, with an error at the op, where a kernel was not scheduled.
  llvm::LogicalResult run();

private:
  using Terminator = HostControl::Terminator;

  void lowerBlock(mlir::Block &block, Terminator terminator);
  void lower(mlir::Operation *op);
  void lower(CopyOp op);
  void lowerReturn(mlir::Operation *op);
  mlir::Value keptApart(mlir::Value value, mlir::Operation *op);

  HostEmitter e;
  HostPart part;
  HostMemory memory;
  HostBinds binds;
  HostLaunches launches;
  HostControl control;
};

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOHOST_HOSTLOWERING_H
