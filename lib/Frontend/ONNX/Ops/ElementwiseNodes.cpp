//===- ElementwiseNodes.cpp - arithmetic, comparison, functions of one number
//--===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

template <typename Op> void buildUnary(Node &n) {
  n.out(0, n.unary<Op>(n.need(0)));
}
template <typename Op> void buildBinary(Node &n) {
  n.out(0, n.binary<Op>(n.need(0), n.need(1)));
}
template <typename Op> void buildCompare(Node &n) {
  n.out(0, n.compare<Op>(n.need(0), n.need(1)));
}
/// Before opset 7 the second operand was aligned by attributes: its axes are
/// those of the first from `axis` on, or the last ones; without `broadcast`
/// both have one shape.
Value alignedOperand(Node &n, Value a, Value b) {
  bool broadcasts = n.flag("broadcast", false), placed = n.hasAttr("axis");
  if (!broadcasts && !n.failed() && n.rank(a) != n.rank(b))
    n.fail(formatv("ranks {0} and {1} differ without broadcast=1", n.rank(a),
                   n.rank(b)));
  if (!broadcasts && !n.failed())
    for (auto [x, y] : llvm::zip(n.dims(a), n.dims(b)))
      n.requireEqual(x, y);
  if (n.failed() || !broadcasts || !placed)
    return b;
  int64_t axis = n.axisIn(n.integer("axis", 0), n.rank(a));
  int64_t missing = n.rank(a) - axis - n.rank(b);
  if (missing < 0)
    n.fail("the second operand reaches beyond the first");
  return n.unsqueeze(b, axesBetween(n.rank(b), n.rank(b) + missing));
}
template <typename Op> void buildOldBinary(Node &n) {
  Value a = n.need(0);
  n.out(0, n.binary<Op>(a, alignedOperand(n, a, n.need(1))));
}
template <typename Op> void buildOldCompare(Node &n) {
  Value a = n.need(0);
  n.out(0, n.compare<Op>(a, alignedOperand(n, a, n.need(1))));
}

void buildPrelu(Node &n) {
  Value x = n.need(0);
  n.out(0, n.binary<PreluOp>(x, n.fitting(n.need(1), x, "slope")));
}

/// Before opset 7 the slope was one for all or one for each channel.
void buildOldPrelu(Node &n) {
  Value x = n.need(0), slope = n.need(1);
  if (!n.failed() && n.rank(slope) == 1 && constantOf(n.size(slope)) != 1) {
    slope = n.unsqueeze(slope, axesBetween(1, n.rank(x) - 1));
  }
  n.out(0, n.binary<PreluOp>(x, slope));
}

template <typename Op> void buildVariadic(Node &n) {
  Value result = n.need(0);
  for (int64_t i = 1; i < n.numInputs(); ++i)
    result = n.binary<Op>(result, n.need(i));
  n.out(0, result);
}

/// The sum of all inputs, not yet rounded to their type.
Value sumOf(Node &n) {
  Value sum = wide(n, n.need(0));
  for (int64_t i = 1; i < n.numInputs(); ++i)
    sum = n.add(sum, wide(n, n.need(i)));
  return sum;
}
void buildSum(Node &n) { n.out(0, rounded(n, sumOf(n))); }
void buildMean(Node &n) {
  Value sum = sumOf(n);
  Value mean = n.div(sum, n.like(sum, static_cast<double>(n.numInputs())));
  n.out(0, rounded(n, mean));
}

void buildMod(Node &n) {
  if (n.flag("fmod", false))
    return buildBinary<FmodOp>(n);
  Value x = n.need(0), y = n.need(1);
  if (n.failed() || !n.isFloat(x))
    return buildBinary<ModOp>(n);
  if (n.opset < 28)
    return n.fail("a remainder of " + dtypeName(n.elementOf(x)) +
                  " needs fmod=1");
  Value rest = n.binary<ModOp>(x, y);
  // A zero has the sign of y.
  Value zero = n.mul(n.unary<SignOp>(y), n.like(y, 0));
  n.out(0, n.select(n.compare<EqualOp>(rest, n.like(rest, 0)), zero, rest));
}

void buildPow(Node &n) {
  Value a = n.need(0), b = n.need(1);
  if (n.opset < 7)
    b = alignedOperand(n, a, b);
  n.out(0,
        n.emitBroadcast(PowOp::getOperationName(), {a, b}, {}, n.elementOf(a)));
}

