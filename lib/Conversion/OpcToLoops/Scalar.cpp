//===- Scalar.cpp - scalar expressions written as formulas ----------------===//
//
// Picks the arith operation for a Scalar's type; see Scalar.h.
//
//===----------------------------------------------------------------------===//
#include "Scalar.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace opc {

Scalar Scalar::like(double value) const {
  if (type().isIndex())
    return {*e, e->constant(int64_t(value))};
  if (isFloat()) {
    APFloat rounded(value);
    bool lossy = false;
    rounded.convert(cast<FloatType>(type()).getFloatSemantics(),
                    APFloat::rmNearestTiesToEven, &lossy);
    return {*e, arith::ConstantOp::create(e->b, e->loc,
                                          e->b.getFloatAttr(type(), rounded))};
  }
  return {*e, arith::ConstantOp::create(
                  e->b, e->loc, e->b.getIntegerAttr(type(), int64_t(value)))};
}

Scalar Scalar::to(Type target) const {
  OpBuilder &b = e->b;
  Location loc = e->loc;
  if (type() == target)
    return *this;
  if (type().isIndex() || target.isIndex()) {
    Type word = b.getI64Type();
    if (isFloat() || isa<FloatType>(target))
      return to(word).to(target);
    return {*e, arith::IndexCastOp::create(b, loc, target, v)};
  }
  unsigned from = type().getIntOrFloatBitWidth();
  unsigned width = target.getIntOrFloatBitWidth();
  if (isFloat() && isa<FloatType>(target)) {
    if (from == width) // f16 and bf16
      return to(b.getF32Type()).to(target);
    return {*e, from < width
                    ? Value(arith::ExtFOp::create(b, loc, target, v))
                    : Value(arith::TruncFOp::create(b, loc, target, v))};
  }
  if (isFloat())
    return {*e, arith::FPToSIOp::create(b, loc, target, v)};
  if (isa<FloatType>(target))
    return {*e, arith::SIToFPOp::create(b, loc, target, v)};
  return {*e, from < width ? Value(arith::ExtSIOp::create(b, loc, target, v))
                           : Value(arith::TruncIOp::create(b, loc, target, v))};
}

Scalar Scalar::toIndex() const { return to(e->b.getIndexType()); }

namespace {
template <typename FloatOp, typename IntOp> Scalar apply(Scalar x, Scalar y) {
  KernelEmitter &e = x.emitter();
  if (x.isFloat())
    return {e, FloatOp::create(e.b, e.loc, x, y)};
  return {e, IntOp::create(e.b, e.loc, x, y)};
}

Scalar compare(Scalar x, Scalar y, arith::CmpFPredicate floats,
               arith::CmpIPredicate integers) {
  KernelEmitter &e = x.emitter();
  if (x.isFloat())
    return {e, arith::CmpFOp::create(e.b, e.loc, floats, x, y)};
  return {e, e.compare(integers, x, y)};
}
} // namespace

Scalar operator+(Scalar x, Scalar y) {
  if (x.type().isIndex())
    return {x.emitter(), x.emitter().add(x, y)};
  return apply<arith::AddFOp, arith::AddIOp>(x, y);
}
Scalar operator-(Scalar x, Scalar y) {
  if (x.type().isIndex())
    return {x.emitter(), x.emitter().sub(x, y)};
  return apply<arith::SubFOp, arith::SubIOp>(x, y);
}
Scalar operator*(Scalar x, Scalar y) {
  if (x.type().isIndex())
    return {x.emitter(), x.emitter().mul(x, y)};
  return apply<arith::MulFOp, arith::MulIOp>(x, y);
}
Scalar operator/(Scalar x, Scalar y) {
  return apply<arith::DivFOp, arith::DivSIOp>(x, y);
}
Scalar operator<(Scalar x, Scalar y) {
  return compare(x, y, arith::CmpFPredicate::OLT, arith::CmpIPredicate::slt);
}
Scalar operator<=(Scalar x, Scalar y) {
  return compare(x, y, arith::CmpFPredicate::OLE, arith::CmpIPredicate::sle);
}
Scalar operator>(Scalar x, Scalar y) { return y < x; }
Scalar operator>=(Scalar x, Scalar y) { return y <= x; }
Scalar operator==(Scalar x, Scalar y) {
  return compare(x, y, arith::CmpFPredicate::OEQ, arith::CmpIPredicate::eq);
}
Scalar operator&(Scalar x, Scalar y) {
  return {x.emitter(), x.emitter().both(x, y)};
}
Scalar operator|(Scalar x, Scalar y) {
  KernelEmitter &e = x.emitter();
  return {e, arith::OrIOp::create(e.b, e.loc, x, y)};
}
Scalar operator!(Scalar x) {
  KernelEmitter &e = x.emitter();
  return {e, arith::XOrIOp::create(e.b, e.loc, x, e.boolean(true))};
}

