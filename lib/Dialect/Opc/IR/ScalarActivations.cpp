//===- ScalarActivations.cpp - activation functions of one float ----------===//
//
// Formulas follow the ONNX operators of the same name, in forms that neither
// overflow nor cancel.
//
//===----------------------------------------------------------------------===//
#include "ScalarSupport.h"

using namespace mlir;
using namespace opc;
using Predicate = arith::CmpFPredicate;

namespace {
struct ActivationBuilder : FloatBuilder {
  /// Whether results are f64. Vectors of f32 lose those that are not normal,
  /// for time; of scalars of f32, which are computed in f64, all are normal
  /// there.
  bool isDouble;
};
} // namespace

/// Builds an activation in at least f32.
template <typename Build>
static Value activation(OpBuilder &b, Location loc, Value x, Build build) {
  return inWideFloat(b, loc, x, [&](ValueRange args) {
    bool isDouble = getElementTypeOrSelf(args[0].getType()).isF64();
    ActivationBuilder f{{b, loc}, isDouble};
    return build(f, args[0]);
  });
}

/// A scalar of f32 as one of f64, where f32 would lose digits; vectors have
/// forms of their own, or time that is dear.
template <typename Build>
static Value scalarInDouble(ActivationBuilder &f, Value x, Build build) {
  if (!x.getType().isF32())
    return build(f, x);
  Value wide = arith::ExtFOp::create(f.b, f.loc, f.b.getF64Type(), x);
  return arith::TruncFOp::create(f.b, f.loc, x.getType(), build(f, wide));
}

/// x * y + z, rounded once.
static Value fma(FloatBuilder &f, Value x, Value y, Value z) {
  return math::FmaOp::create(f.b, f.loc, x, y, z);
}

static Value isNegative(FloatBuilder &f, Value x) {
  return f.cmp(Predicate::OLT, x, f.c(x, 0));
}

static Value sigmoid(ActivationBuilder &f, Value x) {
  Value one = f.c(x, 1);
  if (!f.isDouble)
    return f.div(one, f.add(one, f.exp(f.neg(x))));
  Value power = f.exp(f.neg(f.abs(x)));
  return f.div(f.select(isNegative(f, x), power, one), f.add(one, power));
}

/// A product of two.
using Factors = std::pair<Value, Value>;

/// exp(-|x|), which may be less than any normal number, as two that are normal.
/// Vectors have its root twice, in which an error counts twice.
static Factors powerInTwo(ActivationBuilder &f, Value x) {
  Value size = f.abs(x);
  if (!f.isDouble) {
    Value root = f.exp(f.mul(size, f.c(x, -0.5)));
    return {root, root};
  }
  // What is left of a size that is greater is exact. exp(-652) is a double but
  // for 2^-65 of it.
  constexpr double great = 652, powerOfGreat = 6.918274648626584e-284;
  Value isGreat = f.cmp(Predicate::OGE, size, f.c(x, great));
  Value start = f.select(isGreat, f.c(x, great), f.c(x, 0));
  return {f.exp(f.sub(start, size)),
          f.select(isGreat, f.c(x, powerOfGreat), f.c(x, 1))};
}

/// x * power where it is a tail, else x; large x make a normal number of a
/// power that is none.
static Value inTail(FloatBuilder &f, Value isTail, Value x, Factors power) {
  return f.select(isTail, f.mul(f.mul(x, power.first), power.second), x);
}

/// x * sigmoid(-power); `lacks` is what the power lacks, which f64 counts.
static Value timesSigmoid(ActivationBuilder &f, Value x, Value power,
                          Value lacks = {}) {
  Value one = f.c(x, 1);
  if (!f.isDouble)
    return f.div(x, f.add(one, f.exp(power)));
  Value zero = f.c(x, 0), isTail = f.cmp(Predicate::OGT, power, zero);
  Factors tail = powerInTwo(f, power);
  if (lacks) {
    Value change = f.mul(tail.first, f.select(isTail, f.neg(lacks), lacks));
    change = f.select(f.isCorrection(change, tail.first), change, zero);
    tail.first = f.add(tail.first, change);
  }
  return f.div(inTail(f, isTail, x, tail),
               fma(f, tail.first, tail.second, one));
}

