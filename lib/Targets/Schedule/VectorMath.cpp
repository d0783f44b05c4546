//===- VectorMath.cpp - functions of float vectors ------------------------===//
//
// Coefficients are weighted least-squares fits (Lawson's iteration) in double,
// close to minimax in relative error over the reduced range; the residual of
// each fit is far below half an ulp of f32, so rounding decides the error.
//
//===----------------------------------------------------------------------===//
#include "opc/Targets/Schedule/VectorMath.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace mlir;
namespace opc {

static Type withElement(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return VectorType::get(vector.getShape(), element);
  return element;
}

static Value splat(OpBuilder &b, Location loc, Type type, TypedAttr value) {
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(b, loc,
                                     SplatElementsAttr::get(vector, value));
  return arith::ConstantOp::create(b, loc, value);
}

Value VectorMath::c(double value) {
  return splat(b, loc, type, b.getF32FloatAttr(float(value)));
}
Value VectorMath::ci(int32_t value) {
  return splat(b, loc, withElement(type, b.getI32Type()),
               b.getI32IntegerAttr(value));
}
Value VectorMath::add(Value x, Value y) {
  return arith::AddFOp::create(b, loc, x, y);
}
Value VectorMath::sub(Value x, Value y) {
  return arith::SubFOp::create(b, loc, x, y);
}
Value VectorMath::mul(Value x, Value y) {
  return arith::MulFOp::create(b, loc, x, y);
}
Value VectorMath::div(Value x, Value y) {
  return arith::DivFOp::create(b, loc, x, y);
}
Value VectorMath::fma(Value x, Value y, Value z) {
  return math::FmaOp::create(b, loc, x, y, z);
}
Value VectorMath::abs(Value x) { return math::AbsFOp::create(b, loc, x); }
Value VectorMath::copySign(Value x, Value sign) {
  return math::CopySignOp::create(b, loc, x, sign);
}
Value VectorMath::less(Value x, Value y) {
  return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, x, y);
}
Value VectorMath::select(Value which, Value x, Value y) {
  return arith::SelectOp::create(b, loc, which, x, y);
}

// Comparisons with the constant first: one instruction each, and NaN, for which
// they are false, stays.
Value VectorMath::clamp(Value x, double low, double high) {
  x = select(less(x, c(low)), c(low), x);
  return select(less(c(high), x), c(high), x);
}

Value VectorMath::toBits(Value x) {
  return arith::BitcastOp::create(b, loc, withElement(type, b.getI32Type()), x);
}
Value VectorMath::toFloat(Value bits) {
  return arith::BitcastOp::create(b, loc, type, bits);
}

Value VectorMath::polynomial(Value x, ArrayRef<double> coefficients) {
  Value sum = c(coefficients.back());
  for (double next : llvm::reverse(coefficients.drop_back()))
    sum = fma(sum, x, c(next));
  return sum;
}

Value VectorMath::inPairs(Value x, Value square,
                          ArrayRef<double> coefficients) {
  Value sum;
  for (size_t end = (coefficients.size() + 1) / 2 * 2; end > 0; end -= 2) {
    Value pair = c(coefficients[end - 2]);
    if (end <= coefficients.size())
      pair = fma(c(coefficients[end - 1]), x, pair);
    sum = sum ? fma(sum, square, pair) : pair;
  }
  return sum;
}

//===----------------------------------------------------------------------===//
// Exponentials
//===----------------------------------------------------------------------===//

VectorMath::Reduced VectorMath::reduce(Value x) {
  Value n = math::RoundEvenOp::create(b, loc, mul(x, c(1.44269504088896341)));
  // log(2) in two parts (Cody and Waite): n times the first is exact.
  Value r = fma(n, c(-0.693359375), x);
  r = fma(n, c(2.12194440054690583e-4), r);
  Value q = polynomial(r, {0.4999999403953552, 0.1666651964187622,
                           0.04166839271783829, 0.008368780836462975,
                           0.0013814467238262296});
  return {n, fma(mul(r, r), q, r)};
}

