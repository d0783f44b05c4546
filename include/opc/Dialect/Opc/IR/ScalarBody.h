//===- ScalarBody.h - regions that compute a number -------------*- C++ -*-===//
//
// The body of an op without a name (opc.map, opc.fold): one block of scalar ops
// that ends in opc.element.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_OPC_IR_SCALARBODY_H
#define OPC_DIALECT_OPC_IR_SCALARBODY_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Operation.h"

namespace opc {

/// The type of one element of a tensor in a body: signless, bool is i1.
mlir::Type numberOf(mlir::Type tensor);

/// Fails, with an error at the op, where the body does not take `arguments` to
/// `result`, or holds an op that may trap, has no value for some numbers, or is
/// not one number from numbers.
llvm::LogicalResult verifyBody(mlir::Operation *op,
                               llvm::ArrayRef<mlir::Type> arguments,
                               mlir::Type result);

/// Builds the body's value from `args`: all scalars, or all vectors of equally
/// many lanes.
mlir::Value emitBody(mlir::Region &body, mlir::OpBuilder &b, mlir::Location loc,
                     mlir::ValueRange args);

/// The work of the body in units of one addition.
unsigned costOfBody(mlir::Region &body);

} // namespace opc

#endif // OPC_DIALECT_OPC_IR_SCALARBODY_H
