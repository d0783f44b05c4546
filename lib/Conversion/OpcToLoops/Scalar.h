//===- Scalar.h - scalar expressions written as formulas --------*- C++ -*-===//
//
// Lowerings of windows, resampling and recurrence are formulas. A Scalar is a
// value with the operators of its type, so that they read like the definition:
// index (wrapping, signed), integers (signed) and floats. A C++ number stands
// for a constant of the other operand's type.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_CONVERSION_OPCTOLOOPS_SCALAR_H
#define OPC_LIB_CONVERSION_OPCTOLOOPS_SCALAR_H

#include "opc/Conversion/OpcToLoops/KernelEmitter.h"

namespace opc {

class Scalar {
public:
  Scalar(KernelEmitter &e, mlir::Value value) : e(&e), v(value) {}
  operator mlir::Value() const { return v; }
  mlir::Type type() const { return v.getType(); }
  bool isFloat() const { return mlir::isa<mlir::FloatType>(type()); }
  KernelEmitter &emitter() const { return *e; }
  /// A constant of this type.
  Scalar like(double value) const;

  /// Conversions; float to integer truncates toward zero.
  Scalar to(mlir::Type type) const;
  Scalar toIndex() const;

private:
  KernelEmitter *e;
  mlir::Value v;
};

template <typename T>
concept Number = std::is_arithmetic_v<T>;

Scalar operator+(Scalar x, Scalar y);
Scalar operator-(Scalar x, Scalar y);
Scalar operator*(Scalar x, Scalar y);
Scalar operator/(Scalar x, Scalar y);
Scalar operator<(Scalar x, Scalar y);
Scalar operator<=(Scalar x, Scalar y);
Scalar operator>(Scalar x, Scalar y);
Scalar operator>=(Scalar x, Scalar y);
Scalar operator==(Scalar x, Scalar y);
Scalar operator&(Scalar x, Scalar y); ///< of i1
Scalar operator|(Scalar x, Scalar y); ///< of i1
Scalar operator!(Scalar x);           ///< of i1

#define OPC_SCALAR_WITH_NUMBER(OP)                                             \
  template <Number T> Scalar operator OP(Scalar x, T y) {                      \
    return x OP x.like(double(y));                                             \
  }                                                                            \
  template <Number T> Scalar operator OP(T x, Scalar y) {                      \
    return y.like(double(x)) OP y;                                             \
  }
OPC_SCALAR_WITH_NUMBER(+)
OPC_SCALAR_WITH_NUMBER(-)
OPC_SCALAR_WITH_NUMBER(*)
OPC_SCALAR_WITH_NUMBER(/)
OPC_SCALAR_WITH_NUMBER(<)
OPC_SCALAR_WITH_NUMBER(<=)
OPC_SCALAR_WITH_NUMBER(>)
OPC_SCALAR_WITH_NUMBER(>=)
OPC_SCALAR_WITH_NUMBER(==)
#undef OPC_SCALAR_WITH_NUMBER

Scalar select(Scalar condition, Scalar x, Scalar y);
/// NaN if either is NaN.
Scalar minimum(Scalar x, Scalar y);
Scalar maximum(Scalar x, Scalar y);
Scalar clamp(Scalar x, Scalar low, Scalar high);
Scalar floorOf(Scalar x);
Scalar ceilOf(Scalar x);
Scalar absOf(Scalar x);

/// The type in which sums of `element` accumulate: f32 for f16 and bf16.
mlir::Type accumulatorType(mlir::Type element);
/// The same, with the sign of integers, as emitArith() wants it.
mlir::Type arithmeticType(mlir::Type element);
/// The least or greatest value of an element type, in its arithmetic type.
mlir::Value extremeValue(bool greatest, mlir::Type element, KernelEmitter &e);
mlir::Value emitZero(mlir::Type type, KernelEmitter &e);
/// An element as a value of `target`: wider floats, or integers by `from`'s
/// sign.
Scalar widen(Scalar element, mlir::Type from, mlir::Type target);
/// A value rounded to the element type `target`.
Scalar narrow(Scalar value, mlir::Type target);

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOLOOPS_SCALAR_H
