//===- SimplifyCancellation.cpp - sums with 1 that lose their digits ------===//
//
// 1 + erf(x) is 3e-9 at -4.2 by the formula, and 0 or 6e-8 in floats. Graphs
// spell functions that have a name of their own that way; by that name they are
// accurate to a few units in the last place. Of a result of 0 the sign may be
// another.
//
//   x / 2 * (1 + erf(x / sqrt(2)))  ->  gelu(x)
//   1 + erf(x)   ->  erfc(-x)           1 - erf(x)      ->  erfc(x)
//   1 + tanh(x)  ->  2 sigmoid(2 x)     1 - tanh(x)     ->  2 sigmoid(-2 x)
//   exp(x) - 1   ->  expm1(x)           1 - sigmoid(x)  ->  sigmoid(-x)
//   log(1 + x)   ->  log1p(x)           log(sigmoid(x)) ->  -softplus(-x)
//   log(1 - x)   ->  log1p(-x)          log(1 + exp(x)) ->  softplus(x)
//
// and the same functions less 1.
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
  Value negated(Value x) {
    auto negative = x.getDefiningOp<NegOp>();
    return negative ? negative.getX() : unary<NegOp>(x);
  }
  Value oriented(Value x, bool negative) { return negative ? negated(x) : x; }
  Value twice(Value x) { return AddOp::create(b, loc, x.getType(), x, x); }
};

/// 1 + x or 1 - x; or, `negated`, -1 - x or x - 1.
struct OneAnd {
  Value x;
  bool negative, negated;
};
} // namespace

/// y as a sum or difference of 1 or -1 and an x of its shape.
static std::optional<OneAnd> matchOneAnd(Value y, ShapeEnv &env) {
  Operation *op = y.getDefiningOp();
  if (!isa_and_nonnull<AddOp, SubOp>(op) || !isFloat(y))
    return std::nullopt;
  Value constant = op->getOperand(0), x = op->getOperand(1);
  double sign = isa<SubOp>(op) ? -1 : 1, factor = 1;
  if (splatOf(x)) {
    std::swap(constant, x);
    std::swap(sign, factor);
  }
  std::optional<double> value = splatOf(constant);
  if (!value || std::abs(*value) != 1 || !sameShape(x, y, env))
    return std::nullopt;
  double one = *value * factor;
  return OneAnd{x, one != sign, one < 0};
}

/// Sigmoid, for 1 and a sigmoid or hyperbolic tangent.
static Value raiseSigmoid(FunctionBuilder &f, OneAnd sum, Operation *inner) {
  Value x = f.oriented(inner->getOperand(0), sum.negative);
  if (isa<TanhOp>(inner))
    return f.twice(f.unary<SigmoidOp>(f.twice(x)));
  return sum.negative ? f.unary<SigmoidOp>(x) : Value();
}

static Value raiseErfc(FunctionBuilder &f, OneAnd sum, Operation *inner) {
  return f.unary<ErfcOp>(f.oriented(inner->getOperand(0), !sum.negative));
}

static Value raiseExpm1(FunctionBuilder &f, OneAnd sum, Operation *inner) {
  return sum.negative ? f.negated(f.unary<Expm1Op>(inner->getOperand(0)))
                      : Value();
}

/// What 1 and a function of x make, by the name of the function.
static Value raiseSum(Operation *op, OpBuilder &b, ShapeEnv &env) {
  using Rule = Value (*)(FunctionBuilder &, OneAnd, Operation *);
  static const llvm::StringMap<Rule> kRules = {{"opc.tanh", raiseSigmoid},
                                               {"opc.sigmoid", raiseSigmoid},
                                               {"opc.erf", raiseErfc},
                                               {"opc.exp", raiseExpm1}};
  std::optional<OneAnd> sum = matchOneAnd(op->getResult(0), env);
  Operation *inner = sum ? sum->x.getDefiningOp() : nullptr;
  Rule rule = inner ? kRules.lookup(inner->getName().getStringRef()) : nullptr;
  if (!rule)
    return {};
  FunctionBuilder f{b, op->getLoc()};
  Value value = rule(f, *sum, inner);
  return value ? f.oriented(value, sum->negated) : Value();
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
static Value softplusOf(FunctionBuilder f, Value power) {
  auto exp = power.getDefiningOp<ExpOp>();
  return exp ? f.unary<SoftplusOp>(exp.getX()) : Value();
}

/// The logarithm of 1 + x, and softplus for that of 1 + exp(x).
static Value raiseLog1p(Operation *op, OpBuilder &b, ShapeEnv &env) {
  std::optional<OneAnd> one = matchOneAnd(op->getOperand(0), env);
  if (!one || one->negated)
    return {};
  FunctionBuilder f{b, op->getLoc()};
  Value softplus = one->negative ? Value() : softplusOf(f, one->x);
  return softplus ? softplus
                  : f.unary<Log1pOp>(f.oriented(one->x, one->negative));
}

static Value raiseSoftplus(Operation *op, OpBuilder &b, ShapeEnv &) {
  return softplusOf({b, op->getLoc()}, op->getOperand(0));
}

/// Whether a number is sqrt(2), or `inverse` its reciprocal, rounded to a type.
static bool isRootOfTwo(double value, bool inverse, Type type) {
  auto element = cast<FloatType>(getElementTypeOrSelf(type));
  int digits = APFloat::semanticsPrecision(element.getFloatSemantics());
  double ratio = value / (inverse ? M_SQRT1_2 : M_SQRT2);
  return std::abs(ratio - 1) <= std::ldexp(1.0, 1 - digits);
}

/// x where y is erfc(-x / sqrt(2)), as 1 + erf(x / sqrt(2)) has become.
static Value matchGate(Value y, ShapeEnv &env) {
  auto erfc = y.getDefiningOp<ErfcOp>();
  auto negative = erfc ? erfc.getX().getDefiningOp<NegOp>() : NegOp();
  Operation *scaled = negative ? negative.getX().getDefiningOp() : nullptr;
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
  table["opc.add"].push_back(raiseSum);
  table["opc.sub"].push_back(raiseSum);
  table["opc.mul"].push_back(raiseGelu);
  table["opc.log"].push_back(raiseLogSigmoid);
  table["opc.log"].push_back(raiseLog1p);
  table["opc.log1p"].push_back(raiseSoftplus);
}