Scalar select(Scalar condition, Scalar x, Scalar y) {
  KernelEmitter &e = x.emitter();
  if (auto known = KernelEmitter::constantValue(condition))
    return *known ? x : y;
  return {e, arith::SelectOp::create(e.b, e.loc, condition, x, y)};
}
Scalar minimum(Scalar x, Scalar y) {
  if (x.type().isIndex())
    return {x.emitter(), x.emitter().min(x, y)};
  return apply<arith::MinimumFOp, arith::MinSIOp>(x, y);
}
Scalar maximum(Scalar x, Scalar y) {
  if (x.type().isIndex())
    return {x.emitter(), x.emitter().max(x, y)};
  return apply<arith::MaximumFOp, arith::MaxSIOp>(x, y);
}
Scalar clamp(Scalar x, Scalar low, Scalar high) {
  return minimum(maximum(x, low), high);
}
Scalar floorOf(Scalar x) {
  KernelEmitter &e = x.emitter();
  return {e, math::FloorOp::create(e.b, e.loc, x)};
}
Scalar ceilOf(Scalar x) {
  KernelEmitter &e = x.emitter();
  return {e, math::CeilOp::create(e.b, e.loc, x)};
}
Scalar absOf(Scalar x) {
  KernelEmitter &e = x.emitter();
  return {e, math::AbsFOp::create(e.b, e.loc, x)};
}

Type accumulatorType(Type element) {
  if (isa<FloatType>(element) && element.getIntOrFloatBitWidth() < 32)
    return Float32Type::get(element.getContext());
  return computeType(element);
}

Type arithmeticType(Type element) {
  return isa<FloatType>(element) ? accumulatorType(element) : element;
}

Value emitZero(Type type, KernelEmitter &e) {
  return arith::ConstantOp::create(e.b, e.loc, e.b.getZeroAttr(type));
}

static APInt extremeInteger(bool greatest, Type type) {
  unsigned width = type.getIntOrFloatBitWidth();
  if (type.isUnsignedInteger() || type.isInteger(1))
    return greatest ? APInt::getMaxValue(width) : APInt::getMinValue(width);
  return greatest ? APInt::getSignedMaxValue(width)
                  : APInt::getSignedMinValue(width);
}

Value extremeValue(bool greatest, Type element, KernelEmitter &e) {
  Type type = arithmeticType(element);
  TypedAttr attr;
  if (auto floatType = dyn_cast<FloatType>(type))
    attr = e.b.getFloatAttr(type, APFloat::getInf(floatType.getFloatSemantics(),
                                                  /*Negative=*/!greatest));
  else
    attr =
        e.b.getIntegerAttr(computeType(type), extremeInteger(greatest, type));
  return arith::ConstantOp::create(e.b, e.loc, attr);
}

Scalar widen(Scalar element, Type from, Type target) {
  KernelEmitter &e = element.emitter();
  bool unsignedFrom = from.isUnsignedInteger() || from.isInteger(1);
  if (!unsignedFrom || element.type() == target)
    return element.to(target);
  if (isa<FloatType>(target))
    return {e, arith::UIToFPOp::create(e.b, e.loc, target, element)};
  return {e, arith::ExtUIOp::create(e.b, e.loc, target, element)};
}

Scalar narrow(Scalar value, Type target) {
  return value.to(computeType(target));
}

} // namespace opc