void buildBitShift(Node &n) {
  std::string direction = n.needString("direction");
  if (direction == "LEFT")
    return buildBinary<ShiftLeftOp>(n);
  if (direction == "RIGHT")
    return buildBinary<ShiftRightOp>(n);
  n.fail("direction " + quoted(direction) + " is neither LEFT nor RIGHT");
}

void buildWhere(Node &n) {
  n.out(0, n.select(n.need(0), n.need(1), n.need(2)));
}

void buildClipAttributes(Node &n) {
  Value x = n.need(0);
  if (n.hasAttr("min"))
    x = n.max(x, n.like(x, n.real("min", 0)));
  if (n.hasAttr("max"))
    x = n.min(x, n.like(x, n.real("max", 0)));
  n.out(0, x);
}

void buildClip(Node &n) {
  Value x = n.need(0);
  if (n.has(1))
    x = n.max(x, n.scalarOf(n.in(1), "min"));
  if (n.has(2))
    x = n.min(x, n.scalarOf(n.in(2), "max"));
  n.out(0, x);
}

/// How numbers become those of 8 bits with a point, which opc does not have.
void ignoreEightBitRounding(Node &n) {
  n.ignore("saturate");
  n.ignore("round_mode");
}

void buildCast(Node &n) {
  ignoreEightBitRounding(n);
  if (!n.hasAttr("to"))
    return n.fail("attribute 'to' is missing");
  n.out(0, n.cast(n.need(0), n.elementAttr("to", {})));
}

void buildCastLike(Node &n) {
  ignoreEightBitRounding(n);
  n.out(0, n.cast(n.need(0), n.elementOf(n.need(1))));
}

void buildBitCast(Node &n) {
  Value x = n.need(0);
  Type to = n.elementAttr("to", {});
  if (n.failed() || !to)
    return n.fail("attribute 'to' is missing");
  Type from = n.elementOf(x);
  if (from.isInteger(1) || to.isInteger(1) ||
      from.getIntOrFloatBitWidth() != to.getIntOrFloatBitWidth())
    return n.refuse("a bit cast from " + dtypeName(from) + " to " +
                    dtypeName(to) + " is not supported");
  n.out(0, from == to ? x : n.emit<BitcastOp>(x, {}, to));
}

void buildIsNan(Node &n) { n.out(0, n.isNan(n.need(0))); }

void buildIsInf(Node &n) {
  n.out(0, n.isInfinite(n.need(0), n.flag("detect_negative", true),
                        n.flag("detect_positive", true)));
}

/// Whether x < limit, where the type of integers x need not hold the limit.
Value isBelow(Node &n, Value x, double limit) {
  if (n.failed() || n.isFloat(x))
    return n.compare<LessOp>(x, n.like(x, limit));
  int bits = static_cast<int>(n.elementOf(x).getIntOrFloatBitWidth());
  double least = n.isUnsigned(x) ? 0 : -std::ldexp(1.0, bits - 1);
  double end = std::ldexp(1.0, n.isUnsigned(x) ? bits : bits - 1);
  limit = std::ceil(limit);
  if (limit <= least || limit >= end)
    return n.scalarInt(n.boolType(), limit >= end);
  return n.compare<LessOp>(x, n.like(x, limit));
}

/// x + bias; of integers truncated where bias is no integer.
Value shifted(Node &n, Value x, double bias) {
  if (n.isFloat(x) || bias == std::floor(bias))
    return n.add(x, n.like(x, bias));
  Value real = n.cast(x, n.state.builder.getF64Type());
  return n.cast(n.add(real, n.like(real, bias)), n.elementOf(x));
}

/// y = x + bias below -lambd, x - bias above lambd, 0 between.
void buildShrink(Node &n) {
  Value x = wide(n, n.need(0));
  double lambd = n.real("lambd", 0.5), bias = n.real("bias", 0);
  Value low = isBelow(n, x, -lambd), high;
  if (n.isFloat(x))
    high = n.compare<GreaterOp>(x, n.like(x, lambd));
  else
    high = n.unary<NotOp>(isBelow(n, x, std::floor(lambd) + 1));
  Value above = n.select(high, shifted(n, x, -bias), n.like(x, 0));
  Value y = n.select(low, shifted(n, x, bias), above);
  n.out(0, rounded(n, y));
}