Value VectorMath::powerOfTwo(Value n) {
  Value whole =
      arith::FPToSIOp::create(b, loc, withElement(type, b.getI32Type()), n);
  Value biased = arith::AddIOp::create(b, loc, whole, ci(127));
  return toFloat(arith::ShLIOp::create(b, loc, biased, ci(23)));
}

bool VectorMath::hasScalef() const {
  auto vector = dyn_cast<VectorType>(type);
  return scalef && vector && vector.getNumElements() == 16;
}

/// p * 2^n where `keep`, else 0; what is kept is a normal number or, with
/// hasScalef(), an infinity. Results below the normal range would cost a
/// microcode assist each, also in lanes that are not kept.
Value VectorMath::scaled(Value p, Value n, Value keep) {
  if (hasScalef()) {
    Value mask = LLVM::BitcastOp::create(b, loc, b.getI16Type(), keep);
    Value rounding = arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(4));
    auto call = LLVM::CallIntrinsicOp::create(
        b, loc, type, b.getStringAttr("llvm.x86.avx512.mask.scalef.ps.512"),
        ValueRange{p, n, c(0), mask, rounding});
    return call.getResult(0);
  }
  Value whole =
      arith::FPToSIOp::create(b, loc, withElement(type, b.getI32Type()), n);
  Value exponent = arith::ShLIOp::create(b, loc, whole, ci(23));
  Value bits = arith::AddIOp::create(b, loc, toBits(p), exponent);
  return select(keep, toFloat(bits), c(0));
}

Value VectorMath::exp(Value x) {
  // Not below the least normal result; NaN counts as not below.
  Value keep =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UGE, x, c(-87.33654));
  // Beyond 89 the result is infinite all the same.
  Reduced r = reduce(clamp(x, -89, 89));
  Value value = scaled(add(r.expm1, c(1)), r.n, keep);
  if (hasScalef())
    return value;
  // From the least float on of which the result is infinite. The integer that
  // NaN becomes differs between processors: its result is not the one made of
  // that.
  Value most = c(88.722835);
  Value beyond =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UGT, x, most);
  return select(beyond, add(x, c(INFINITY)), value);
}

Value VectorMath::expm1(Value x) {
  Value clamped = clamp(x, -18, 88.722839);
  Reduced r = reduce(clamped);
  // 2^n (expm1(r) + 1) - 1, halved so that 2^n stays finite.
  Value scale = powerOfTwo(sub(r.n, c(1)));
  Value half = fma(scale, r.expm1, sub(scale, c(0.5)));
  Value value = add(half, half);
  // x itself: keeps the sign of zero and does without denormal steps.
  Value tiny = less(abs(x), c(1e-9));
  value = select(tiny, x, value);
  return select(less(c(88.722839), x), c(INFINITY), value);
}

//===----------------------------------------------------------------------===//
// Logarithms
//===----------------------------------------------------------------------===//

Value VectorMath::log(Value x) {
  // Denormal inputs are raised into the normal range.
  Value denormal = less(x, c(1.17549435e-38));
  Value raised = select(denormal, mul(x, c(8388608.0)), x);
  Value offset = select(denormal, c(-23), c(0));
  // x = 2^e m with m in [0.7, 1.4).
  Value bits = toBits(raised);
  Value above = arith::SubIOp::create(b, loc, bits, ci(0x3f333333));
  Value exponent = arith::ShRSIOp::create(b, loc, above, ci(23));
  Value mantissa = toFloat(arith::SubIOp::create(
      b, loc, bits, arith::ShLIOp::create(b, loc, exponent, ci(23))));
  Value e = add(arith::SIToFPOp::create(b, loc, type, exponent), offset);
  Value f = sub(mantissa, c(1));
  Value p = polynomial(
      f, {0.3333331346511841, -0.2499995231628418, 0.20002084970474243,
          -0.16671401262283325, 0.14223535358905792, -0.12343956530094147,
          0.11789794266223907, -0.12026297301054001, 0.07426664233207703});
  // e log(2) + f - f^2 / 2 + f^3 p, small terms first.
  Value square = mul(f, f);
  Value tail = fma(mul(square, f), p, mul(e, c(-2.12194440054690583e-4)));
  tail = fma(square, c(-0.5), tail);
  Value value = fma(e, c(0.693359375), add(f, tail));
  // 0 -> -inf, negative and NaN -> NaN, inf -> inf.
  Value zero =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, x, c(0));
  Value finite = less(x, c(INFINITY));
  Value positive =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGE, x, c(0));
  value = select(finite, value, x);
  value = select(positive, value, c(NAN));
  return select(zero, c(-INFINITY), value);
}

