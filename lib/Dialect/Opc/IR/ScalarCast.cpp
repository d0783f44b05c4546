//===- ScalarCast.cpp - conversions between element types -----------------===//
#include "ScalarSupport.h"

using namespace mlir;
using namespace opc;

static bool isUnsigned(Type element) {
  return element.isUnsignedInteger() || element.isInteger(1);
}

static Type signless(OpBuilder &b, Type element) {
  if (auto integer = dyn_cast<IntegerType>(element))
    return b.getIntegerType(integer.getWidth());
  return element;
}

static Value floatToFloat(OpBuilder &b, Location loc, Value x, Type to) {
  Type from = getElementTypeOrSelf(x.getType());
  Type target = withElement(x.getType(), to);
  unsigned fromBits = from.getIntOrFloatBitWidth();
  unsigned toBits = to.getIntOrFloatBitWidth();
  if (from == to)
    return x;
  if (fromBits < toBits)
    return arith::ExtFOp::create(b, loc, target, x);
  if (fromBits > toBits)
    return arith::TruncFOp::create(b, loc, target, x);
  // f16 and bf16: through f32, which holds both.
  Value wide = arith::ExtFOp::create(
      b, loc, withElement(x.getType(), b.getF32Type()), x);
  return arith::TruncFOp::create(b, loc, target, wide);
}

/// The least and greatest value of an integer type, as floats of `like`'s type
/// that do not lie outside of it.
static std::pair<Value, Value> floatRange(OpBuilder &b, Location loc, Type like,
                                          IntegerType to) {
  auto element = cast<FloatType>(getElementTypeOrSelf(like));
  auto convert = [&](APInt bound) {
    APFloat value(element.getFloatSemantics());
    value.convertFromAPInt(bound, !isUnsigned(to), APFloat::rmTowardZero);
    return emitConstant(b, loc, like, value.convertToDouble());
  };
  unsigned bits = to.getWidth();
  if (isUnsigned(to))
    return {convert(APInt::getZero(bits)), convert(APInt::getMaxValue(bits))};
  return {convert(APInt::getSignedMinValue(bits)),
          convert(APInt::getSignedMaxValue(bits))};
}

/// `result`, or the greatest value of `to` where `x` is above all floats
/// within: that value may have more digits than a float.
static Value clampedAbove(FloatBuilder &f, Value x, Value greatest,
                          Value result, IntegerType to) {
  unsigned bits = to.getWidth();
  APInt most = isUnsigned(to) ? APInt::getMaxValue(bits)
                              : APInt::getSignedMaxValue(bits);
  auto element = cast<FloatType>(getElementTypeOrSelf(x.getType()));
  if (most.getActiveBits() <=
      APFloat::semanticsPrecision(element.getFloatSemantics()))
    return result;
  Value above = f.cmp(arith::CmpFPredicate::OGT, x, greatest);
  return f.select(
      above, emitConstantInt(f.b, f.loc, result.getType(), most.getSExtValue()),
      result);
}

/// Truncates toward zero. Without `saturate` a value out of range wraps modulo
/// 2^64 where it fits into i64 (what processors do); beyond that, and for NaN,
/// the result is unspecified but fixed: this never is undefined behaviour.
static Value floatToInt(OpBuilder &b, Location loc, Value x, IntegerType to,
                        bool saturate) {
  Value wide = floatToFloat(b, loc, x,
                            isHalfFloat(x.getType())
                                ? Type(b.getF32Type())
                                : getElementTypeOrSelf(x.getType()));
  Type like = wide.getType();
  bool toU64 = to.getWidth() == 64 && isUnsigned(to);
  IntegerType clampTo =
      saturate || toU64 ? to : IntegerType::get(b.getContext(), 64);
  auto [least, greatest] = floatRange(b, loc, like, clampTo);
  FloatBuilder f{b, loc};
  Value isNan = f.cmp(arith::CmpFPredicate::UNO, wide, wide);
  Value number = f.select(isNan, f.c(wide, 0), wide);
  Value clamped = f.min(f.max(number, least), greatest);
  Type carrier = withElement(like, signless(b, clampTo));
  Value result = isUnsigned(clampTo)
                     ? Value(arith::FPToUIOp::create(b, loc, carrier, clamped))
                     : Value(arith::FPToSIOp::create(b, loc, carrier, clamped));
  if (saturate)
    result = clampedAbove(f, wide, greatest, result, to);
  if (clampTo.getWidth() == to.getWidth())
    return result;
  return arith::TruncIOp::create(b, loc, withElement(like, signless(b, to)),
                                 result);
}

