//===- SimplifyArith.cpp - arithmetic that changes nothing ----------------===//
//
// Only identities that hold for every value, NaN and signed zeros included: x +
// 0 is not one of them for floats (-0 + 0 is +0).
//
//===----------------------------------------------------------------------===//
#include "SimplifyRules.h"
#include <cmath>

using namespace mlir;
using namespace opc;

/// Whether all elements of a constant are `wanted`; -0 is not 0.
static bool isSplat(Value value, double wanted) {
  std::optional<double> splat = splatOf(value);
  return splat == wanted && std::signbit(*splat) == std::signbit(wanted);
}

/// x where the op's other operand is the constant `neutral` and broadcasts.
template <int neutral, bool commutes>
static Value dropNeutral(Operation *op, OpBuilder &, ShapeEnv &env) {
  Value a = op->getOperand(0), b = op->getOperand(1), y = op->getResult(0);
  if (isSplat(b, neutral) && sameShape(a, y, env))
    return a;
  if (commutes && isSplat(a, neutral) && sameShape(b, y, env))
    return b;
  return {};
}

/// Integers only: x + 0.
static Value dropAddedZero(Operation *op, OpBuilder &b, ShapeEnv &env) {
  if (!isa<IntegerType>(getElementTypeOrSelf(op->getResult(0).getType())))
    return {};
  return dropNeutral<0, true>(op, b, env);
}

/// pow(x, 2) -> x * x and pow(x, 1) -> x, both exact.
static Value expandPow(Operation *op, OpBuilder &b, ShapeEnv &env) {
  auto pow = cast<PowOp>(op);
  if (!sameShape(pow.getA(), pow.getY(), env))
    return {};
  std::optional<double> exponent = splatOf(pow.getB());
  if (exponent == 1.0)
    return pow.getA();
  if (exponent != 2.0)
    return {};
  return MulOp::create(b, op->getLoc(), pow.getType(), pow.getA(), pow.getA());
}

static Value dropCastToSame(Operation *op, OpBuilder &, ShapeEnv &) {
  Value x = op->getOperand(0);
  return x.getType() == op->getResult(0).getType() ? x : Value();
}

/// A select whose condition is known.
static Value foldSelect(Operation *op, OpBuilder &, ShapeEnv &env) {
  auto select = cast<SelectOp>(op);
  std::optional<double> condition = splatOf(select.getCondition());
  if (!condition)
    return {};
  Value chosen = *condition != 0 ? select.getA() : select.getB();
  return sameShape(chosen, select.getY(), env) ? chosen : Value();
}

void opc::addArithRules(SimplifyTable &table) {
  table["opc.mul"] = {dropNeutral<1, true>};
  table["opc.div"] = {dropNeutral<1, false>};
  table["opc.sub"] = {dropNeutral<0, false>};
  table["opc.add"] = {dropAddedZero};
  table["opc.pow"] = {expandPow};
  table["opc.cast"] = {dropCastToSame};
  table["opc.select"] = {foldSelect};
}