/// log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)).
static Value softplus(FloatBuilder &f, Value x) {
  return f.add(f.max(x, f.c(x, 0)), f.log1p(f.exp(f.neg(f.abs(x)))));
}

/// The number as a constant of x's type, and what that lacks.
static std::pair<Value, Value> inTwoParts(FloatBuilder &f, Value x,
                                          double number, double lacks = 0) {
  auto element = cast<FloatType>(getElementTypeOrSelf(x.getType()));
  APFloat rounded(number);
  bool inexact;
  rounded.convert(element.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                  &inexact);
  rounded.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &inexact);
  double rest = number - rounded.convertToDouble() + lacks;
  return {f.c(x, number), f.c(x, rest)};
}

static Value clamp(FloatBuilder &f, Value x, double low, double high) {
  return f.max(f.c(x, low), f.min(f.c(x, high), x));
}

Value opc::emitReciprocal(OpBuilder &b, Location loc, Value x) {
  return activation(
      b, loc, x, [](FloatBuilder &f, Value x) { return f.div(f.c(x, 1), x); });
}

Value opc::emitSigmoid(OpBuilder &b, Location loc, Value x) {
  return activation(b, loc, x, [](ActivationBuilder &f, Value x) {
    return scalarInDouble(f, x, sigmoid);
  });
}

Value opc::emitSoftplus(OpBuilder &b, Location loc, Value x) {
  return activation(b, loc, x, softplus);
}

Value opc::emitSoftsign(OpBuilder &b, Location loc, Value x) {
  return activation(b, loc, x, [](FloatBuilder &f, Value x) {
    return f.div(x, f.add(f.c(x, 1), f.abs(x)));
  });
}

/// x tanh(softplus(x)): with p = exp(-|x|), x (1 + 2 p) / (1 + 2 p + 2 p^2)
/// where x is positive, and x p (2 + p) / (2 + 2 p + p^2) where it is not.
static Value mish(ActivationBuilder &f, Value x) {
  Factors power = powerInTwo(f, x);
  Value p = f.mul(power.first, power.second);
  Value one = f.c(x, 1), two = f.c(x, 2), negative = isNegative(f, x);
  // 1 + 2 p or 2 + p; the rest of the divisor is its other summand times p.
  Value above =
      fma(f, f.select(negative, one, two), p, f.select(negative, two, one));
  Value rest = f.select(negative, f.add(one, p), f.mul(two, p));
  return f.mul(inTail(f, negative, x, power),
               f.div(above, fma(f, rest, p, above)));
}

Value opc::emitMish(OpBuilder &b, Location loc, Value x) {
  return activation(b, loc, x, [](ActivationBuilder &f, Value x) {
    return scalarInDouble(f, x, mish);
  });
}

Value opc::emitHardSwish(OpBuilder &b, Location loc, Value x) {
  return activation(b, loc, x, [](FloatBuilder &f, Value x) {
    // x * clamp(x / 6 + 0.5, 0, 1); near -3, x + 3 is exact.
    Value line = clamp(f, f.add(x, f.c(x, 3)), 0, 6);
    return f.mul(x, f.mul(line, f.c(x, 1.0 / 6)));
  });
}

Value opc::emitHardSigmoid(OpBuilder &b, Location loc, Value x, APFloat alpha,
                           APFloat beta) {
  return activation(b, loc, x, [&](FloatBuilder &f, Value x) {
    // Rounded once, so that what is left next to the root is right.
    Value line = fma(f, x, f.c(x, alpha.convertToDouble()),
                     f.c(x, beta.convertToDouble()));
    return clamp(f, line, 0, 1);
  });
}

Value opc::emitLeakyRelu(OpBuilder &b, Location loc, Value x, APFloat alpha) {
  return activation(b, loc, x, [&](FloatBuilder &f, Value x) {
    return f.select(isNegative(f, x), f.mul(x, f.c(x, alpha.convertToDouble())),
                    x);
  });
}

Value opc::emitElu(OpBuilder &b, Location loc, Value x, APFloat alpha) {
  return activation(b, loc, x, [&](FloatBuilder &f, Value x) {
    Value below = f.mul(f.c(x, alpha.convertToDouble()), f.expm1(x));
    return f.select(isNegative(f, x), below, x);
  });
}

