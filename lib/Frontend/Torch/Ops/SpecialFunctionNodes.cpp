//===- SpecialFunctionNodes.cpp - the gamma function, signs, angles -------===//
//
// Series are computed in f64, which has digits to lose, and rounded: f64 itself
// is refused.
//
//===----------------------------------------------------------------------===//
#include "PromotedOperands.h"
#include <cmath>
#include <limits>

using namespace mlir;

namespace opc::torch {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// What `body` makes, in f64, of a real of fewer bits.
template <typename Body> void mapInDouble(Node &n, Body body) {
  Value x = n.tensor("self");
  Type element = promotedToReal(n, {Operand::tensor(x)});
  if (!n.failed() && element.isF64())
    return n.refuse("f64 is not supported", "f32");
  x = n.cast(n.cast(x, element), n.state.builder.getF64Type());
  if (!n.failed())
    n.out(n.cast(body(x), element));
}

/// c0 + c1 x + c2 x^2 + ...
Value polynomial(Node &n, Value x, ArrayRef<double> coefficients) {
  Value y = n.like(x, coefficients.back());
  for (double each : llvm::reverse(coefficients.drop_back()))
    y = n.add(n.mul(y, x), n.like(x, each));
  return y;
}
Value reciprocal(Node &n, Value x) { return n.div(n.like(x, 1), x); }

/// Asymptotic series of the gamma function begin to hold here: DLMF 5.11.
constexpr int64_t kShift = 8;
Value shifted(Node &n, Value x, int64_t by) {
  return n.add(x, n.like(x, static_cast<double>(by)));
}

/// log(gamma(x)) for x > 0: DLMF 5.11.1.
Value logGammaAbove(Node &n, Value x) {
  Value product = x;
  for (int64_t k = 1; k < kShift; ++k)
    product = n.mul(product, shifted(n, x, k));
  Value z = shifted(n, x, kShift), inverse = reciprocal(n, z);
  constexpr double series[] = {1.0 / 12,    -1.0 / 360, 1.0 / 1260,
                               -1.0 / 1680, 1.0 / 1188, -691.0 / 360360};
  Value rest = n.mul(inverse, polynomial(n, n.mul(inverse, inverse), series));
  Value half = n.like(z, 0.5);
  Value main = n.sub(n.mul(n.sub(z, half), n.unary<LogOp>(z)), z);
  Value y = n.add(n.add(main, n.like(z, 0.5 * std::log(2 * M_PI))), rest);
  // The product of large numbers is infinite: they need no shift.
  Value isLarge = n.compare<GreaterOp>(x, n.like(x, 1e6));
  Value alone = n.sub(n.mul(n.sub(x, half), n.unary<LogOp>(x)), x);
  alone = n.add(alone, n.like(x, 0.5 * std::log(2 * M_PI)));
  return n.select(isLarge, alone, n.sub(y, n.unary<LogOp>(product)));
}
/// pi times how far x < 0 is below the next whole number, with all digits of a
/// small x.
Value halfTurns(Node &n, Value x) {
  return n.mul(n.sub(n.unary<CeilOp>(x), x), n.like(x, M_PI));
}
void buildLgamma(Node &n) {
  mapInDouble(n, [&](Value x) {
    Value one = n.like(x, 1), low = isNegative(n, x);
    Value y = logGammaAbove(n, n.select(low, n.sub(one, x), x));
    Value sine = n.unary<SinOp>(halfTurns(n, x));
    Value mirrored = n.sub(n.unary<LogOp>(n.div(n.like(x, M_PI), sine)), y);
    Value isWhole = n.compare<EqualOp>(n.unary<FloorOp>(x), x);
    mirrored = n.select(isWhole, n.like(x, kInfinity), mirrored);
    return n.select(n.isInfinite(x), n.like(x, kInfinity),
                    n.select(low, mirrored, y));
  });
}

/// The derivative of log(gamma(x)) for x > 0: DLMF 5.11.2.
Value digammaAbove(Node &n, Value x) {
  Value sum = reciprocal(n, x);
  for (int64_t k = 1; k < kShift; ++k)
    sum = n.add(sum, reciprocal(n, shifted(n, x, k)));
  Value z = shifted(n, x, kShift), inverse = reciprocal(n, z);
  constexpr double series[] = {0,          1.0 / 12,  -1.0 / 120,    1.0 / 252,
                               -1.0 / 240, 1.0 / 132, -691.0 / 32760};
  Value y = n.sub(n.unary<LogOp>(z), n.mul(inverse, n.like(x, 0.5)));
  y = n.sub(y, polynomial(n, n.mul(inverse, inverse), series));
  return n.sub(y, sum);
}
Value digamma(Node &n, Value x) {
  Value one = n.like(x, 1), low = isNegative(n, x);
  Value y = digammaAbove(n, n.select(low, n.sub(one, x), x));
  Value turned = halfTurns(n, x);
  Value mirrored = n.add(y, n.div(n.like(x, M_PI), n.unary<TanOp>(turned)));
  Value isWhole = n.compare<EqualOp>(n.unary<FloorOp>(x), x);
  mirrored = n.select(isWhole, n.like(x, kNan), mirrored);
  y = n.select(low, mirrored, y);
  Value isZero = n.compare<EqualOp>(x, n.like(x, 0));
  return n.select(isZero, n.unary<NegOp>(reciprocal(n, x)), y);
}
void buildDigamma(Node &n) {
  mapInDouble(n, [&](Value x) { return digamma(n, x); });
}

/// Its derivative for x > 0: DLMF 5.15.8.
Value trigammaAbove(Node &n, Value x) {
  auto square = [&](Value v) { return reciprocal(n, n.mul(v, v)); };
  Value sum = square(x);
  for (int64_t k = 1; k < kShift; ++k)
    sum = n.add(sum, square(shifted(n, x, k)));
  Value inverse = reciprocal(n, shifted(n, x, kShift));
  constexpr double series[] = {1,         1.0 / 6,  -1.0 / 30,    1.0 / 42,
                               -1.0 / 30, 5.0 / 66, -691.0 / 2730};
  Value squares = n.mul(inverse, inverse);
  Value y = n.mul(inverse, polynomial(n, squares, series));
  return n.add(n.add(y, n.mul(squares, n.like(x, 0.5))), sum);
}
void buildPolygamma(Node &n) {
  int64_t order = n.integer("n");
  if (order == 0)
    return buildDigamma(n);
  if (order != 1)
    return n.refuse("derivatives of higher order are not supported",
                    "n of 0 or 1");
  mapInDouble(n, [&](Value x) {
    Value one = n.like(x, 1), low = isNegative(n, x);
    Value y = trigammaAbove(n, n.select(low, n.sub(one, x), x));
    Value quotient = n.div(n.like(x, M_PI), n.unary<SinOp>(halfTurns(n, x)));
    return n.select(low, n.sub(n.mul(quotient, quotient), y), y);
  });
}

/// The inverse of erf: a first guess, and steps of Halley.
void buildErfinv(Node &n) {
  mapInDouble(n, [&](Value y) {
    Value one = n.like(y, 1), size = n.unary<AbsOp>(y);
    Value inner = n.min(size, n.like(y, 1 - 1e-12));
    // S. Winitzki, "A handy approximation for the error function", 2008.
    constexpr double a = 0.147;
    Value log = n.unary<Log1pOp>(n.unary<NegOp>(n.mul(inner, inner)));
    Value half = n.add(n.mul(log, n.like(y, 0.5)), n.like(y, 2 / (M_PI * a)));
    Value root =
        n.unary<SqrtOp>(n.sub(n.mul(half, half), n.mul(log, n.like(y, 1 / a))));
    Value x = n.unary<SqrtOp>(n.max(n.sub(root, half), n.like(y, 0)));
    for (int i = 0; i < 3; ++i) {
      Value off = n.sub(n.unary<ErfOp>(x), inner);
      Value slope = n.mul(n.unary<ExpOp>(n.unary<NegOp>(n.mul(x, x))),
                          n.like(x, M_2_SQRTPI));
      Value step = n.div(off, slope);
      x = n.sub(x, n.div(step, n.add(one, n.mul(x, step))));
    }
    Value isOne = n.compare<EqualOp>(size, one);
    x = n.select(isOne, n.like(y, kInfinity), x);
    x = n.select(n.compare<GreaterOp>(size, one), n.like(y, kNan), x);
    return n.select(isNegative(n, y), n.unary<NegOp>(x), x);
  });
}

/// The bits of a real as an integer of its width.
Value bitsOf(Node &n, Value x) {
  Type bits =
      n.state.builder.getIntegerType(n.elementOf(x).getIntOrFloatBitWidth());
  return n.emit<BitcastOp>(x, {}, bits);
}
/// Whether the sign is there, of zeros and NaN as well.
Value hasSign(Node &n, Value x) {
  if (n.failed())
    return {};
  if (!n.isFloat(x))
    return isNegative(n, x);
  Value bits = bitsOf(n, x);
  return n.compare<LessOp>(bits, n.scalarInt(n.elementOf(bits), 0));
}
void buildSignbit(Node &n) {
  Value x = n.tensor("self");
  if (n.failed() || isBool(n.elementOf(x)))
    return n.refuse("bool is not supported", "numbers");
  n.out(hasSign(n, x));
}
void buildCopysign(Node &n) {
  Pair p =
      pairOf(n, Operand::tensor(n.tensor("self")), n.operand("other"), true);
  if (n.failed())
    return;
  Value size = n.unary<AbsOp>(p.a);
  n.out(
      n.cast(n.select(hasSign(n, p.b), n.unary<NegOp>(size), size), p.element));
}

/// The angle of (x, y).
void buildAtan2(Node &n) {
  Pair p = pairOf(n, Operand::tensor(n.tensor("self")),
                  Operand::tensor(n.tensor("other")), true);
  if (n.failed())
    return;
  Value a = n.unary<AbsOp>(p.a), b = n.unary<AbsOp>(p.b);
  // Of the smaller over the greater; of equal ones, infinite or 0, the same.
  Value low = n.min(a, b), high = n.max(a, b);
  Value isEqual = n.compare<EqualOp>(a, b);
  Value isNone = n.compare<EqualOp>(high, n.like(high, 0));
  Value quotient = n.select(isEqual, n.like(a, 1), n.div(low, high));
  Value angle = n.unary<AtanOp>(n.select(isNone, n.like(a, 0), quotient));
  Value isSteep = n.compare<GreaterOp>(a, b);
  angle = n.select(isSteep, n.sub(n.like(a, M_PI_2), angle), angle);
  angle = n.select(hasSign(n, p.b), n.sub(n.like(a, M_PI), angle), angle);
  // What is no number compares as nothing.
  Value none = n.add(p.a, p.b);
  Value isNan = n.binary<OrOp>(n.isNan(p.a), n.isNan(p.b));
  Value y = n.select(hasSign(n, p.a), n.unary<NegOp>(angle), angle);
  n.out(n.cast(n.select(isNan, none, y), p.element));
}

/// The root of x^2 + y^2, whose squares may be beyond the type.
void buildHypot(Node &n) {
  Pair p = pairOf(n, Operand::tensor(n.tensor("self")),
                  Operand::tensor(n.tensor("other")));
  if (n.failed() || !isa<FloatType>(p.element))
    return n.refuse("integers are not supported", "reals");
  Value a = n.unary<AbsOp>(p.a), b = n.unary<AbsOp>(p.b);
  Value high = n.max(a, b), low = n.min(a, b);
  Value quotient = n.div(low, high);
  Value y = n.mul(
      high, n.unary<SqrtOp>(n.add(n.like(a, 1), n.mul(quotient, quotient))));
  y = n.select(n.compare<EqualOp>(low, n.like(a, 0)), high, y);
  Value isFar = n.binary<OrOp>(n.isInfinite(a), n.isInfinite(b));
  n.out(n.cast(n.select(isFar, n.like(a, kInfinity), y), p.element));
}

/// The number that follows in the direction of another.
void buildNextAfter(Node &n) {
  Value a = n.tensor("self"), b = n.tensor("other");
  if (n.failed() || n.elementOf(a) != n.elementOf(b) ||
      !(n.elementOf(a).isF32() || n.elementOf(a).isF64()))
    return n.refuse("operands of other dtypes are not supported", "f32 or f64");
  Value bits = bitsOf(n, a), one = n.scalarInt(n.elementOf(bits), 1);
  Value upwards = n.compare<GreaterOp>(b, a);
  // Away from 0 bits grow, whatever the sign.
  Value grows = n.binary<XorOp>(upwards, hasSign(n, a));
  Value next = n.select(grows, n.add(bits, one), n.sub(bits, one));
  next = n.emit<BitcastOp>(next, {}, n.elementOf(a));
  Value least = n.emit<BitcastOp>(one, {}, n.elementOf(a));
  least = n.select(hasSign(n, b), n.unary<NegOp>(least), least);
  Value y = n.select(n.compare<EqualOp>(a, n.like(a, 0)), least, next);
  y = n.select(n.compare<EqualOp>(a, b), b, y);
  Value isNan = n.binary<OrOp>(n.isNan(a), n.isNan(b));
  n.out(n.select(isNan, n.add(a, b), y));
}

constexpr OpRow kRows[] = {
    {"aten::nextafter(Tensor self, Tensor other) -> Tensor", buildNextAfter},
    {"aten::lgamma(Tensor self) -> Tensor", buildLgamma},
    {"aten::digamma(Tensor self) -> Tensor", buildDigamma},
    {"aten::polygamma(int n, Tensor self) -> Tensor", buildPolygamma},
    {"aten::erfinv(Tensor self) -> Tensor", buildErfinv},
    {"aten::signbit(Tensor self) -> Tensor", buildSignbit},
    {"aten::copysign.Tensor(Tensor self, Tensor other) -> Tensor",
     buildCopysign},
    {"aten::copysign.Scalar(Tensor self, Scalar other) -> Tensor",
     buildCopysign},
    {"aten::atan2(Tensor self, Tensor other) -> Tensor", buildAtan2},
    {"aten::hypot(Tensor self, Tensor other) -> Tensor", buildHypot},
};

} // namespace

ArrayRef<OpRow> specialFunctionRows() { return kRows; }

} // namespace opc::torch
