//===- ScalarPow.cpp - powers ---------------------------------------------===//
//
// ONNX: x^exponent in the type of x. Of integers it is the exact power, modulo
// 2^bits; of floats that of the exponent as it is given, in whatever type.
// Small whole and half exponents that are constants are products and roots.
//
//===----------------------------------------------------------------------===//
#include "ScalarSupport.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include <cmath>

using namespace mlir;
using namespace opc;

static bool isFloat(Type tensor) {
  return isa<FloatType>(getElementTypeOrSelf(tensor));
}
static bool isUnsigned(Type tensor) {
  return getElementTypeOrSelf(tensor).isUnsignedInteger();
}
static unsigned bitsOf(Type type) {
  return getElementTypeOrSelf(type).getIntOrFloatBitWidth();
}

/// The one value of all lanes, where it is a constant.
static Attribute constantOf(Value x) {
  if (auto lanes = x.getDefiningOp<vector::BroadcastOp>())
    x = lanes.getSource();
  Attribute value;
  if (!matchPattern(x, m_Constant(&value)))
    return {};
  if (auto dense = dyn_cast<DenseElementsAttr>(value))
    return dense.isSplat() ? dense.getSplatValue<Attribute>() : Attribute();
  return value;
}

/// x^count, count >= 1, by squaring.
static Value repeated(Value x, const APInt &count,
                      function_ref<Value(Value, Value)> multiply) {
  Value result;
  for (unsigned bit = 0; bit < count.getActiveBits(); ++bit) {
    if (bit > 0)
      x = multiply(x, x);
    if (count[bit])
      result = result ? multiply(result, x) : x;
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

namespace {
/// Arithmetic on integers of one type, for one element or for lanes.
struct IntBuilder {
  OpBuilder &b;
  Location loc;
  Type type;

  Value c(int64_t value) { return emitConstantInt(b, loc, type, value); }
  Value mul(Value x, Value y) { return arith::MulIOp::create(b, loc, x, y); }
  Value band(Value x, Value y) { return arith::AndIOp::create(b, loc, x, y); }
  Value equal(Value x, Value y) {
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, x, y);
  }
  Value select(Value condition, Value x, Value y) {
    return arith::SelectOp::create(b, loc, condition, x, y);
  }
};
} // namespace

/// Whether any lane is not 0.
static Value anyBit(OpBuilder &b, Location loc, Value x) {
  Value zero = emitConstantInt(b, loc, x.getType(), 0);
  Value some = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, x, zero);
  if (!isa<VectorType>(x.getType()))
    return some;
  return vector::ReductionOp::create(b, loc, vector::CombiningKind::OR, some);
}

/// x^count for a count that the program computes, taken as unsigned.
static Value powerLoop(OpBuilder &b, Location loc, Value x, Value count) {
  Value one = emitConstantInt(b, loc, x.getType(), 1);
  SmallVector<Value> initial{one, x, count};
  SmallVector<Type> types{x.getType(), x.getType(), count.getType()};
  auto loop = scf::WhileOp::create(
      b, loc, types, initial,
      [](OpBuilder &b, Location loc, ValueRange state) {
        scf::ConditionOp::create(b, loc, anyBit(b, loc, state[2]), state);
      },
      [](OpBuilder &b, Location loc, ValueRange state) {
        IntBuilder base{b, loc, state[1].getType()};
        IntBuilder bits{b, loc, state[2].getType()};
        Value even = bits.equal(bits.band(state[2], bits.c(1)), bits.c(0));
        Value product = base.mul(state[0], state[1]);
        Value rest = arith::ShRUIOp::create(b, loc, state[2], bits.c(1));
        scf::YieldOp::create(b, loc,
                             ValueRange{base.select(even, state[0], product),
                                        base.mul(state[1], state[1]), rest});
      });
  return loop.getResult(0);
}