Value opc::emitCelu(OpBuilder &b, Location loc, Value x, APFloat alpha) {
  return activation(b, loc, x, [&](FloatBuilder &f, Value x) {
    double number = alpha.convertToDouble();
    Value a = f.c(x, number), inverse = f.c(x, 1 / number), zero = f.c(x, 0);
    Value quotient = f.div(x, a), power = f.expm1(quotient);
    // What the quotient lacks, to first order.
    Value lacks = f.mul(fma(f, f.neg(quotient), a, x), inverse);
    Value change = fma(f, power, lacks, lacks);
    change = f.select(f.isCorrection(change, power), change, zero);
    Value below = fma(f, a, power, f.mul(a, change));
    return f.add(f.max(zero, x), f.min(zero, below));
  });
}

Value opc::emitSelu(OpBuilder &b, Location loc, Value x, APFloat alpha,
                    APFloat gamma) {
  return activation(b, loc, x, [&](FloatBuilder &f, Value x) {
    double g = gamma.convertToDouble(), a = alpha.convertToDouble();
    Value positive = f.cmp(Predicate::OGT, x, f.c(x, 0));
    Value below = f.mul(f.c(x, g * a), f.expm1(x));
    return f.select(positive, f.mul(f.c(x, g), x), below);
  });
}

static Value swish(ActivationBuilder &f, Value x, APFloat alpha) {
  double a = alpha.convertToDouble();
  auto [factor, rest] = inTwoParts(f, x, -a);
  Value power = f.mul(x, factor);
  if (alpha.getExactLog2Abs() != INT_MIN)
    return timesSigmoid(f, x, power);
  auto lacking = [&, factor = factor, rest = rest] {
    return fma(f, x, rest, fma(f, x, factor, f.neg(power)));
  };
  if (f.isDouble)
    return timesSigmoid(f, x, power, lacking());
  Value y = timesSigmoid(f, x, power), lacks = lacking();
  // What the product lacks counts as a part of y where the power is large: in
  // the tail, which is one of numbers of the sign that alpha has not.
  Predicate beyond = a > 0 ? Predicate::OLT : Predicate::OGT;
  Value zero = f.c(x, 0), tail = f.cmp(beyond, y, zero);
  return f.sub(y, f.select(tail, f.mul(y, lacks), zero));
}

Value opc::emitSwish(OpBuilder &b, Location loc, Value x, APFloat alpha) {
  return activation(b, loc, x, [&](ActivationBuilder &f, Value x) {
    return scalarInDouble(f, x, [&](ActivationBuilder &f, Value x) {
      return swish(f, x, alpha);
    });
  });
}

/// x * sigmoid(2 u) in f64 with u as below: 2 u is as large as 745, and what it
/// lacks counts as a part of the result.
static Value tanhGeluInDouble(ActivationBuilder &f, Value x, double line,
                              double cubic) {
  auto [c, cLacks] = inTwoParts(f, x, -cubic, 6.175149918155315e-19);
  auto [l, lLacks] = inTwoParts(f, x, -line, 9.96930880911092e-17);
  Value square = f.mul(x, x), squareLacks = fma(f, x, x, f.neg(square));
  Value term = f.mul(square, c), sum = f.add(term, l);
  // Of the two summands either may be greater.
  Value part = f.sub(sum, term);
  Value sumLacks = f.add(f.sub(term, f.sub(sum, part)), f.sub(l, part));
  Value termLacks = fma(f, square, c, f.neg(term));
  Value lacks = f.add(f.add(sumLacks, lLacks), termLacks);
  lacks = fma(f, squareLacks, c, fma(f, square, cLacks, lacks));
  Value power = f.mul(x, sum);
  return timesSigmoid(f, x, power,
                      fma(f, x, lacks, fma(f, x, sum, f.neg(power))));
}

