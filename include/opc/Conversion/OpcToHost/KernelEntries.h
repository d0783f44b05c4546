//===- KernelEntries.h - kernels with plain arguments -----------*- C++ -*-===//
#ifndef OPC_CONVERSION_OPCTOHOST_KERNELENTRIES_H
#define OPC_CONVERSION_OPCTOHOST_KERNELENTRIES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace opc {

/// Replaces a kernel on flat buffers by one of the same name and attributes
/// whose buffers are pointers and whose numbers are i64; its body sees the old
/// types by casts.
mlir::LLVM::LLVMFuncOp lowerKernelArguments(mlir::func::FuncOp kernel);

} // namespace opc

#endif // OPC_CONVERSION_OPCTOHOST_KERNELENTRIES_H