Value VectorMath::log1p(Value x) {
  Value u = add(x, c(1));
  // What rounding 1 + x lost, to first order.
  Value lost = div(sub(x, sub(u, c(1))), u);
  Value value = add(log(u), lost);
  Value plain = arith::OrIOp::create(
      b, loc, less(abs(x), c(1e-9)),
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, x, c(INFINITY)));
  value =
      select(arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, x, c(-1)),
             c(-INFINITY), value);
  return select(plain, x, value);
}

//===----------------------------------------------------------------------===//
// Odd functions with limits +-1
//===----------------------------------------------------------------------===//

Value VectorMath::oddRational(Value x, double limit, ArrayRef<double> p,
                              ArrayRef<double> q) {
  Value t = clamp(x, -limit, limit);
  Value square = mul(t, t);
  // x (P / Q): (x P) / Q would underflow for tiny x.
  Value ratio = div(polynomial(square, p), polynomial(square, q));
  return clamp(mul(t, ratio), -1, 1);
}

Value VectorMath::tanh(Value x) {
  return oddRational(x, 9.02,
                     {1.0, 0.13679921627044678, 0.003868336323648691,
                      2.800762558763381e-05, 3.0585397325921804e-08,
                      -1.2203721540260393e-11},
                     {1.0, 0.4701325297355652, 0.027245869860053062,
                      0.00039386461139656603, 1.2873779269284569e-06});
}

Value VectorMath::erf(Value x) {
  // From here on the float next to erf(x) is 1 or -1.
  constexpr double last = 3.92;
  Value inside = oddRational(
      x, last,
      {1.128379225730896, 0.1851356327533722, 0.054243989288806915,
       0.003838631557300687, 0.00037675758358091116, 4.609188181348145e-06,
       -1.279958095068423e-08},
      {1.0, 0.4974055886268616, 0.11387386918067932, 0.015430061146616936,
       0.0013015249278396368, 6.239875074243173e-05});
  return select(less(c(last), abs(x)), copySign(c(1), x), inside);
}

//===----------------------------------------------------------------------===//
// Tails of distributions
//===----------------------------------------------------------------------===//

Value VectorMath::magnitudeUpTo(Value x, double most) {
  Value a = abs(x);
  return select(less(c(most), a), c(most), a);
}

VectorMath::Octaves VectorMath::octaves(Value x, Value y) {
  // Next to 1.5 * 2^23 the last digit of a float is 1: the sum is rounded to a
  // whole n, which its lowest bits have.
  constexpr double shift = 12582912;
  Value shifted = fma(x, y, c(shift));
  return {sub(shifted, c(shift)), toBits(shifted)};
}

Value VectorMath::halved(Value p, const Octaves &n) {
  Value exponent = arith::ShLIOp::create(b, loc, n.bits, ci(23));
  Value bits = arith::SubIOp::create(b, loc, toBits(p), exponent);
  // Far below the range of floats the difference is negative.
  return toFloat(arith::MaxSIOp::create(b, loc, bits, ci(0)));
}

Value VectorMath::withoutTail(Value x, Value power, Value part) {
  // Nothing is -0 and, of -infinity, NaN.
  Value negative = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                                         toBits(x), ci(0));
  Value most = mul(x, select(negative, c(0), c(1)));
  return fma(arith::NegFOp::create(b, loc, power), part, most);
}

/// The coefficients of a polynomial of x, for one of x / unit.
static SmallVector<double> inUnits(ArrayRef<double> coefficients, double unit) {
  SmallVector<double> scaled;
  for (auto [i, coefficient] : llvm::enumerate(coefficients))
    scaled.push_back(coefficient * std::pow(unit, i));
  return scaled;
}