/// x^count where `count`, an integer, is not less than 0.
static Value naturalPower(OpBuilder &b, Location loc, Value x, Value count) {
  auto known = dyn_cast_or_null<IntegerAttr>(constantOf(count));
  if (!known)
    return powerLoop(b, loc, x, count);
  if (known.getValue().isZero())
    return emitConstantInt(b, loc, x.getType(), 1);
  return repeated(x, known.getValue(), [&](Value a, Value c) -> Value {
    return arith::MulIOp::create(b, loc, a, c);
  });
}

/// 1 / x^n, rounded toward zero: 0 for all but 1 and -1, also for 0, as
/// division by zero gives 0.
static Value integerPower(OpBuilder &b, Location loc, Type base, Type exponent,
                          Value x, Value y) {
  auto known = dyn_cast_or_null<IntegerAttr>(constantOf(y));
  if (isUnsigned(exponent) || (known && !known.getValue().isNegative()))
    return naturalPower(b, loc, x, y);
  IntBuilder f{b, loc, x.getType()}, g{b, loc, y.getType()};
  Value negative =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, y, g.c(0));
  Value unit = f.equal(x, f.c(1));
  if (!isUnsigned(base))
    unit = arith::OrIOp::create(b, loc, unit, f.equal(x, f.c(-1)));
  // A unit's power depends on whether the exponent is odd, and on nothing else.
  Value count = g.select(negative, g.band(y, g.c(1)), y);
  Value power = known ? f.select(g.equal(count, g.c(0)), f.c(1), x)
                      : naturalPower(b, loc, x, count);
  Value fraction = f.select(unit, power, f.c(0));
  return f.select(negative, fraction, power);
}