/// x / 2 * (1 + tanh(u)) with u = sqrt(2/pi) * (x + 0.044715 x^3), which is x
/// sigmoid(2 u).
static Value tanhGelu(ActivationBuilder &f, Value x) {
  constexpr double line = 1.5957691216057308, cubic = 0.07135481627260025;
  if (f.isDouble)
    return tanhGeluInDouble(f, x, line, cubic);
  Value factor = fma(f, f.mul(x, x), f.c(x, -cubic), f.c(x, -line));
  return timesSigmoid(f, x, f.mul(x, factor));
}

/// x / 2 * erfc(z) with z = -x / sqrt(2). An error of z counts 2 z^2 times in
/// the tail: what z lacks is found by fused products and put right to first
/// order.
static Value erfGelu(FloatBuilder &f, Value x) {
  auto [c, rest] =
      inTwoParts(f, x, -0.70710678118654752, 4.8336466567264567e-17);
  Value z = f.mul(x, c);
  Value lacks = fma(f, x, rest, fma(f, x, c, f.neg(z)));
  // Where erfc is 0, so is the change, however large z; above 0 is no tail.
  Value tail = math::ErfcOp::create(f.b, f.loc, z);
  Value change = f.mul(f.mul(tail, z), lacks), zero = f.c(x, 0);
  change = f.select(f.cmp(Predicate::OLT, x, zero), change, zero);
  return f.mul(f.mul(x, f.c(x, 0.5)), fma(f, change, f.c(x, -2), tail));
}

/// Where erfc is no normal double and x / 2 * erfc(-x / sqrt(2)) may be one: x
/// from -40 to -37, by 7 terms of -exp(-x^2 / 2) / sqrt(2 pi) (1 - x^-2 + 3
/// x^-4
/// - 15 x^-6...).
static Value erfGeluInDouble(ActivationBuilder &f, Value x) {
  // An exponent less by this gives a normal power, and the factor that makes up
  // for it is a double but for 2^-65 of it.
  constexpr double great = 655.375, density = 9.444174185506352e-286;
  constexpr double terms[] = {-945, 105, -15, 3, -1};
  Value one = f.c(x, 1), square = f.mul(x, x), half = f.c(x, 0.5);
  Value lacks = f.mul(fma(f, x, x, f.neg(square)), half);
  Value inverse = f.div(one, square), sum = f.c(x, 10395);
  for (double term : terms)
    sum = fma(f, sum, inverse, f.c(x, term));
  sum = f.add(one, fma(f, sum, inverse, f.neg(lacks)));
  Value power = f.exp(fma(f, square, f.neg(half), f.c(x, great)));
  Value tail = f.mul(f.mul(power, sum), f.c(x, -density));
  Value offset = f.abs(f.add(x, f.c(x, 38.5)));
  return f.select(f.cmp(Predicate::OLT, offset, f.c(x, 1.5)), tail,
                  erfGelu(f, x));
}

Value opc::emitGelu(OpBuilder &b, Location loc, Value x, bool tanhForm) {
  return activation(b, loc, x, [&](ActivationBuilder &f, Value x) {
    if (!tanhForm && f.isDouble)
      return erfGeluInDouble(f, x);
    if (tanhForm)
      return scalarInDouble(f, x, tanhGelu);
    return scalarInDouble(f, x, erfGelu);
  });
}

Value opc::emitThresholdedRelu(OpBuilder &b, Location loc, Value x,
                               APFloat alpha) {
  return activation(b, loc, x, [&](FloatBuilder &f, Value x) {
    Value above = f.cmp(Predicate::OGT, x, f.c(x, alpha.convertToDouble()));
    return f.select(above, x, f.c(x, 0));
  });
}

Value opc::emitIsNan(OpBuilder &b, Location loc, Value x) {
  return arith::CmpFOp::create(b, loc, Predicate::UNO, x, x);
}

Value opc::emitIsInf(OpBuilder &b, Location loc, Value x, bool negative,
                     bool positive) {
  FloatBuilder f{b, loc};
  double inf = std::numeric_limits<double>::infinity();
  Value never =
      emitConstantInt(b, loc, withElement(x.getType(), b.getI1Type()), 0);
  Value below = negative ? f.cmp(Predicate::OEQ, x, f.c(x, -inf)) : never;
  Value above = positive ? f.cmp(Predicate::OEQ, x, f.c(x, inf)) : never;
  return arith::OrIOp::create(b, loc, below, above);
}
