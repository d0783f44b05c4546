//===- LaunchFunctions.h - The launches of the host program ----------*- C++
//-*-===//
#ifndef OPC_LIB_CONVERSION_OPCTOHOST_LAUNCHFUNCTIONS_H
#define OPC_LIB_CONVERSION_OPCTOHOST_LAUNCHFUNCTIONS_H

#include "HostEmitter.h"
#include <map>

namespace opc {

/// What a launch says besides the words of its kernel; see opc_launch.
struct LaunchRecord {
  mlir::StringRef kernel;
  mlir::Value units, grain, flops, bytes, number;
};

/// The functions that launch: a launch in the entry is one call of one of them.
/// All launches with as many pointers and as many symbols share one, so that
/// the entry of a program of very many launches stays small.
class LaunchFunctions {
public:
  LaunchFunctions(HostEmitter &e, const HostPlan &plan) : e(e), plan(plan) {}

  /// Launches a kernel with these words behind the status: its pointers, then
  /// its symbols.
  void launch(const LaunchRecord &record, llvm::ArrayRef<mlir::Value> words);

private:
  mlir::LLVM::LLVMFuncOp functionFor(llvm::ArrayRef<mlir::Value> words);
  void write(mlir::LLVM::LLVMFuncOp function);

  HostEmitter &e;
  const HostPlan &plan;
  /// By the number of pointers and of symbols.
  std::map<std::pair<size_t, size_t>, mlir::LLVM::LLVMFuncOp> functions;
};

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOHOST_LAUNCHFUNCTIONS_H
