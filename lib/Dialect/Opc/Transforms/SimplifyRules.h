//===- SimplifyRules.h - the rules of opc-simplify --------------*- C++ -*-===//
#ifndef OPC_LIB_DIALECT_OPC_TRANSFORMS_SIMPLIFYRULES_H
#define OPC_LIB_DIALECT_OPC_TRANSFORMS_SIMPLIFYRULES_H

#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "llvm/ADT/StringMap.h"

namespace opc {

/// Looks at one op and returns a value that equals its only result, bit for bit
/// unless the rule's comment says otherwise, or null. New ops go before it.
using SimplifyRule = mlir::Value (*)(mlir::Operation *op, mlir::OpBuilder &b,
                                     ShapeEnv &env);

/// Rules by op name; the first that answers wins.
using SimplifyTable = llvm::StringMap<llvm::SmallVector<SimplifyRule, 2>>;

void addMovementRules(SimplifyTable &table);
void addArithRules(SimplifyTable &table);
void addNormalizeRules(SimplifyTable &table);
void addCancellationRules(SimplifyTable &table);

/// Whether two values have provably equal extents and the same type.
inline bool sameShape(mlir::Value a, mlir::Value b, ShapeEnv &env) {
  return a.getType() == b.getType() && env.dims(a) == env.dims(b) &&
         !llvm::is_contained(env.dims(a), mlir::AffineExpr());
}

/// The value of a constant of which all elements are equal, as a double.
std::optional<double> splatOf(mlir::Value value);

} // namespace opc

#endif // OPC_LIB_DIALECT_OPC_TRANSFORMS_SIMPLIFYRULES_H
