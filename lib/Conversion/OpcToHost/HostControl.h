//===- HostControl.h - Branches and loops of the host program ---*- C++ -*-===//
#ifndef OPC_LIB_CONVERSION_OPCTOHOST_HOSTCONTROL_H
#define OPC_LIB_CONVERSION_OPCTOHOST_HOSTCONTROL_H

#include "HostMemory.h"
#include <functional>

namespace opc {

/// Writes opc.if and opc.loop around the ops of their bodies.
class HostControl : HostPart {
public:
  using Terminator = llvm::function_ref<void(YieldOp)>;
  /// Writes the ops of a block, and hands over the yield at its end.
  using BlockWriter = std::function<void(mlir::Block &, Terminator)>;

  HostControl(const HostPart &part, HostMemory &memory, BlockWriter writeBlock)
      : HostPart(part), memory(memory), writeBlock(std::move(writeBlock)) {}

  void lower(IfOp op);
  void lower(LoopOp op);

private:
  void yieldBranch(IfOp op, YieldOp yield);

  HostMemory &memory;
  BlockWriter writeBlock;
};

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOHOST_HOSTCONTROL_H
