//===- ScalarExprs.h - the expressions behind element-wise ops --*- C++ -*-===//
//
// Each builds the value of one element from values of the operands, scalars or
// vectors alike. Types are those of the tensors: they tell signedness. Float
// expressions of f16 and bf16 are computed in f32 and rounded once at the end.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_OPC_IR_SCALAREXPRS_H
#define OPC_DIALECT_OPC_IR_SCALAREXPRS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/Types.h"
#include "mlir/IR/Value.h"

namespace opc {

enum class ScalarArith { Add, Sub, Mul, Div, Min, Max, Fmod, Mod };
enum class ScalarPredicate { Equal, Less, LessEqual, Greater, GreaterEqual };

using mlir::Location;
using mlir::OpBuilder;
using mlir::Type;
using mlir::Value;
using mlir::ValueRange;

/// A constant of `like`'s type: a scalar, or a vector with equal lanes.
Value emitConstant(OpBuilder &b, Location loc, Type like, double value);
Value emitConstantInt(OpBuilder &b, Location loc, Type like, int64_t value);

Value emitArith(OpBuilder &b, Location loc, ScalarArith kind, Type tensor,
                ValueRange args);
/// The operation of a reduction: sum, prod, max or min.
ScalarArith arithOf(llvm::StringRef kind);
/// What changes nothing in a reduction of `kind`, as a float or a signless
/// integer `type`; `isUnsigned` tells the sign of integers.
mlir::TypedAttr neutralElement(llvm::StringRef kind, Type type,
                               bool isUnsigned);
Value emitCompare(OpBuilder &b, Location loc, ScalarPredicate predicate,
                  Type tensor, ValueRange args);
Value emitShift(OpBuilder &b, Location loc, bool left, Type tensor,
                ValueRange args);
Value emitPow(OpBuilder &b, Location loc, Type base, Type exponent,
              ValueRange args);
Value emitPrelu(OpBuilder &b, Location loc, Type tensor, ValueRange args);
/// Converts between the element types of two tensor types.
Value emitCast(OpBuilder &b, Location loc, Value x, Type from, Type to,
               bool saturate);

Value emitAbs(OpBuilder &b, Location loc, Type tensor, Value x);
Value emitNeg(OpBuilder &b, Location loc, Type tensor, Value x);
Value emitSign(OpBuilder &b, Location loc, Type tensor, Value x);
Value emitNot(OpBuilder &b, Location loc, Value x);
Value emitRelu(OpBuilder &b, Location loc, Type tensor, Value x);

Value emitReciprocal(OpBuilder &b, Location loc, Value x);
Value emitSigmoid(OpBuilder &b, Location loc, Value x);
Value emitSoftplus(OpBuilder &b, Location loc, Value x);
Value emitSoftsign(OpBuilder &b, Location loc, Value x);
Value emitMish(OpBuilder &b, Location loc, Value x);
Value emitHardSwish(OpBuilder &b, Location loc, Value x);
Value emitLeakyRelu(OpBuilder &b, Location loc, Value x, llvm::APFloat alpha);
Value emitElu(OpBuilder &b, Location loc, Value x, llvm::APFloat alpha);
Value emitCelu(OpBuilder &b, Location loc, Value x, llvm::APFloat alpha);
Value emitSelu(OpBuilder &b, Location loc, Value x, llvm::APFloat alpha,
               llvm::APFloat gamma);
Value emitSwish(OpBuilder &b, Location loc, Value x, llvm::APFloat alpha);
Value emitGelu(OpBuilder &b, Location loc, Value x, bool tanhForm);
Value emitHardSigmoid(OpBuilder &b, Location loc, Value x, llvm::APFloat alpha,
                      llvm::APFloat beta);
Value emitThresholdedRelu(OpBuilder &b, Location loc, Value x,
                          llvm::APFloat alpha);
Value emitIsNan(OpBuilder &b, Location loc, Value x);
Value emitIsInf(OpBuilder &b, Location loc, Value x, bool negative,
                bool positive);

} // namespace opc

#endif // OPC_DIALECT_OPC_IR_SCALAREXPRS_H