VectorMath::NormalTail VectorMath::normalTail(Value a, int unit) {
  // With a^2 = n K + r it is 2^-n exp(-r ln 2 / K) P / Q. K is 2 ln 2 / unit as
  // a float; P / Q makes up for what that lacks.
  const double k = 1.3862943649291992 / unit, root = std::sqrt(double(unit));
  Value square = mul(a, a);
  Value lost = fma(a, a, arith::NegFOp::create(b, loc, square));
  Octaves n = octaves(square, c(1 / k));
  Value r = add(fma(n.n, c(-k), square), lost);
  Value power = polynomial(
      r, inUnits({1.0, -0.499999852219, 0.124997873139, -0.020834545073,
                  0.002618620555, -0.00025907232872},
                 unit));
  Value p = inPairs(
      a, square,
      inUnits({0.5000000023447257, 0.43523491251308705, 0.1809515597452494,
               0.03985984893161645, 0.004000706739495489},
              root));
  Value q = inPairs(
      a, square,
      inUnits({1.0, 1.66835472582307, 1.1930536484473893, 0.4634409363188575,
               0.0999210860746676, 0.01002815356520449},
              root));
  return {halved(power, n), p, q};
}

Value VectorMath::gelu(Value x) {
  // Beyond 18 the tail is 0.
  Value a = magnitudeUpTo(x, 18);
  NormalTail tail = normalTail(a, 1);
  return withoutTail(x, tail.power, div(mul(a, tail.p), tail.q));
}

Value VectorMath::erfc(Value x) {
  // Up to here the power is a normal number.
  constexpr double last = 9.34;
  NormalTail tail = normalTail(magnitudeUpTo(x, last), 2);
  Value half = mul(tail.power, div(tail.p, tail.q));
  half = select(less(c(last), abs(x)), c(0), half);
  Value negative = less(x, c(0));
  return fma(half, select(negative, c(-2), c(2)), select(negative, c(2), c(0)));
}

Value VectorMath::geluTanh(Value x) {
  // Its tail is a t / (1 + t) with a = |x|, t = exp(-2 u), u as tanh takes it:
  // 2 u / ln 2 = a (l + c a^2) = n + r, of which r is rounded once. Beyond 11
  // the tail is 0.
  constexpr double l = 2.3022081981443252, c3 = 0.10294323958002349;
  Value a = magnitudeUpTo(x, 11), square = mul(a, a);
  Value factor = fma(square, c(c3), c(l));
  Octaves n = octaves(a, factor);
  Value r = fma(a, factor, arith::NegFOp::create(b, loc, n.n));
  Value power = inPairs(r, mul(r, r),
                        {1.0, -0.6931469764, 0.2402224046, -0.05550735032,
                         0.009671619047, -0.001326459088});
  Value t = halved(power, n);
  return withoutTail(x, t, div(a, add(t, c(1))));
}

//===----------------------------------------------------------------------===//
// Angles
//===----------------------------------------------------------------------===//

Value VectorMath::sineOf(Value x, int32_t quarter) {
  Value n = math::RoundEvenOp::create(b, loc, mul(x, c(0.636619772367581343)));
  // pi / 2 in three floats: n times the first is exact next to x, so that what
  // is left has all its digits, however small.
  Value r = fma(n, c(-1.5707963705062866), x);
  r = fma(n, c(4.371138828673793e-08), r);
  r = fma(n, c(1.7151245100058819e-15), r);
  Value square = mul(r, r);
  Value odd =
      polynomial(square, {-0.16666654611, 0.0083321608736, -0.00019515295891});
  Value sine = fma(mul(square, r), odd, r);
  Value even = polynomial(square, {0.04166664568298827, -0.001388731625493765,
                                   2.443315711809948e-05});
  Value cosine = fma(mul(square, square), even, fma(square, c(-0.5), c(1)));
  Value whole =
      arith::FPToSIOp::create(b, loc, withElement(type, b.getI32Type()), n);
  whole = arith::AddIOp::create(b, loc, whole, ci(quarter));
  Value isEven =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                            arith::AndIOp::create(b, loc, whole, ci(1)), ci(0));
  Value value = select(isEven, sine, cosine);
  Value sign = arith::ShLIOp::create(
      b, loc, arith::AndIOp::create(b, loc, whole, ci(2)), ci(30));
  return toFloat(arith::XOrIOp::create(b, loc, toBits(value), sign));
}

