//===- KernelForm.h - what a kernel computes --------------------*- C++ -*-===//
//
// A kernel on tensors before any target looks at it: what every schedule asks
// before it takes one. It reads the function and changes nothing but
// attributes.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_KERNEL_KERNELFORM_H
#define OPC_KERNEL_KERNELFORM_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Dialect/Opc/IR/ShapeEnv.h"

namespace opc {

class KernelForm {
public:
  explicit KernelForm(mlir::func::FuncOp function)
      : function(function), env(function.getContext()) {}

  mlir::MLIRContext *context() { return function.getContext(); }
  /// The ops in the order in which they compute, constants among them.
  auto ops() { return function.front().without_terminator(); }
  /// The values that the kernel returns.
  mlir::ValueRange results() {
    return function.front().getTerminator()->getOperands();
  }
  /// Whether the kernel is one op.
  bool isSingle() { return llvm::hasSingleElement(ops()); }

  /// The only op whose elements are not expressions over elements of its
  /// operands (a product, a window, a reduction); null if there is none or more
  /// than one.
  mlir::Operation *root();
  template <typename Op> Op root() {
    return mlir::dyn_cast_or_null<Op>(root());
  }
  /// The only op that `isRoot` accepts, if it reads the kernel's inputs, all
  /// else is element-wise, and every result follows it; null if not.
  mlir::Operation *soleRoot(llvm::function_ref<bool(mlir::Operation *)> isRoot);
  template <typename Op> Op soleRoot() {
    return mlir::cast_or_null<Op>(
        soleRoot([](mlir::Operation *op) { return mlir::isa<Op>(op); }));
  }
  /// Whether every returned value is computed from `value` (or not at all) by
  /// element-wise ops of its extents, so that it can follow in registers; other
  /// operands may broadcast.
  bool allFollow(mlir::Value value);

  /// Whether an element-wise op has an operand whose innermost extent may turn
  /// out to be 1 at run time where the result's is not.
  /// opc-resolve-broadcasts leaves none where it ran.
  bool broadcastsAtRunTime();
  /// Whether an extent is known to be 0, as of what is reduced.
  bool hasEmptyTensor();

  /// Allows each output to take the buffer of an input of the same extents and
  /// storage size that is read only where the output is written (opc.inplace).
  void allowInPlace();

  mlir::func::FuncOp function;
  ShapeEnv env;
};

} // namespace opc

#endif // OPC_KERNEL_KERNELFORM_H
