//===- LoweredFunction.h - What has nothing left to lower -------*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_LOWEREDFUNCTION_H
#define OPC_LIB_PIPELINE_LOWEREDFUNCTION_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace opc {

/// Whether all ops of a function are LLVM's. The entry of a program, which is
/// as long as the model, is written in them: no pass needs to look at it again.
inline bool isLowered(mlir::LLVM::LLVMFuncOp function) {
  return !function
              .walk([](mlir::Operation *op) {
                return mlir::isa<mlir::LLVM::LLVMDialect>(op->getDialect())
                           ? mlir::WalkResult::advance()
                           : mlir::WalkResult::interrupt();
              })
              .wasInterrupted();
}

} // namespace opc

#endif // OPC_LIB_PIPELINE_LOWEREDFUNCTION_H
