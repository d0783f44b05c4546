//===- ScalarSupport.h - shared by the scalar expressions -------*- C++ -*-===//
#ifndef OPC_LIB_DIALECT_OPC_IR_SCALARSUPPORT_H
#define OPC_LIB_DIALECT_OPC_IR_SCALARSUPPORT_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeUtilities.h"
#include "opc/Dialect/Opc/IR/ScalarExprs.h"

namespace opc {

/// `like`, a scalar or vector type, with another element type.
inline Type withElement(Type like, Type element) {
  if (auto vector = llvm::dyn_cast<mlir::VectorType>(like))
    return vector.clone(element);
  return element;
}

inline bool isHalfFloat(Type type) {
  Type element = mlir::getElementTypeOrSelf(type);
  return llvm::isa<mlir::FloatType>(element) &&
         element.getIntOrFloatBitWidth() < 32;
}

/// Applies `build` to floats of at least 32 bits: f16 and bf16 are widened, and
/// the result is rounded back once.
template <typename Build>
Value inWideFloat(OpBuilder &b, Location loc, ValueRange args, Build build) {
  Type narrow = args[0].getType();
  if (!isHalfFloat(narrow))
    return build(args);
  Type wide = withElement(narrow, b.getF32Type());
  llvm::SmallVector<Value> widened;
  for (Value arg : args)
    widened.push_back(mlir::arith::ExtFOp::create(b, loc, wide, arg));
  Value result = build(ValueRange(widened));
  return mlir::arith::TruncFOp::create(b, loc, narrow, result);
}

/// Short names for the arithmetic of float expressions.
struct FloatBuilder {
  OpBuilder &b;
  Location loc;

  Value c(Value like, double value) {
    return emitConstant(b, loc, like.getType(), value);
  }
  Value add(Value x, Value y) {
    return mlir::arith::AddFOp::create(b, loc, x, y);
  }
  Value sub(Value x, Value y) {
    return mlir::arith::SubFOp::create(b, loc, x, y);
  }
  Value mul(Value x, Value y) {
    return mlir::arith::MulFOp::create(b, loc, x, y);
  }
  Value div(Value x, Value y) {
    return mlir::arith::DivFOp::create(b, loc, x, y);
  }
  Value max(Value x, Value y) {
    return mlir::arith::MaximumFOp::create(b, loc, x, y);
  }
  Value min(Value x, Value y) {
    return mlir::arith::MinimumFOp::create(b, loc, x, y);
  }
  Value neg(Value x) { return mlir::arith::NegFOp::create(b, loc, x); }
  Value abs(Value x) { return mlir::math::AbsFOp::create(b, loc, x); }
  Value exp(Value x) { return mlir::math::ExpOp::create(b, loc, x); }
  Value expm1(Value x) { return mlir::math::ExpM1Op::create(b, loc, x); }
  Value log1p(Value x) { return mlir::math::Log1pOp::create(b, loc, x); }
  Value tanh(Value x) { return mlir::math::TanhOp::create(b, loc, x); }
  Value erf(Value x) { return mlir::math::ErfOp::create(b, loc, x); }
  /// Whether a correction of x is one: x is a number, and much is left of it.
  Value isCorrection(Value change, Value x) {
    return cmp(mlir::arith::CmpFPredicate::OLT, abs(change), abs(x));
  }
  Value cmp(mlir::arith::CmpFPredicate predicate, Value x, Value y) {
    return mlir::arith::CmpFOp::create(b, loc, predicate, x, y);
  }
  Value select(Value condition, Value x, Value y) {
    return mlir::arith::SelectOp::create(b, loc, condition, x, y);
  }
};

} // namespace opc

#endif // OPC_LIB_DIALECT_OPC_IR_SCALARSUPPORT_H