Value VectorMath::sin(Value x) {
  // x itself: keeps the sign of zero.
  return select(less(abs(x), c(2e-4)), x, sineOf(x, 0));
}

Value VectorMath::cos(Value x) { return sineOf(x, 1); }

//===----------------------------------------------------------------------===//
// Inverse functions of angles
//===----------------------------------------------------------------------===//

// pi / 2 and pi as a float and what it lacks.
static constexpr double halfPi = 1.57079637050628662,
                        halfPiRest = -4.37113900018624283e-8;

Value VectorMath::differenceFromHalfPi(Value x, double multiple) {
  return sub(c(multiple * halfPi), sub(x, c(multiple * halfPiRest)));
}

VectorMath::ArcSine VectorMath::arcSine(Value x) {
  Value magnitude = abs(x);
  // Above 1/2 that of sqrt((1 - |x|) / 2), of which 1 - |x| is exact.
  Value small = less(magnitude, c(0.5));
  Value square =
      select(small, mul(magnitude, magnitude), fma(magnitude, c(-0.5), c(0.5)));
  Value root = select(small, magnitude,
                      math::SqrtOp::create(b, loc, square).getResult());
  Value p = polynomial(square, {0.16666659991273214, 0.07500504184704518,
                                0.04451695515677004, 0.03180771857744928,
                                0.014438604304285002, 0.03751645092736552});
  return {small, fma(mul(root, square), p, root)};
}

Value VectorMath::asin(Value x) {
  ArcSine arc = arcSine(x);
  Value other = differenceFromHalfPi(add(arc.value, arc.value), 1);
  return copySign(select(arc.small, arc.value, other), x);
}

Value VectorMath::acos(Value x) {
  ArcSine arc = arcSine(x);
  Value twice = add(arc.value, arc.value);
  Value large = select(less(x, c(0)), differenceFromHalfPi(twice, 2), twice);
  return select(arc.small, differenceFromHalfPi(copySign(arc.value, x), 1),
                large);
}

Value VectorMath::atan(Value x) {
  Value magnitude = abs(x);
  // Above 1 that of 1 / |x|, from the other side.
  Value large = less(c(1), magnitude);
  Value t = select(large, div(c(1), magnitude), magnitude);
  Value square = mul(t, t);
  Value p = polynomial(square, {-0.33333299086415563, 0.19998548201333388,
                                -0.14264240789945687, 0.109521810984123,
                                -0.08403436648489979, 0.05795735950038985,
                                -0.031177612976883703, 0.010914480989062938,
                                -0.0017935938856819178});
  Value value = fma(mul(t, square), p, t);
  value = select(large, differenceFromHalfPi(value, 1), value);
  return copySign(value, x);
}

using Function = Value (VectorMath::*)(Value);

static Function functionFor(Operation *op) {
  static const llvm::StringMap<Function> table = {
      {"math.exp", &VectorMath::exp},   {"math.expm1", &VectorMath::expm1},
      {"math.log", &VectorMath::log},   {"math.log1p", &VectorMath::log1p},
      {"math.tanh", &VectorMath::tanh}, {"math.erf", &VectorMath::erf},
      {"math.asin", &VectorMath::asin}, {"math.acos", &VectorMath::acos},
      {"math.atan", &VectorMath::atan}, {"math.erfc", &VectorMath::erfc},
  };
  return table.lookup(op->getName().getStringRef());
}

bool hasFunctionForm(Operation *op) {
  return functionFor(op) && getElementTypeOrSelf(op->getResult(0)).isF32();
}

Value functionForm(Operation *op, Value x, OpBuilder &b, bool scalef) {
  VectorMath f(b, op->getLoc(), x.getType(), scalef);
  return (f.*functionFor(op))(x);
}

} // namespace opc
