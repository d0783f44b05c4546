//===- Symbols.h - The symbols in attributes of ops -------------*- C++ -*-===//
#ifndef OPC_LIB_DIALECT_OPC_TRANSFORMS_SYMBOLS_H
#define OPC_LIB_DIALECT_OPC_TRANSFORMS_SYMBOLS_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Attributes.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace opc {

/// Calls `fn` for each symbol in an expression, which may be null, or in a map
/// or an array of maps; other attributes have none.
void forEachSymbol(mlir::AffineExpr expr,
                   llvm::function_ref<void(unsigned symbol)> fn);
void forEachSymbol(mlir::Attribute attribute,
                   llvm::function_ref<void(unsigned symbol)> fn);

/// A map, or an array of maps, with expressions for its symbols; any other
/// attribute as it is.
mlir::Attribute replaceSymbols(mlir::Attribute attribute,
                               llvm::ArrayRef<mlir::AffineExpr> symbols);

} // namespace opc

#endif // OPC_LIB_DIALECT_OPC_TRANSFORMS_SYMBOLS_H
