//===- LowerKernels.h - kernels from tensors to buffers ---------*- C++ -*-===//
//
// The steps that every schedule of a kernel shares: the function's new
// signature (docs/Architecture.md, Kernels), its cost, and the plain loops that
// accept what no better schedule took.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_CONVERSION_OPCTOLOOPS_LOWERKERNELS_H
#define OPC_CONVERSION_OPCTOLOOPS_LOWERKERNELS_H

#include "opc/Conversion/KernelAttributes.h"
#include "opc/Conversion/OpcToLoops/KernelEmitter.h"

namespace opc {

/// A kernel whose function has the form on buffers and an empty body, beside
/// what it computed, on tensors.
struct KernelSignature {
  /// The body on tensors; its ops are read, never moved, and die with this.
  std::unique_ptr<mlir::Region> tensors;
  /// Arguments of `tensors`, and what it returned.
  llvm::SmallVector<mlir::Value> inputs, results;
  /// Arguments of the function, in their order.
  mlir::Value status;
  llvm::SmallVector<mlir::Value> inputBuffers, resultBuffers, symbols;
  mlir::Value begin, end;

  /// The buffer of each input and result, for a KernelEmitter. A value that is
  /// returned twice has its first buffer; an input that is returned, its own.
  llvm::DenseMap<mlir::Value, mlir::Value> buffers() const;
};

/// Gives `kernel` the signature (status, inputs, results, symbols, begin, end).
/// `env` knows the extents of all its values before and after. The new body is
/// one block that ends in func.return. Fails, with an error at the op, where an
/// extent or an element type has no form in buffers; the kernel is then as it
/// was.
llvm::FailureOr<KernelSignature>
rewriteKernelSignature(mlir::func::FuncOp kernel, ShapeEnv &env);

/// Arithmetic operations of one op on tensors.
mlir::AffineExpr flopsOf(mlir::Operation *op, ShapeEnv &env);

/// Arithmetic operations and compulsory traffic in bytes of a whole kernel.
struct KernelCost {
  mlir::AffineExpr flops, bytes;
};
KernelCost kernelCost(const KernelSignature &signature, ShapeEnv &env);

/// Sets opc.units, opc.grain, opc.flops and opc.bytes. `grain` 0: chosen so
/// that a task has some tens of microseconds of work at middling extents.
void setKernelWork(mlir::func::FuncOp kernel, mlir::AffineExpr units,
                   const KernelCost &cost, int64_t grain = 0);

/// Lowers a kernel on tensors to plain loops: one op of any kind, or any number
/// of indexed ops. Fails with an error at the op that has no such lowering.
llvm::LogicalResult lowerKernelToLoops(mlir::func::FuncOp kernel);

} // namespace opc

#endif // OPC_CONVERSION_OPCTOLOOPS_LOWERKERNELS_H
