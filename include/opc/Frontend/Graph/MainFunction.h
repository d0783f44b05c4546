//===- MainFunction.h - @main while a front end writes it -------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_MAINFUNCTION_H
#define OPC_FRONTEND_GRAPH_MAINFUNCTION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "opc/Frontend/Graph/Emitter.h"
#include "llvm/ADT/StringMap.h"

namespace opc::graph {

/// A module with one function, @main: the form that docs/Architecture.md,
/// "Values and extents", describes. Ops are written with an Emitter on `state`,
/// between the inputs and returnOutputs().
class MainFunction {
public:
  /// The context has the dialects opc and func.
  MainFunction(mlir::MLIRContext *context, mlir::Location loc);

  /// The extent that a run chooses and that is called `name`; equal names are
  /// one extent, "" is a new one each time.
  AffineExpr extent(StringRef name);
  /// The next input; the dims are those of its type.
  Value addInput(StringRef name, mlir::RankedTensorType type,
                 ArrayRef<AffineExpr> dims);
  /// Ends the function; names differ.
  void returnOutputs(ArrayRef<std::pair<std::string, Value>> outputs);

  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp function;
  FunctionState state;
  /// Positions of the symbols that have a name.
  llvm::StringMap<unsigned> symbols;

private:
  SmallVector<Attribute> arguments;
};

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_MAINFUNCTION_H
