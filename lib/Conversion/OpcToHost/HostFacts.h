//===- HostFacts.h - Gathers what the manifest says -------------*- C++ -*-===//
#ifndef OPC_LIB_CONVERSION_OPCTOHOST_HOSTFACTS_H
#define OPC_LIB_CONVERSION_OPCTOHOST_HOSTFACTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include <map>

namespace opc {

class HostPlan;

class HostFacts {
public:
  HostFacts(HostProgram &program, ShapeEnv &env) : program(program), env(env) {}

  /// Index of the graph's node that `loc` names first.
  int64_t place(mlir::Location loc);
  /// What stands for a place in a fault whose words are `text`.
  int64_t demand(mlir::Location loc, llvm::StringRef text);
  /// Notes a launch of `function`; returns its index among the manifest's
  /// kernels.
  int64_t addKernel(LaunchOp launch, mlir::Operation *function);
  void addTensors(mlir::func::FuncOp main, const HostPlan &plan);
  /// Number of the device of this name among the manifest's.
  int64_t device(llvm::StringRef name, bool ownMemory);
  /// Number of the image that holds a kernel of a device.
  int64_t image(mlir::Operation *function);

private:
  /// A node of the graph, and what it computes where that is known.
  using Node = std::pair<std::string, std::string>;
  static void collectNodes(mlir::Location loc,
                           llvm::SmallVectorImpl<Node> &nodes);
  int64_t intern(Node node);
  HostProgram::Tensor describe(mlir::Value value, mlir::StringAttr name,
                               mlir::ArrayAttr symbols);

  HostProgram &program;
  ShapeEnv &env;
  std::map<Node, int64_t> known;
  std::map<std::pair<int64_t, std::string>, int64_t> knownDemands;
};

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOHOST_HOSTFACTS_H
