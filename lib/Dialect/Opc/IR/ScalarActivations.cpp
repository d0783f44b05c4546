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

static Value sigmoid(FloatBuilder &f, Value x) {
  Value one = f.c(x, 1);
  return f.div(one, f.add(one, f.exp(f.neg(x))));
}

/// log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)).
static Value softplus(FloatBuilder &f, Value x) {
  return f.add(f.max(x, f.c(x, 0)), f.log1p(f.exp(f.neg(f.abs(x)))));
}

/// clamp(alpha * x + beta, 0, 1).
static Value hardSigmoid(FloatBuilder &f, Value x, double alpha, double beta) {
  Value line = f.add(f.mul(x, f.c(x, alpha)), f.c(x, beta));
  return f.max(f.c(x, 0), f.min(f.c(x, 1), line));
}

Value opc::emitReciprocal(OpBuilder &b, Location loc, Value x) {
  return activation(
      b, loc, x, [](FloatBuilder &f, Value x) { return f.div(f.c(x, 1), x); });
}

Value opc::emitSigmoid(OpBuilder &b, Location loc, Value x) {
  return activation(b, loc, x, sigmoid);
}

Value opc::emitSoftplus(OpBuilder &b, Location loc, Value x) {
  return activation(b, loc, x, softplus);
}

Value opc::emitSoftsign(OpBuilder &b, Location loc, Value x) {
  return activation(b, loc, x, [](FloatBuilder &f, Value x) {
    return f.div(x, f.add(f.c(x, 1), f.abs(x)));
  });
}

Value opc::emitMish(OpBuilder &b, Location loc, Value x) {
  return activation(b, loc, x, [](FloatBuilder &f, Value x) {
    return f.mul(x, f.tanh(softplus(f, x)));
  });
}

Value opc::emitHardSwish(OpBuilder &b, Location loc, Value x) {
  return activation(b, loc, x, [](FloatBuilder &f, Value x) {
    return f.mul(x, hardSigmoid(f, x, 1.0 / 6, 0.5));
  });
}

Value opc::emitHardSigmoid(OpBuilder &b, Location loc, Value x, APFloat alpha,
                           APFloat beta) {
  return activation(b, loc, x, [&](FloatBuilder &f, Value x) {
    return hardSigmoid(f, x, alpha.convertToDouble(), beta.convertToDouble());
  });
}

Value opc::emitLeakyRelu(OpBuilder &b, Location loc, Value x, APFloat alpha) {
  return activation(b, loc, x, [&](FloatBuilder &f, Value x) {
    Value negative = f.cmp(Predicate::OLT, x, f.c(x, 0));
    return f.select(negative, f.mul(x, f.c(x, alpha.convertToDouble())), x);
  });
}

Value opc::emitElu(OpBuilder &b, Location loc, Value x, APFloat alpha) {
  return activation(b, loc, x, [&](FloatBuilder &f, Value x) {
    Value negative = f.cmp(Predicate::OLT, x, f.c(x, 0));
    Value below = f.mul(f.c(x, alpha.convertToDouble()), f.expm1(x));
    return f.select(negative, below, x);
  });
}

Value opc::emitCelu(OpBuilder &b, Location loc, Value x, APFloat alpha) {
  return activation(b, loc, x, [&](FloatBuilder &f, Value x) {
    Value a = f.c(x, alpha.convertToDouble()), zero = f.c(x, 0);
    Value below = f.mul(a, f.expm1(f.div(x, a)));
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

Value opc::emitSwish(OpBuilder &b, Location loc, Value x, APFloat alpha) {
  return activation(b, loc, x, [&](FloatBuilder &f, Value x) {
    double a = alpha.convertToDouble();
    return f.mul(x, sigmoid(f, a == 1 ? x : f.mul(x, f.c(x, a))));
  });
}

Value opc::emitGelu(OpBuilder &b, Location loc, Value x, bool tanhForm) {
  return activation(b, loc, x, [&](FloatBuilder &f, Value x) {
    Value half = f.mul(x, f.c(x, 0.5)), inner;
    if (tanhForm) { // sqrt(2/pi) * (x + 0.044715 x^3)
      Value cube = f.mul(f.mul(x, x), f.mul(x, f.c(x, 0.044715)));
      inner = f.tanh(f.mul(f.add(x, cube), f.c(x, 0.79788456080286536)));
    } else { // x / sqrt(2)
      inner = f.erf(f.mul(x, f.c(x, 0.70710678118654752)));
    }
    return f.mul(half, f.add(f.c(x, 1), inner));
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