constexpr OpRow kRows[] = {
    {"Abs", 6, kLatest, buildUnary<AbsOp>},
    {"Acos", 7, kLatest, buildUnary<AcosOp>},
    {"Acosh", 9, kLatest, buildUnary<AcoshOp>},
    {"Add", 6, 6, buildOldBinary<AddOp>},
    {"Add", 7, kLatest, buildBinary<AddOp>},
    {"And", 6, 6, buildOldBinary<AndOp>},
    {"And", 7, kLatest, buildBinary<AndOp>},
    {"Asin", 7, kLatest, buildUnary<AsinOp>},
    {"Asinh", 9, kLatest, buildUnary<AsinhOp>},
    {"Atan", 7, kLatest, buildUnary<AtanOp>},
    {"Atanh", 9, kLatest, buildUnary<AtanhOp>},
    {"BitCast", 26, kLatest, buildBitCast},
    {"BitShift", 11, kLatest, buildBitShift},
    {"BitwiseAnd", 18, kLatest, buildBinary<AndOp>},
    {"BitwiseNot", 18, kLatest, buildUnary<NotOp>},
    {"BitwiseOr", 18, kLatest, buildBinary<OrOp>},
    {"BitwiseXor", 18, kLatest, buildBinary<XorOp>},
    {"Cast", 6, kLatest, buildCast},
    {"CastLike", 15, kLatest, buildCastLike},
    {"Ceil", 6, kLatest, buildUnary<CeilOp>},
    {"Clip", 6, 10, buildClipAttributes},
    {"Clip", 11, kLatest, buildClip},
    {"Cos", 7, kLatest, buildUnary<CosOp>},
    {"Cosh", 9, kLatest, buildUnary<CoshOp>},
    {"Div", 6, 6, buildOldBinary<DivOp>},
    {"Div", 7, kLatest, buildBinary<DivOp>},
    {"Equal", 6, 6, buildOldCompare<EqualOp>},
    {"Equal", 7, kLatest, buildCompare<EqualOp>},
    {"Erf", 9, kLatest, buildUnary<ErfOp>},
    {"Exp", 6, kLatest, buildUnary<ExpOp>},
    {"Floor", 6, kLatest, buildUnary<FloorOp>},
    {"Greater", 6, 6, buildOldCompare<GreaterOp>},
    {"Greater", 7, kLatest, buildCompare<GreaterOp>},
    {"GreaterOrEqual", 12, kLatest, buildCompare<GreaterEqualOp>},
    {"IsInf", 10, kLatest, buildIsInf},
    {"IsNaN", 9, kLatest, buildIsNan},
    {"Less", 6, 6, buildOldCompare<LessOp>},
    {"Less", 7, kLatest, buildCompare<LessOp>},
    {"LessOrEqual", 12, kLatest, buildCompare<LessEqualOp>},
    {"Log", 6, kLatest, buildUnary<LogOp>},
    {"Max", 6, kLatest, buildVariadic<MaxOp>},
    {"Mean", 6, kLatest, buildMean},
    {"Min", 6, kLatest, buildVariadic<MinOp>},
    {"Mod", 10, kLatest, buildMod},
    {"Mul", 6, 6, buildOldBinary<MulOp>},
    {"Mul", 7, kLatest, buildBinary<MulOp>},
    {"Neg", 6, kLatest, buildUnary<NegOp>},
    {"Not", 1, kLatest, buildUnary<NotOp>},
    {"Or", 6, 6, buildOldBinary<OrOp>},
    {"Or", 7, kLatest, buildBinary<OrOp>},
    {"PRelu", 6, 6, buildOldPrelu},
    {"PRelu", 7, kLatest, buildPrelu},
    {"Pow", 6, kLatest, buildPow},
    {"Reciprocal", 6, kLatest, buildUnary<ReciprocalOp>},
    {"Round", 11, kLatest, buildUnary<RoundOp>},
    {"Shrink", 9, kLatest, buildShrink},
    {"Sign", 9, kLatest, buildUnary<SignOp>},
    {"Sin", 7, kLatest, buildUnary<SinOp>},
    {"Sinh", 9, kLatest, buildUnary<SinhOp>},
    {"Sqrt", 6, kLatest, buildUnary<SqrtOp>},
    {"Sub", 6, 6, buildOldBinary<SubOp>},
    {"Sub", 7, kLatest, buildBinary<SubOp>},
    {"Sum", 6, kLatest, buildSum},
    {"Tan", 7, kLatest, buildUnary<TanOp>},
    {"Where", 9, kLatest, buildWhere},
    {"Xor", 6, 6, buildOldBinary<XorOp>},
    {"Xor", 7, kLatest, buildBinary<XorOp>},
};

} // namespace

ArrayRef<OpRow> elementwiseRows() { return kRows; }

} // namespace opc::onnx
