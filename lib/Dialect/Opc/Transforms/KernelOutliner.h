//===- KernelOutliner.h - Moves a group of ops into a kernel ----*- C++ -*-===//
#ifndef OPC_LIB_DIALECT_OPC_TRANSFORMS_KERNELOUTLINER_H
#define OPC_LIB_DIALECT_OPC_TRANSFORMS_KERNELOUTLINER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/Transforms/FusionRules.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"

namespace opc {

/// Writes kernel functions into a module and launches in their place. Ops that
/// became part of a kernel stay where they are, unused, until eraseOutlined():
/// what is known of their values (ShapeEnv) keeps its keys.
class KernelOutliner {
public:
  KernelOutliner(mlir::ModuleOp module, ShapeEnv &env,
                 const FusionRulesOf &rules);

  /// Replaces `ops`, in program order, by one launch at the builder's place; by
  /// none, and gives null, where nobody uses what they compute.
  LaunchOp outline(llvm::ArrayRef<mlir::Operation *> ops, mlir::OpBuilder &b);
  void eraseOutlined();

private:
  /// What a group reads and what others read of it.
  struct Border {
    llvm::SetVector<mlir::Value> inputs, constants, outputs;
  };
  /// The symbols of @main that a kernel uses; their order is its own numbering.
  struct Symbols {
    llvm::SetVector<unsigned> used;
    llvm::SmallVector<mlir::AffineExpr> numbering(mlir::MLIRContext *) const;
  };

  bool clones(mlir::Value constant, mlir::Operation *user) const;
  Border borderOf(llvm::ArrayRef<mlir::Operation *> ops) const;
  Symbols symbolsOf(llvm::ArrayRef<mlir::Operation *> ops,
                    const Border &border);
  mlir::func::FuncOp build(llvm::ArrayRef<mlir::Operation *> ops,
                           const Border &border, const Symbols &symbols,
                           mlir::Location loc);
  void fill(mlir::func::FuncOp kernel, llvm::ArrayRef<mlir::Operation *> ops,
            const Border &border, const Symbols &symbols);
  /// An equal kernel that exists already, or `kernel` itself. Of those that
  /// differ only in where slices start there are a few; all others are one,
  /// which is told (`starts`).
  mlir::func::FuncOp unique(mlir::func::FuncOp kernel,
                            llvm::SmallVectorImpl<mlir::AffineExpr> &starts);
  mlir::func::FuncOp enter(mlir::func::FuncOp kernel);
  LaunchOp launch(mlir::func::FuncOp kernel, const Border &border,
                  llvm::ArrayRef<mlir::AffineExpr> symbols, mlir::Location loc,
                  mlir::OpBuilder &b);

  mlir::ModuleOp module;
  ShapeEnv &env;
  const FusionRulesOf &rules;
  llvm::StringMap<mlir::func::FuncOp> kernels; ///< by what they compute
  /// How many of `kernels` differ in nothing but where their slices start.
  llvm::StringMap<unsigned> alike;
  unsigned count = 0; ///< the number of the next kernel
  std::vector<mlir::Operation *> outlined;
};

} // namespace opc

#endif // OPC_LIB_DIALECT_OPC_TRANSFORMS_KERNELOUTLINER_H
