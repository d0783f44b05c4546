//===- SimplifyCancellation.cpp - sums with 1 that lose their digits ------===//
//
// 1 + erf(x) is 2e-9 at -4.2 by the formula, and 0 or 6e-8 in floats. Graphs
// spell functions that have a name of their own that way; by that name they are
// accurate to a few units in the last place.
//
//   x / 2 * (1 + erf(x / sqrt(2)))  ->  gelu(x)
//   1 + tanh(x)      ->  2 sigmoid(2 x)     1 - sigmoid(x)  ->  sigmoid(-x)
//   1 - tanh(x)      ->  2 sigmoid(-2 x)    log(sigmoid(x)) ->  -softplus(-x)
//   log(1 + exp(x))  ->  softplus(x)
//
//===----------------------------------------------------------------------===//
#include "SimplifyRules.h"
#include <cmath>

using namespace mlir;
using namespace opc;

static bool isFloat(Value x) {
  return isa<FloatType>(getElementTypeOrSelf(x.getType()));
}

namespace {
/// Builds functions of one float.
struct FunctionBuilder {
  OpBuilder &b;
  Location loc;

  template <typename Op> Value unary(Value x) {
    return Op::create(b, loc, x.getType(), x);
  }
  Value oriented(Value x, bool negative) {
    return negative ? unary<NegOp>(x) : x;
  }
  Value twice(Value x) { return AddOp::create(b, loc, x.getType(), x, x); }
};

/// 1 + x or 1 - x.
struct OneAnd {
  Value x;
  bool negative;
};
} // namespace

static std::optional<OneAnd> matchOneAnd(Operation *op, ShapeEnv &env) {
  Value y = op->getResult(0);
  if (!isa<AddOp, SubOp>(op) || !isFloat(y))
    return std::nullopt;
  Value a = op->getOperand(0), b = op->getOperand(1);
  if (splatOf(a) == 1.0 && sameShape(b, y, env))
    return OneAnd{b, isa<SubOp>(op)};
  if (isa<AddOp>(op) && splatOf(b) == 1.0 && sameShape(a, y, env))
    return OneAnd{a, false};
  return std::nullopt;
}

/// Sigmoid, for 1 and a sigmoid or hyperbolic tangent.
static Value raiseSigmoid(Operation *op, OpBuilder &b, ShapeEnv &env) {
  std::optional<OneAnd> sum = matchOneAnd(op, env);
  Operation *inner = sum ? sum->x.getDefiningOp() : nullptr;
  if (!isa_and_nonnull<TanhOp, SigmoidOp>(inner))
    return {};
  FunctionBuilder f{b, op->getLoc()};
  Value x = f.oriented(inner->getOperand(0), sum->negative);
  if (isa<TanhOp>(inner))
    return f.twice(f.unary<SigmoidOp>(f.twice(x)));
  return sum->negative ? f.unary<SigmoidOp>(x) : Value();
}

/// Of a sigmoid that is 0 in floats it is a number all the same.
static Value raiseLogSigmoid(Operation *op, OpBuilder &b, ShapeEnv &) {
  auto sigmoid = op->getOperand(0).getDefiningOp<SigmoidOp>();
  if (!sigmoid)
    return {};
  FunctionBuilder f{b, op->getLoc()};
  Value x = f.unary<NegOp>(sigmoid->getOperand(0));
  return f.unary<NegOp>(f.unary<SoftplusOp>(x));
}

/// Where exp(x) is less than a step of 1, or too large for a float, the sum
/// with 1 has lost it.
static Value raiseSoftplus(Operation *op, OpBuilder &b, ShapeEnv &env) {
  Operation *sum = op->getOperand(0).getDefiningOp();
  std::optional<OneAnd> one = sum ? matchOneAnd(sum, env) : std::nullopt;
  auto exp = one && !one->negative ? one->x.getDefiningOp<ExpOp>() : ExpOp();
  if (!exp)
    return {};
  return FunctionBuilder{b, op->getLoc()}.unary<SoftplusOp>(exp->getOperand(0));
}

/// Whether a number is sqrt(2), or `inverse` its reciprocal, rounded to a type.
static bool isRootOfTwo(double value, bool inverse, Type type) {
  auto element = cast<FloatType>(getElementTypeOrSelf(type));
  int digits = APFloat::semanticsPrecision(element.getFloatSemantics());
  double ratio = value / (inverse ? M_SQRT1_2 : M_SQRT2);
  return std::abs(ratio - 1) <= std::ldexp(1.0, 1 - digits);
}

/// x where y is 1 + erf(x / sqrt(2)).
static Value matchGate(Value y, ShapeEnv &env) {
  Operation *op = y.getDefiningOp();
  std::optional<OneAnd> one = op ? matchOneAnd(op, env) : std::nullopt;
  auto erf = one && !one->negative ? one->x.getDefiningOp<ErfOp>() : ErfOp();
  Operation *scaled = erf ? erf->getOperand(0).getDefiningOp() : nullptr;
  if (!isa_and_nonnull<MulOp, DivOp>(scaled))
    return {};
  bool isMul = isa<MulOp>(scaled);
  Value x = scaled->getOperand(0), factor = scaled->getOperand(1);
  if (isMul && splatOf(x))
    std::swap(x, factor);
  std::optional<double> value = splatOf(factor);
  bool fits = value && isRootOfTwo(*value, isMul, y.getType());
  return fits && sameShape(x, y, env) ? x : Value();
}

namespace {
/// x / 2 * gate in one of the orders of its two products.
struct Gelu {
  static constexpr int depth = 2;
  Value x, gate;
  double constant = 1;
  int xs = 0, gates = 0;

  bool find(Value y, ShapeEnv &env, int products = depth) {
    gate = y;
    if ((x = matchGate(y, env)))
      return true;
    auto product = y.getDefiningOp<MulOp>();
    return product && products > 0 &&
           (find(product.getA(), env, products - 1) ||
            find(product.getB(), env, products - 1));
  }
  bool count(Value y, int products = depth) {
    if (y == x)
      return ++xs;
    if (y == gate)
      return ++gates;
    if (std::optional<double> value = splatOf(y)) {
      constant *= *value;
      return true;
    }
    auto product = y.getDefiningOp<MulOp>();
    return product && products > 0 && count(product.getA(), products - 1) &&
           count(product.getB(), products - 1);
  }
};
} // namespace

static Value raiseGelu(Operation *op, OpBuilder &b, ShapeEnv &env) {
  Value y = op->getResult(0);
  Gelu gelu;
  if (!isFloat(y) || !gelu.find(y, env) || !sameShape(gelu.x, y, env) ||
      !gelu.count(y) || gelu.xs != 1 || gelu.gates != 1 || gelu.constant != 0.5)
    return {};
  return GeluOp::create(b, op->getLoc(), y.getType(), gelu.x,
                        b.getStringAttr("none"));
}

void opc::addCancellationRules(SimplifyTable &table) {
  table["opc.add"].push_back(raiseSigmoid);
  table["opc.sub"].push_back(raiseSigmoid);
  table["opc.mul"].push_back(raiseGelu);
  table["opc.log"].push_back(raiseLogSigmoid);
  table["opc.log"].push_back(raiseSoftplus);
}
