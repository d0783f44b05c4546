//===- PointwiseNodes.cpp - arithmetic of two and more --------------------===//
#include "PromotedOperands.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

/// alpha * b; of integers and bool, a whole number.
Value scaledBy(Node &n, Value b, StringRef name) {
  Operand alpha = n.operand(name);
  if (n.failed() || alpha.isConstant(1))
    return b;
  if (!n.isFloat(b) && alpha.isReal())
    n.fail(formatv("{0} is real, but the operands are not", name));
  return n.mul(b, as(n, alpha, n.elementOf(b)));
}

void addScaled(Node &n, StringRef first, StringRef second) {
  Pair p = pairOf(n, n.operand(first), n.operand(second));
  if (isBool(p.element)) {
    if (!n.operand("alpha").isConstant(1))
      n.refuse("bool with an alpha is not supported", "alpha=1");
    return n.out(n.binary<OrOp>(p.a, p.b));
  }
  n.out(n.cast(n.add(p.a, scaledBy(n, p.b, "alpha")), p.element));
}
void buildAdd(Node &n) { addScaled(n, "self", "other"); }

void subScaled(Node &n, StringRef first, StringRef second) {
  Pair p = pairOf(n, n.operand(first), n.operand(second));
  if (isBool(p.element))
    return n.fail("bool has no difference");
  n.out(n.cast(n.sub(p.a, scaledBy(n, p.b, "alpha")), p.element));
}
void buildSub(Node &n) { subScaled(n, "self", "other"); }
void buildRsub(Node &n) { subScaled(n, "other", "self"); }

template <typename Op, typename OfBool> void buildBinary(Node &n) {
  Pair p = pairOf(n, n.operand("self"), n.operand("other"));
  n.out(isBool(p.element) ? n.binary<OfBool>(p.a, p.b)
                          : n.cast(n.binary<Op>(p.a, p.b), p.element));
}

/// The quotient of integers, rounded down.
Value floorQuotient(Node &n, Value a, Value b) {
  Value quotient = n.div(a, b), zero = n.like(a, 0);
  if (n.isUnsigned(a))
    return quotient;
  Value rest = n.binary<FmodOp>(a, b);
  Value differs = n.binary<XorOp>(n.compare<LessOp>(rest, zero),
                                  n.compare<LessOp>(b, zero));
  Value isWhole = n.compare<EqualOp>(rest, zero);
  Value less = n.binary<AndOp>(differs, n.unary<NotOp>(isWhole));
  return n.sub(quotient, n.cast(less, n.elementOf(a)));
}

/// The same of reals, from the exact remainder: a quotient that was rounded
/// may lie on the other side of a whole number.
Value floorQuotientOfReals(Node &n, Value a, Value b) {
  Value zero = n.like(a, 0), plain = n.div(a, b);
  Value rest = n.binary<FmodOp>(a, b);
  Value quotient = n.div(n.sub(a, rest), b);
  Value differs = n.binary<XorOp>(n.compare<LessOp>(rest, zero),
                                  n.compare<LessOp>(b, zero));
  Value less =
      n.binary<AndOp>(differs, n.unary<NotOp>(n.compare<EqualOp>(rest, zero)));
  quotient = n.select(less, n.sub(quotient, n.like(a, 1)), quotient);
  Value down = n.unary<FloorOp>(quotient);
  Value isHigher = n.compare<GreaterOp>(n.sub(quotient, down), n.like(a, 0.5));
  Value y = n.select(isHigher, n.add(down, n.like(a, 1)), down);
  // Of a divisor of 0 the quotient is what it is.
  return n.select(n.compare<EqualOp>(b, zero), plain, y);
}

/// Integers by which others are divided: none is 0.
void requireDivisors(Node &n, Value b) {
  constexpr StringLiteral text = "an integer is divided by 0";
  if (n.failed() || !b || n.isFloat(b))
    return;
  if (std::optional<Ints> known = n.constants(b)) {
    if (llvm::is_contained(*known, 0))
      n.fail(text);
    return;
  }
  Value holds = n.unary<NotOp>(n.compare<EqualOp>(b, n.like(b, 0)));
  Value all = n.reduce("min", n.cast(holds, n.i64Type()), axesUpTo(n.rank(b)),
                       /*keepdims=*/false);
  n.bindElement(all, 0, 1, text);
}

