//===- HostLaunches.h - Launches of kernels ---------------------*- C++ -*-===//
#ifndef OPC_LIB_CONVERSION_OPCTOHOST_HOSTLAUNCHES_H
#define OPC_LIB_CONVERSION_OPCTOHOST_HOSTLAUNCHES_H

#include "HostMemory.h"
#include "LaunchFunctions.h"

namespace opc {

/// Writes opc.launch: memory for the results, then the kernel's arguments in
/// their one order, then the call and the look at what it reports.
class HostLaunches : HostPart {
public:
  HostLaunches(const HostPart &part, HostMemory &memory,
               const mlir::SymbolTable &symbols)
      : HostPart(part), memory(memory), symbols(symbols), functions(e, plan) {}

  /// Fails, with an error at the op, where a kernel was not scheduled.
  llvm::LogicalResult check();
  void lower(LaunchOp launch);

private:
  void lowerMayAlias(LaunchOp launch);
  void runKernel(LaunchOp launch);
  llvm::SmallVector<mlir::Value> wordsOf(LaunchOp launch);
  LaunchRecord recordOf(LaunchOp launch, mlir::Operation *kernel);
  void checkStatus(mlir::Operation *op);

  HostMemory &memory;
  const mlir::SymbolTable &symbols;
  LaunchFunctions functions;
};

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOHOST_HOSTLAUNCHES_H