/// Whole exponents give exact powers; of others that of doubles, truncated.
static Value integerToFloatPower(OpBuilder &b, Location loc, Type base,
                                 Type exponent, Value x, Value y) {
  Type wide = withElement(y.getType(), b.getF64Type());
  Type word = withElement(y.getType(), b.getI64Type());
  auto known = dyn_cast_or_null<FloatAttr>(constantOf(y));
  double value = known ? known.getValueAsDouble() : 0.5;
  if (value == std::floor(value) && std::abs(value) < 0x1p63) {
    Value count = emitConstantInt(b, loc, word, int64_t(value));
    return integerPower(b, loc, base, b.getI64Type(), x, count);
  }
  Value real = emitCast(b, loc, y, exponent, wide, false);
  Value power = math::PowFOp::create(
      b, loc, emitCast(b, loc, x, base, wide, false), real);
  Value other = emitCast(b, loc, power, wide, base, false);
  if (known)
    return other;
  FloatBuilder f{b, loc};
  Value whole = f.cmp(arith::CmpFPredicate::OEQ, real,
                      math::FloorOp::create(b, loc, real));
  Value near = f.cmp(arith::CmpFPredicate::OLT, f.abs(real), f.c(real, 0x1p63));
  Value exact = arith::AndIOp::create(b, loc, whole, near);
  Value count = emitCast(b, loc, real, wide, word, true);
  Value powerOfWhole = integerPower(b, loc, base, b.getI64Type(), x, count);
  return f.select(exact, powerOfWhole, other);
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

/// Exponents up to this give products: an error of at most 4 ulp.
static constexpr double mostFactors = 4;

static bool isProduct(double exponent) {
  return std::abs(exponent) <= mostFactors &&
         2 * exponent == std::floor(2 * exponent);
}

/// x^exponent for whole and half exponents of at least 1.
static Value positivePower(FloatBuilder &f, Value x, double exponent) {
  double whole = std::floor(exponent);
  Value power = repeated(x, APInt(32, uint64_t(whole)),
                         [&](Value a, Value b) { return f.mul(a, b); });
  if (whole == exponent)
    return power;
  return f.mul(power, math::SqrtOp::create(f.b, f.loc, x));
}

/// x^-exponent, likewise. The reciprocal first: a power may overflow where its
/// reciprocal is a number.
static Value inversePower(FloatBuilder &f, Value x, double exponent) {
  Value one = f.c(x, 1), inverse = f.div(one, x);
  Value power = positivePower(f, inverse, exponent);
  if (exponent == 1)
    return power;
  // What the reciprocal lacks counts as often as it is a factor.
  Value lacks = math::FmaOp::create(f.b, f.loc, f.neg(x), inverse, one);
  Value change = f.mul(power, f.mul(lacks, f.c(x, exponent)));
  return f.select(f.isCorrection(change, power), f.add(power, change), power);
}

/// x^exponent where isProduct(exponent), with the zeros, infinities and NaN of
/// C's pow.
static Value productPower(FloatBuilder &f, Value x, double exponent) {
  if (exponent == 0)
    return f.c(x, 1);
  double magnitude = std::abs(exponent);
  bool isHalf = std::floor(magnitude) != magnitude;
  // Halves know no -0.
  Value base = isHalf ? f.add(x, f.c(x, 0)) : x, power;
  if (magnitude >= 1)
    power = (exponent < 0 ? inversePower : positivePower)(f, base, magnitude);
  else
    power = math::SqrtOp::create(f.b, f.loc, base);
  if (exponent == -0.5)
    power = f.div(f.c(x, 1), power);
  if (!isHalf)
    return power;
  double infinity = std::numeric_limits<double>::infinity();
  Value least = f.cmp(arith::CmpFPredicate::OEQ, x, f.c(x, -infinity));
  return f.select(least, f.c(x, exponent < 0 ? 0 : infinity), power);
}

/// |x|^y with x's sign where y, an integer, is odd: in f64, which holds more
/// integers.
static Value floatToIntPower(OpBuilder &b, Location loc, Type exponent, Value x,
                             Value y) {
  Type wide = withElement(x.getType(), b.getF64Type());
  Value base = emitCast(b, loc, x, x.getType(), wide, false);
  FloatBuilder f{b, loc};
  Value power = math::PowFOp::create(
      b, loc, f.abs(base), emitCast(b, loc, y, exponent, wide, false));
  IntBuilder g{b, loc, y.getType()};
  Value even = g.equal(g.band(y, g.c(1)), g.c(0));
  Value result =
      f.select(even, power, math::CopySignOp::create(b, loc, power, base));
  return emitCast(b, loc, result, wide, x.getType(), false);
}

/// The exponent as a double, where it is a constant.
static std::optional<double> knownExponent(Type exponent, Value y) {
  Attribute known = constantOf(y);
  if (auto real = dyn_cast_or_null<FloatAttr>(known))
    return real.getValueAsDouble();
  auto whole = dyn_cast_or_null<IntegerAttr>(known);
  if (!whole)
    return std::nullopt;
  return isUnsigned(exponent) ? double(whole.getValue().getZExtValue())
                              : double(whole.getValue().getSExtValue());
}

static Value floatPower(OpBuilder &b, Location loc, Type base, Type exponent,
                        Value x, Value y) {
  std::optional<double> known = knownExponent(exponent, y);
  if (known && isProduct(*known))
    return inWideFloat(b, loc, x, [&](ValueRange wide) {
      FloatBuilder f{b, loc};
      return productPower(f, wide[0], *known);
    });
  // What f32 may not hold.
  constexpr unsigned exactBits = 16;
  if (!isFloat(exponent) && bitsOf(exponent) > exactBits)
    return floatToIntPower(b, loc, exponent, x, y);
  bool isDouble =
      bitsOf(base) == 64 || (isFloat(exponent) && bitsOf(y.getType()) == 64);
  Type wide = withElement(x.getType(),
                          isDouble ? Type(b.getF64Type()) : b.getF32Type());
  Value power =
      math::PowFOp::create(b, loc, emitCast(b, loc, x, base, wide, false),
                           emitCast(b, loc, y, exponent, wide, false));
  return emitCast(b, loc, power, wide, base, false);
}

Value opc::emitPow(OpBuilder &b, Location loc, Type base, Type exponent,
                   ValueRange args) {
  if (isFloat(base))
    return floatPower(b, loc, base, exponent, args[0], args[1]);
  if (isFloat(exponent))
    return integerToFloatPower(b, loc, base, exponent, args[0], args[1]);
  return integerPower(b, loc, base, exponent, args[0], args[1]);
}