void divide(Node &n, StringRef mode) {
  Operand a = n.operand("self"), b = n.operand("other");
  Pair p = pairOf(n, a, b, /*real=*/mode.empty());
  if (isBool(p.element))
    return n.fail("bool has no rounded quotient");
  requireDivisors(n, p.b);
  if (mode == "floor")
    return n.out(n.cast(n.isFloat(p.a) ? floorQuotientOfReals(n, p.a, p.b)
                                       : floorQuotient(n, p.a, p.b),
                        p.element));
  Value y = n.div(p.a, p.b);
  if (mode == "trunc" && n.isFloat(y))
    y = truncated(n, y);
  else if (!mode.empty() && mode != "trunc")
    n.fail(formatv("rounding mode '{0}' is not known", mode));
  n.out(n.cast(y, p.element));
}
void buildDiv(Node &n) { divide(n, ""); }
void buildDivMode(Node &n) { divide(n, n.string("rounding_mode")); }
void buildFloorDivide(Node &n) { divide(n, "floor"); }

template <typename Op> void buildRemainder(Node &n) {
  Pair p = pairOf(n, n.operand("self"), n.operand("other"));
  if (isBool(p.element))
    return n.refuse("a remainder of bool is not supported", "integers");
  requireDivisors(n, p.b);
  n.out(n.cast(n.binary<Op>(p.a, p.b), p.element));
}

/// maximum and minimum; of bool, any and all.
template <typename Op, typename OfBool> void buildExtreme(Node &n) {
  buildBinary<Op, OfBool>(n);
}

/// The one that is a number, if only one is.
template <typename Op> void buildNumberExtreme(Node &n) {
  Pair p = pairOf(n, n.operand("self"), n.operand("other"));
  if (isBool(p.element) || !n.isFloat(p.a))
    return n.out(isBool(p.element)
                     ? (std::is_same_v<Op, MaxOp> ? n.binary<OrOp>(p.a, p.b)
                                                  : n.binary<AndOp>(p.a, p.b))
                     : n.binary<Op>(p.a, p.b));
  Value noA = n.isNan(p.a);
  Value noB = n.isNan(p.b);
  Value y = n.select(noA, p.b, n.select(noB, p.a, n.binary<Op>(p.a, p.b)));
  n.out(n.cast(y, p.element));
}

Value wholePower(Node &n, Value x, int64_t exponent) {
  Value y = x;
  for (int64_t i = 1; i < exponent; ++i)
    y = n.mul(y, x);
  return y;
}

/// x to a known power: products and roots where torch has them, too.
Value knownPower(Node &n, Value x, double exponent) {
  if (exponent == 1)
    return x;
  if (exponent == 2 || exponent == 3)
    return wholePower(n, x, static_cast<int64_t>(exponent));
  if (!n.isFloat(x))
    return {};
  Value one = n.like(x, 1);
  if (exponent == 0.5)
    return n.unary<SqrtOp>(x);
  if (exponent == -0.5)
    return n.div(one, n.unary<SqrtOp>(x));
  if (exponent == -1)
    return n.div(one, x);
  return exponent == -2 ? n.div(one, n.mul(x, x)) : Value();
}

void buildPow(Node &n, StringRef base, StringRef exponent) {
  Operand a = n.operand(base), b = n.operand(exponent);
  Pair p = pairOf(n, a, b);
  if (isBool(p.element))
    return n.refuse("powers of bool are not supported", "integers");
  if (n.failed())
    return;
  Value y;
  if (b.isNumber && !b.value)
    y = knownPower(
        n, p.a,
        b.isReal() ? b.real
                   : static_cast<double>(constantOf(b.integer).value_or(0)));
  if (!y && !n.isFloat(p.a) &&
      (!b.isNumber || b.value || constantOf(b.integer).value_or(-1) < 0))
    return n.refuse("a power of integers whose exponent may be negative is "
                    "not supported",
                    "a number, or reals");
  n.out(n.cast(y ? y : n.binary<PowOp>(p.a, p.b), p.element));
}
void buildTensorPow(Node &n) { buildPow(n, "self", "exponent"); }

