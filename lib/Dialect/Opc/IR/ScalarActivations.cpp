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

/// Builds an activation in at least f32.
template <typename Build>
static Value activation(OpBuilder &b, Location loc, Value x, Build build) {
  return inWideFloat(b, loc, x, [&](ValueRange args) {
    FloatBuilder f{b, loc};
    return build(f, args[0]);
  });
}

/// A scalar of f32 as one of f64, where f32 would lose digits; vectors have
/// forms of their own, or time that is dear.
template <typename Build>
static Value scalarInDouble(FloatBuilder &f, Value x, Build build) {
  if (!x.getType().isF32())
    return build(f, x);
  Value wide = arith::ExtFOp::create(f.b, f.loc, f.b.getF64Type(), x);
  return arith::TruncFOp::create(f.b, f.loc, x.getType(), build(f, wide));
}

/// x * y + z, rounded once.
static Value fma(FloatBuilder &f, Value x, Value y, Value z) {
  return math::FmaOp::create(f.b, f.loc, x, y, z);
}

/// Vectors of f32 lose results that are not normal, for time; what is computed
/// in f64 keeps them.
static bool keepsTails(Value x) {
  return getElementTypeOrSelf(x.getType()).isF64();
}

static Value isNegative(FloatBuilder &f, Value x) {
  return f.cmp(Predicate::OLT, x, f.c(x, 0));
}

static Value sigmoid(FloatBuilder &f, Value x) {
  Value one = f.c(x, 1);
  if (!keepsTails(x))
    return f.div(one, f.add(one, f.exp(f.neg(x))));
  Value power = f.exp(f.neg(f.abs(x)));
  return f.div(f.select(isNegative(f, x), power, one), f.add(one, power));
}

/// exp(-|x| / 2): the root of a power that may be less than any normal number.
static Value halfPower(FloatBuilder &f, Value x) {
  return f.exp(f.mul(f.abs(x), f.c(x, -0.5)));
}

/// x * power where sign is negative, else x; large x make a normal number of a
/// power that is none.
static Value inTail(FloatBuilder &f, Value sign, Value x, Value root) {
  return f.select(isNegative(f, sign), f.mul(f.mul(x, root), root), x);
}

/// x * sigmoid(-power).
static Value timesSigmoid(FloatBuilder &f, Value x, Value power) {
  Value one = f.c(x, 1);
  if (!keepsTails(x))
    return f.div(x, f.add(one, f.exp(power)));
  Value root = halfPower(f, power);
  return f.div(inTail(f, f.neg(power), x, root), fma(f, root, root, one));
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
  return activation(b, loc, x, [](FloatBuilder &f, Value x) {
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
static Value mish(FloatBuilder &f, Value x) {
  Value root = halfPower(f, x), p = f.mul(root, root);
  Value one = f.c(x, 1), two = f.c(x, 2), negative = isNegative(f, x);
  // 1 + 2 p or 2 + p; the rest of the divisor is its other summand times p.
  Value above =
      fma(f, f.select(negative, one, two), p, f.select(negative, two, one));
  Value rest = f.select(negative, f.add(one, p), f.mul(two, p));
  return f.mul(inTail(f, x, x, root), f.div(above, fma(f, rest, p, above)));
}

Value opc::emitMish(OpBuilder &b, Location loc, Value x) {
  return activation(b, loc, x, [](FloatBuilder &f, Value x) {
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

static Value swish(FloatBuilder &f, Value x, APFloat alpha) {
  double a = alpha.convertToDouble();
  auto [factor, rest] = inTwoParts(f, x, -a);
  Value power = f.mul(x, factor);
  Value y = timesSigmoid(f, x, power);
  if (alpha.getExactLog2Abs() != INT_MIN)
    return y;
  // What the product lacks counts as a part of y where the power is large: in
  // the tail, which is one of numbers of the sign that alpha has not.
  Value lacks = fma(f, x, rest, fma(f, x, factor, f.neg(power)));
  Predicate beyond = a > 0 ? Predicate::OLT : Predicate::OGT;
  Value zero = f.c(x, 0), tail = f.cmp(beyond, y, zero);
  return f.sub(y, f.select(tail, f.mul(y, lacks), zero));
}

Value opc::emitSwish(OpBuilder &b, Location loc, Value x, APFloat alpha) {
  return activation(b, loc, x, [&](FloatBuilder &f, Value x) {
    return scalarInDouble(
        f, x, [&](FloatBuilder &f, Value x) { return swish(f, x, alpha); });
  });
}

/// x / 2 * (1 + tanh(u)) with u = sqrt(2/pi) * (x + 0.044715 x^3), which is x
/// sigmoid(2 u).
static Value tanhGelu(FloatBuilder &f, Value x) {
  constexpr double line = 1.5957691216057308, cubic = 0.044715 * line;
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

Value opc::emitGelu(OpBuilder &b, Location loc, Value x, bool tanhForm) {
  return activation(b, loc, x, [&](FloatBuilder &f, Value x) {
    return scalarInDouble(f, x, tanhForm ? tanhGelu : erfGelu);
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
