//===- IndexProgram.h - runs the loops that schedules build -----*- C++ -*-===//
//
// Loops over index values with calls of @visit in them, built by a schedule's
// parts and executed op by op: what is tested is which calls come in which
// order.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_UNITTESTS_TARGETS_CPU_INDEXPROGRAM_H
#define OPC_UNITTESTS_TARGETS_CPU_INDEXPROGRAM_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "opc/Targets/Schedule/LoopBuilder.h"

namespace opc::cpu {

class IndexProgram {
public:
  /// `build` writes the program; `args` are its index arguments.
  IndexProgram(
      unsigned numArgs,
      llvm::function_ref<void(LoopBuilder &, mlir::ValueRange args)> build);

  /// A call of @visit with these values.
  static void visit(LoopBuilder &l, mlir::ValueRange values);
  /// The values of all calls, in order.
  std::vector<std::vector<int64_t>> run(llvm::ArrayRef<int64_t> args);

private:
  void runBlock(mlir::Block &block);
  void runOp(mlir::Operation &op);
  void runFor(mlir::Operation &op);
  void evaluate(mlir::Operation &op);

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::func::FuncOp> function;
  llvm::DenseMap<mlir::Value, int64_t> values;
  std::vector<std::vector<int64_t>> visits;
};

} // namespace opc::cpu

#endif // OPC_UNITTESTS_TARGETS_CPU_INDEXPROGRAM_H