template <typename Op> void buildBitwise(Node &n) {
  Pair p = pairOf(n, n.operand("self"), n.operand("other"));
  if (!n.failed() && n.isFloat(p.a))
    return n.fail("reals have no bits to combine");
  n.out(n.binary<Op>(p.a, p.b));
}

template <typename Op> void buildLogical(Node &n) {
  Value a = n.cast(n.tensor("self"), n.boolType());
  Value b = n.cast(n.tensor("other"), n.boolType());
  n.out(n.binary<Op>(a, b));
}

/// self + value * first op second.
template <typename Op> void buildAddOf(Node &n) {
  Operand self = n.operand("self"), first = n.operand("tensor1"),
          second = n.operand("tensor2");
  Type element = promoted(n, {self, first, second});
  Type wide = computedIn(n, element);
  if (!element || (std::is_same_v<Op, DivOp> && !isa<FloatType>(element)))
    return n.refuse("integers are not supported", "reals");
  auto value = [&](const Operand &o) {
    return asOperandOf(n, o, element, wide);
  };
  Value scale = as(n, n.operand("value"), wide);
  Value x = std::is_same_v<Op, MulOp>
                ? n.mul(n.mul(scale, value(first)), value(second))
                : n.div(n.mul(scale, value(first)), value(second));
  n.out(n.cast(n.add(value(self), x), element));
}

/// a * b + c, which torch rounds twice, too.
void buildFma(Node &n) {
  Operand a = n.operand("a"), b = n.operand("b"), c = n.operand("c");
  Type element = promoted(n, {a, b, c});
  Type wide = computedIn(n, element);
  auto value = [&](const Operand &o) {
    return asOperandOf(n, o, element, wide);
  };
  n.out(n.cast(n.add(n.mul(value(a), value(b)), value(c)), element));
}

/// start + weight (end - start), from whichever end is nearer.
void buildLerp(Node &n) {
  Operand start = n.operand("self"), end = n.operand("end"),
          weight = n.operand("weight");
  Type element = promoted(n, {start, end}), wide = computedIn(n, element);
  if (!element || !isa<FloatType>(element))
    return n.refuse("integers are not supported", "reals");
  Value a = as(n, start, wide), b = as(n, end, wide), w = as(n, weight, wide);
  Value step = n.sub(b, a), one = n.like(a, 1);
  Value isLow = n.compare<LessOp>(n.unary<AbsOp>(w), n.like(a, 0.5));
  Value low = n.add(a, n.mul(w, step));
  Value high = n.sub(b, n.mul(step, n.sub(one, w)));
  n.out(n.cast(n.select(isLow, low, high), element));
}

void clampBetween(Node &n, StringRef low, StringRef high) {
  SmallVector<Operand> operands{n.operand("self")};
  bool hasLow = !low.empty() && n.has(low),
       hasHigh = !high.empty() && n.has(high);
  Operand least, most;
  if (hasLow)
    operands.push_back(least = n.operand(low));
  if (hasHigh)
    operands.push_back(most = n.operand(high));
  for (StringRef name : {low, high})
    n.ignore(name); // None bounds nothing
  Type element = promoted(n, operands);
  if (isBool(element))
    return n.refuse("clamping bool is not supported", "integers");
  Value x = as(n, operands[0], element);
  if (hasLow)
    x = n.max(x, as(n, least, element));
  if (hasHigh)
    x = n.min(x, as(n, most, element));
  n.out(x);
}
void buildClamp(Node &n) { clampBetween(n, "min", "max"); }
void buildClampMin(Node &n) { clampBetween(n, "min", ""); }
void buildClampMax(Node &n) { clampBetween(n, "", "max"); }

