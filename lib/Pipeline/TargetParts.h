//===- TargetParts.h - Ops of other targets, apart from the rest -*- C++
//-*-===//
#ifndef OPC_LIB_PIPELINE_TARGETPARTS_H
#define OPC_LIB_PIPELINE_TARGETPARTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"
#include <vector>

namespace opc {

/// The ops of a module that name another target than it does: neighbours are a
/// function each, all of one target a module, and a launch is in their place.
/// The constants that they read go with them.
class TargetParts {
public:
  /// Takes them out of `module`.
  explicit TargetParts(mlir::ModuleOp module);

  /// Those of one target, as a module that names it and lies in the one that
  /// they came from while `body` looks at it.
  llvm::LogicalResult
  forEach(llvm::function_ref<llvm::LogicalResult(mlir::ModuleOp)> body);
  /// Puts what became of them where their launches are. Each op, but for
  /// constants, names its target.
  void putBack();

private:
  /// Neighbours of one target, in program order.
  using Run = llvm::SmallVector<mlir::Operation *>;

  void takeFrom(mlir::Block &block);
  void take(llvm::ArrayRef<mlir::Operation *> run);
  mlir::ModuleOp moduleOf(mlir::StringAttr target);
  void putBack(LaunchOp launch, mlir::func::FuncOp part);

  mlir::ModuleOp around;
  ShapeEnv env;
  llvm::MapVector<mlir::StringAttr, mlir::OwningOpRef<mlir::ModuleOp>> modules;
  llvm::StringMap<mlir::func::FuncOp> parts; ///< by the name that is launched
};

} // namespace opc

#endif // OPC_LIB_PIPELINE_TARGETPARTS_H