static Value intToFloat(OpBuilder &b, Location loc, Value x, Type from,
                        Type to) {
  // Narrow floats round once, from an exact or correctly rounded wide value.
  Type wide = to.getIntOrFloatBitWidth() < 32 ? Type(b.getF32Type()) : to;
  Type target = withElement(x.getType(), wide);
  Value result = isUnsigned(from)
                     ? Value(arith::UIToFPOp::create(b, loc, target, x))
                     : Value(arith::SIToFPOp::create(b, loc, target, x));
  return floatToFloat(b, loc, result, to);
}

/// Clamps an integer to the range of `to` before its width changes.
static Value clampInt(OpBuilder &b, Location loc, Value x, IntegerType from,
                      IntegerType to) {
  Type type = x.getType();
  unsigned bits = from.getWidth(), toBits = to.getWidth();
  auto constant = [&](APInt value) {
    return emitConstantInt(b, loc, type, value.getSExtValue());
  };
  APInt most = isUnsigned(to) ? APInt::getMaxValue(toBits)
                              : APInt::getSignedMaxValue(toBits);
  bool upper = most.getActiveBits() < bits - (isUnsigned(from) ? 0 : 1);
  if (upper && isUnsigned(from))
    x = arith::MinUIOp::create(b, loc, x, constant(most.zext(bits)));
  else if (upper)
    x = arith::MinSIOp::create(b, loc, x, constant(most.zext(bits)));
  if (isUnsigned(from))
    return x;
  if (isUnsigned(to))
    return arith::MaxSIOp::create(b, loc, x, constant(APInt::getZero(bits)));
  if (toBits < bits)
    return arith::MaxSIOp::create(
        b, loc, x, constant(APInt::getSignedMinValue(toBits).sext(bits)));
  return x;
}

static Value intToInt(OpBuilder &b, Location loc, Value x, IntegerType from,
                      IntegerType to, bool saturate) {
  if (saturate)
    x = clampInt(b, loc, x, from, to);
  Type target = withElement(x.getType(), signless(b, to));
  if (to.getWidth() == from.getWidth())
    return x;
  if (to.getWidth() < from.getWidth())
    return arith::TruncIOp::create(b, loc, target, x);
  return isUnsigned(from) ? Value(arith::ExtUIOp::create(b, loc, target, x))
                          : Value(arith::ExtSIOp::create(b, loc, target, x));
}

static Value toBool(OpBuilder &b, Location loc, Value x) {
  if (isa<FloatType>(getElementTypeOrSelf(x.getType())))
    return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNE, x,
                                 emitConstant(b, loc, x.getType(), 0));
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, x,
                               emitConstantInt(b, loc, x.getType(), 0));
}

Value opc::emitCast(OpBuilder &b, Location loc, Value x, Type fromTensor,
                    Type toTensor, bool saturate) {
  Type from = getElementTypeOrSelf(fromTensor);
  Type to = getElementTypeOrSelf(toTensor);
  auto fromInt = dyn_cast<IntegerType>(from), toInt = dyn_cast<IntegerType>(to);
  if (from == to)
    return x;
  if (to.isInteger(1))
    return toBool(b, loc, x);
  if (fromInt && toInt)
    return intToInt(b, loc, x, fromInt, toInt, saturate);
  if (fromInt)
    return intToFloat(b, loc, x, from, to);
  if (toInt)
    return floatToInt(b, loc, x, toInt, saturate);
  return floatToFloat(b, loc, x, to);
}