/// condition ? self : other, each a tensor or a number.
void buildWhere(Node &n) {
  Value condition = n.cast(n.tensor("condition"), n.boolType());
  Operand a = n.operand("self"), b = n.operand("other");
  Type element = promoted(n, {a, b});
  n.out(n.select(condition, as(n, a, element), as(n, b, element)));
}

void buildMaskedFill(Node &n) {
  Value x = n.tensor("self"), mask = n.tensor("mask");
  Operand value = n.operand("value");
  if (n.failed())
    return;
  n.out(n.select(mask, as(n, value, n.elementOf(x)), x));
}

/// a log(b), 0 where a is 0 unless b is NaN.
void buildXlogy(Node &n) {
  Pair p = pairOf(n, n.operand("self"), n.operand("other"), /*real=*/true);
  Value isZero = n.compare<EqualOp>(p.a, n.like(p.a, 0));
  Value noNumber = n.isNan(p.b);
  Value y = n.mul(p.a, n.unary<LogOp>(p.b));
  y = n.select(isZero, n.like(p.a, 0), y);
  n.out(n.cast(n.select(noNumber, p.b, y), p.element));
}

constexpr OpRow kRows[] = {
    {"aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
     buildAdd},
    {"aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
     buildAdd},
    {"aten::sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
     buildSub},
    {"aten::sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
     buildSub},
    {"aten::rsub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> "
     "Tensor",
     buildRsub},
    {"aten::rsub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
     buildRsub},
    {"aten::mul.Tensor(Tensor self, Tensor other) -> Tensor",
     buildBinary<MulOp, AndOp>},
    {"aten::mul.Scalar(Tensor self, Scalar other) -> Tensor",
     buildBinary<MulOp, AndOp>},
    {"aten::multiply.Tensor(Tensor self, Tensor other) -> Tensor",
     buildBinary<MulOp, AndOp>},
    {"aten::div.Tensor(Tensor self, Tensor other) -> Tensor", buildDiv},
    {"aten::div.Scalar(Tensor self, Scalar other) -> Tensor", buildDiv},
    {"aten::true_divide.Tensor(Tensor self, Tensor other) -> Tensor", buildDiv},
    {"aten::div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) "
     "-> Tensor",
     buildDivMode},
    {"aten::div.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) "
     "-> Tensor",
     buildDivMode},
    {"aten::floor_divide(Tensor self, Tensor other) -> Tensor",
     buildFloorDivide},
    {"aten::floor_divide.Scalar(Tensor self, Scalar other) -> Tensor",
     buildFloorDivide},
    {"aten::remainder.Tensor(Tensor self, Tensor other) -> Tensor",
     buildRemainder<ModOp>},
    {"aten::remainder.Scalar(Tensor self, Scalar other) -> Tensor",
     buildRemainder<ModOp>},
    {"aten::remainder.Scalar_Tensor(Scalar self, Tensor other) -> Tensor",
     buildRemainder<ModOp>},
    {"aten::fmod.Tensor(Tensor self, Tensor other) -> Tensor",
     buildRemainder<FmodOp>},
    {"aten::fmod.Scalar(Tensor self, Scalar other) -> Tensor",
     buildRemainder<FmodOp>},
    {"aten::maximum(Tensor self, Tensor other) -> Tensor",
     buildExtreme<MaxOp, OrOp>},
    {"aten::minimum(Tensor self, Tensor other) -> Tensor",
     buildExtreme<MinOp, AndOp>},
    {"aten::max.other(Tensor self, Tensor other) -> Tensor",
     buildExtreme<MaxOp, OrOp>},
    {"aten::min.other(Tensor self, Tensor other) -> Tensor",
     buildExtreme<MinOp, AndOp>},
    {"aten::fmax(Tensor self, Tensor other) -> Tensor",
     buildNumberExtreme<MaxOp>},
    {"aten::fmin(Tensor self, Tensor other) -> Tensor",
     buildNumberExtreme<MinOp>},
    {"aten::pow.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor",
     buildTensorPow},
    {"aten::pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor",
     buildTensorPow},
    {"aten::pow.Scalar(Scalar self, Tensor exponent) -> Tensor",
     buildTensorPow},
    {"aten::bitwise_and.Tensor(Tensor self, Tensor other) -> Tensor",
     buildBitwise<AndOp>},
    {"aten::bitwise_and.Scalar(Tensor self, Scalar other) -> Tensor",
     buildBitwise<AndOp>},
    {"aten::bitwise_or.Tensor(Tensor self, Tensor other) -> Tensor",
     buildBitwise<OrOp>},
    {"aten::bitwise_or.Scalar(Tensor self, Scalar other) -> Tensor",
     buildBitwise<OrOp>},
    {"aten::bitwise_xor.Tensor(Tensor self, Tensor other) -> Tensor",
     buildBitwise<XorOp>},
    {"aten::bitwise_xor.Scalar(Tensor self, Scalar other) -> Tensor",
     buildBitwise<XorOp>},
    {"aten::__and__.Tensor(Tensor self, Tensor other) -> Tensor",
     buildBitwise<AndOp>},
    {"aten::__or__.Tensor(Tensor self, Tensor other) -> Tensor",
     buildBitwise<OrOp>},
    {"aten::__xor__.Tensor(Tensor self, Tensor other) -> Tensor",
     buildBitwise<XorOp>},
    {"aten::logical_and(Tensor self, Tensor other) -> Tensor",
     buildLogical<AndOp>},
    {"aten::logical_or(Tensor self, Tensor other) -> Tensor",
     buildLogical<OrOp>},
    {"aten::logical_xor(Tensor self, Tensor other) -> Tensor",
     buildLogical<XorOp>},
    {"aten::addcmul(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar "
     "value=1) -> Tensor",
     buildAddOf<MulOp>},
    {"aten::addcdiv(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar "
     "value=1) -> Tensor",
     buildAddOf<DivOp>},
    {"prims::fma(Tensor a, Tensor b, Tensor c) -> Tensor", buildFma},
    {"aten::lerp.Scalar(Tensor self, Tensor end, Scalar weight) -> Tensor",
     buildLerp},
    {"aten::lerp.Tensor(Tensor self, Tensor end, Tensor weight) -> Tensor",
     buildLerp},
    {"aten::clamp(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor",
     buildClamp},
    {"aten::clamp.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> "
     "Tensor",
     buildClamp},
    {"aten::clip(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor",
     buildClamp},
    {"aten::clamp_min(Tensor self, Scalar min) -> Tensor", buildClampMin},
    {"aten::clamp_min.Tensor(Tensor self, Tensor min) -> Tensor",
     buildClampMin},
    {"aten::clamp_max(Tensor self, Scalar max) -> Tensor", buildClampMax},
    {"aten::clamp_max.Tensor(Tensor self, Tensor max) -> Tensor",
     buildClampMax},
    {"aten::where.self(Tensor condition, Tensor self, Tensor other) -> Tensor",
     buildWhere},
    {"aten::where.ScalarSelf(Tensor condition, Scalar self, Tensor other) -> "
     "Tensor",
     buildWhere},
    {"aten::where.ScalarOther(Tensor condition, Tensor self, Scalar other) -> "
     "Tensor",
     buildWhere},
    {"aten::where.Scalar(Tensor condition, Scalar self, Scalar other) -> "
     "Tensor",
     buildWhere},
    {"aten::masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> "
     "Tensor",
     buildMaskedFill},
    {"aten::masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> "
     "Tensor",
     buildMaskedFill},
    {"aten::xlogy.Tensor(Tensor self, Tensor other) -> Tensor", buildXlogy},
    {"aten::xlogy.Scalar_Self(Scalar self, Tensor other) -> Tensor",
     buildXlogy},
    {"aten::xlogy.Scalar_Other(Tensor self, Scalar other) -> Tensor",
     buildXlogy},
};

} // namespace

ArrayRef<OpRow> pointwiseRows() { return kRows; }

} // namespace opc::torch
