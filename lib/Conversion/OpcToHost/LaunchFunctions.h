//===- LaunchFunctions.h - The launches of the host program -----*- C++ -*-===//
#ifndef OPC_LIB_CONVERSION_OPCTOHOST_LAUNCHFUNCTIONS_H
#define OPC_LIB_CONVERSION_OPCTOHOST_LAUNCHFUNCTIONS_H

#include "HostEmitter.h"
#include <map>
#include <optional>
#include <tuple>

namespace opc {

/// What a launch says besides the words of its kernel; see opc_launch.
struct LaunchRecord {
  mlir::StringRef kernel;
  mlir::Value units, grain, flops, bytes, number;
  /// Of a kernel of a device: the image that holds it.
  std::optional<int64_t> image = std::nullopt;
  bool mayFault = false;
};

/// The functions that launch: a launch in the entry is one call of one of them.
/// All launches with as many pointers and as many symbols share one, so that
/// the entry of a program of very many launches stays small.
class LaunchFunctions {
public:
  LaunchFunctions(HostEmitter &e, const HostPlan &plan) : e(e), plan(plan) {}

  /// Launches a kernel with these words behind the status: its pointers, then
  /// its symbols. Of a launch on a device, gives the code (i64) that it failed
  /// with, or 0.
  mlir::Value launch(const LaunchRecord &record,
                     llvm::ArrayRef<mlir::Value> words);

private:
  mlir::LLVM::LLVMFuncOp functionFor(llvm::ArrayRef<mlir::Value> words,
                                     bool onDevice);
  void write(mlir::LLVM::LLVMFuncOp function, bool onDevice);
  llvm::SmallVector<mlir::Value> argumentsOf(const LaunchRecord &record);

  HostEmitter &e;
  const HostPlan &plan;
  /// By the number of pointers and of symbols, and whether on a device.
  std::map<std::tuple<size_t, size_t, bool>, mlir::LLVM::LLVMFuncOp> functions;
};

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOHOST_LAUNCHFUNCTIONS_H
