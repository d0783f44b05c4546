//===- FunctionNodes.cpp - functions of one number ------------------------===//
#include "PromotedOperands.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

/// What `body` makes of the operand, a real, rounded to its type.
template <typename Body>
void mapReal(Node &n, Body body, StringRef name = "self") {
  Type element;
  Value x = realOperand(n, n.tensor(name), element);
  if (!n.failed())
    n.out(n.cast(body(x), element));
}
template <typename Op> void buildFunction(Node &n) {
  mapReal(n, [&](Value x) { return n.unary<Op>(x); });
}

/// The same for reals; integers stay as they are.
template <typename Body> void mapRounding(Node &n, Body body) {
  Value x = n.tensor("self");
  if (n.failed())
    return;
  if (!n.isFloat(x))
    return n.out(x);
  n.out(n.cast(body(wide(n, x)), n.elementOf(x)));
}
template <typename Op> void buildRounding(Node &n) {
  mapRounding(n, [&](Value x) { return n.unary<Op>(x); });
}
void buildTrunc(Node &n) {
  mapRounding(n, [&](Value x) { return truncated(n, x); });
}
void buildRoundDecimals(Node &n) {
  int64_t decimals = n.integer("decimals");
  double power = std::pow(10.0, static_cast<double>(std::abs(decimals)));
  mapRounding(n, [&](Value x) {
    Value factor = n.like(x, power);
    if (decimals >= 0)
      return n.div(n.unary<RoundOp>(n.mul(x, factor)), factor);
    return n.mul(n.unary<RoundOp>(n.div(x, factor)), factor);
  });
}
void buildFrac(Node &n) {
  mapReal(n, [&](Value x) { return n.sub(x, truncated(n, x)); });
}

void buildAbs(Node &n) {
  Value x = n.tensor("self");
  n.out(x && (isBool(n.elementOf(x)) || n.isUnsigned(x)) ? x
                                                         : n.unary<AbsOp>(x));
}
void buildNeg(Node &n) {
  Value x = n.tensor("self");
  if (x && isBool(n.elementOf(x)))
    return n.fail("bool has no negative");
  n.out(x && n.isUnsigned(x) ? n.sub(n.like(x, 0), x) : n.unary<NegOp>(x));
}
void buildSign(Node &n) {
  Value x = n.tensor("self");
  if (n.failed() || isBool(n.elementOf(x)))
    return n.out(x);
  Value y = n.unary<SignOp>(x);
  // What is no number is not greater or less than 0.
  if (n.isFloat(x))
    y = n.select(n.isNan(x), n.like(x, 0), y);
  n.out(y);
}
void buildSquare(Node &n) {
  Value x = n.tensor("self");
  if (x && isBool(n.elementOf(x)))
    x = n.cast(x, n.i64Type());
  n.out(n.mul(x, x));
}
void buildReciprocal(Node &n) {
  mapReal(n, [&](Value x) { return n.div(n.like(x, 1), x); });
}
void buildRsqrt(Node &n) {
  mapReal(n, [&](Value x) { return n.div(n.like(x, 1), n.unary<SqrtOp>(x)); });
}

/// Through f64, so that whole logarithms are whole.
void logarithm(Node &n, double base) {
  mapReal(n, [&](Value x) {
    Value wider = n.cast(x, n.state.builder.getF64Type());
    Value y = n.mul(n.unary<LogOp>(wider), n.like(wider, 1 / std::log(base)));
    return n.cast(y, n.elementOf(x));
  });
}
void buildLog2(Node &n) { logarithm(n, 2); }
void buildLog10(Node &n) { logarithm(n, 10); }
void buildExp2(Node &n) {
  mapReal(n, [&](Value x) { return n.binary<PowOp>(n.like(x, 2), x); });
}

void buildRelu(Node &n) {
  Value x = n.tensor("self");
  if (x && isBool(n.elementOf(x)))
    return n.refuse("bool is not supported", "numbers");
  n.out(n.unary<ReluOp>(x));
}
void clampTo(Node &n, double low, double high) {
  Value x = n.tensor("self");
  n.out(n.min(n.max(x, n.like(x, low)), n.like(x, high)));
}
void buildRelu6(Node &n) { clampTo(n, 0, 6); }
void buildHardtanh(Node &n) {
  double low = n.real("min_val"), high = n.real("max_val");
  clampTo(n, low, high);
}
void buildLeakyRelu(Node &n) {
  double slope = n.real("negative_slope");
  mapReal(n, [&](Value x) {
    Value isAbove = n.compare<GreaterOp>(x, n.like(x, 0));
    return n.select(isAbove, x, n.mul(x, n.like(x, slope)));
  });
}
void buildGelu(Node &n) {
  StringRef kind = n.string("approximate");
  mapReal(n, [&](Value x) {
    return n.unary<GeluOp>(x, {{"approximate", n.text(kind)}});
  });
}
void buildSilu(Node &n) {
  mapReal(n,
          [&](Value x) { return n.unary<SwishOp>(x, {{"alpha", n.f64(1)}}); });
}
void buildHardsigmoid(Node &n) {
  mapReal(n, [&](Value x) {
    Value sum = n.add(x, n.like(x, 3));
    sum = n.min(n.max(sum, n.like(x, 0)), n.like(x, 6));
    return n.div(sum, n.like(x, 6));
  });
}
void buildHardswish(Node &n) {
  mapReal(n, [&](Value x) {
    Value sum = n.add(x, n.like(x, 3));
    sum = n.min(n.max(sum, n.like(x, 0)), n.like(x, 6));
    return n.div(n.mul(x, sum), n.like(x, 6));
  });
}
/// scale * (x > 0 ? x : alpha * (exp(x * inner) - 1)).
void buildElu(Node &n) {
  double alpha = n.real("alpha"), scale = n.real("scale"),
         inner = n.real("input_scale");
  mapReal(n, [&](Value x) {
    Value below =
        n.mul(n.unary<Expm1Op>(n.mul(x, n.like(x, inner))), n.like(x, alpha));
    Value isAbove = n.compare<GreaterOp>(x, n.like(x, 0));
    return n.mul(n.select(isAbove, x, below), n.like(x, scale));
  });
}
void buildCelu(Node &n) {
  double alpha = n.real("alpha");
  mapReal(n, [&](Value x) {
    return n.unary<CeluOp>(x, {{"alpha", n.f64(alpha)}});
  });
}
void buildSelu(Node &n) {
  mapReal(n, [&](Value x) {
    return n.unary<SeluOp>(
        x, {{"alpha", n.f64(1.6732632423543772848170429916717)},
            {"gamma", n.f64(1.0507009873554804934193349852946)}});
  });
}
/// log(1 + exp(beta x)) / beta, which above the threshold is x.
void buildSoftplus(Node &n) {
  double beta = n.real("beta"), threshold = n.real("threshold");
  mapReal(n, [&](Value x) {
    Value scaled = n.mul(x, n.like(x, beta));
    Value y = n.div(n.unary<SoftplusOp>(scaled), n.like(x, beta));
    Value isFar = n.compare<GreaterOp>(scaled, n.like(x, threshold));
    return n.select(isFar, x, y);
  });
}
void buildLogSigmoid(Node &n) {
  mapReal(n, [&](Value x) {
    return n.unary<NegOp>(n.unary<SoftplusOp>(n.unary<NegOp>(x)));
  });
}
void buildThreshold(Node &n) {
  Value x = n.tensor("self");
  double threshold = n.real("threshold"), value = n.real("value");
  if (n.failed() || !n.isFloat(x))
    return n.refuse("integers are not supported", "reals");
  Value isLow = n.compare<LessEqualOp>(x, n.like(x, threshold));
  n.out(n.select(isLow, n.like(x, value), x));
}
void buildHardshrink(Node &n) {
  double lambda = n.real("lambd");
  mapReal(n, [&](Value x) {
    Value isInner =
        n.binary<AndOp>(n.compare<GreaterEqualOp>(x, n.like(x, -lambda)),
                        n.compare<LessEqualOp>(x, n.like(x, lambda)));
    return n.select(isInner, n.like(x, 0), x);
  });
}
void buildSoftshrink(Node &n) {
  double lambda = n.real("lambd");
  mapReal(n, [&](Value x) {
    Value high = n.compare<GreaterOp>(x, n.like(x, lambda));
    Value low = n.compare<LessOp>(x, n.like(x, -lambda));
    // What is no number times 0 is none.
    Value y =
        n.select(low, n.add(x, n.like(x, lambda)), n.mul(x, n.like(x, 0)));
    return n.select(high, n.sub(x, n.like(x, lambda)), y);
  });
}
/// One slope for all, or one for each channel.
void buildPrelu(Node &n) {
  Value x = n.tensor("self"), slope = n.tensor("weight");
  if (n.failed())
    return;
  int64_t rank = n.rank(x);
  if (n.rank(slope) == 1 && rank > 1)
    slope = n.reshape(slope, [&] {
      Dims dims(rank, n.expr(1));
      dims[1] = n.dim(slope, 0);
      return dims;
    }());
  Value y = n.mul(x, slope);
  n.out(n.select(n.compare<GreaterOp>(x, n.like(x, 0)), x, y));
}
/// The first half of an axis times the sigmoid of the second.
void buildGlu(Node &n) {
  Value x = n.tensor("self");
  int64_t axis = n.axis("dim", x);
  if (n.failed())
    return;
  AffineExpr half = n.dim(x, axis).floorDiv(2);
  n.requireEqual(half * 2, n.dim(x, axis), "an extent of {1} does not halve");
  Value a = n.slice(x, axis, n.expr(0), half);
  Value b = n.slice(x, axis, half, half);
  n.out(n.cast(n.mul(wide(n, a), n.unary<SigmoidOp>(wide(n, b))),
               n.elementOf(x)));
}

/// The largest finite number of a type.
double greatestOf(Type element) {
  return APFloat::getLargest(cast<FloatType>(element).getFloatSemantics())
      .convertToDouble();
}
void buildNanToNum(Node &n) {
  Value x = n.tensor("self");
  std::optional<double> nan = n.optionalReal("nan"),
                        high = n.optionalReal("posinf"),
                        low = n.optionalReal("neginf");
  if (n.failed() || !n.isFloat(x))
    return n.out(x);
  if (!n.elementOf(x).isF32() && !n.elementOf(x).isF64())
    return n.refuse("halves are not supported", "f32");
  double most = greatestOf(n.elementOf(x));
  Value isHigh = n.isInfinite(x, /*negative=*/false);
  Value isLow = n.isInfinite(x, /*negative=*/true, /*positive=*/false);
  Value y = n.select(isHigh, n.like(x, high.value_or(most)), x);
  y = n.select(isLow, n.like(x, low.value_or(-most)), y);
  n.out(n.select(n.isNan(x), n.like(x, nan.value_or(0)), y));
}

void buildDropout(Node &n) {
  double p = n.real("p");
  if (n.flag("train") && p != 0)
    return n.refuse("random numbers are not supported", "train=False");
  n.out(n.tensor("input"));
}

/// The mask says what was kept.
void buildNativeDropout(Node &n) {
  Value x = n.tensor("input");
  double p = n.real("p");
  bool train = !n.has("train") || n.flag("train");
  n.ignore("train"); // None is True
  if (train && p != 0)
    return n.refuse("random numbers are not supported", "train=False");
  if (n.failed())
    return;
  n.out(0, x);
  n.out(1, n.broadcast(n.scalarInt(n.boolType(), 1), n.dims(x)));
}

constexpr OpRow kRows[] = {
    {"aten::native_dropout(Tensor input, float p, bool? train) -> (Tensor, "
     "Tensor)",
     buildNativeDropout},
    {"aten::abs(Tensor self) -> Tensor", buildAbs},
    {"aten::neg(Tensor self) -> Tensor", buildNeg},
    {"aten::sign(Tensor self) -> Tensor", buildSign},
    {"aten::sgn(Tensor self) -> Tensor", buildSign},
    {"aten::square(Tensor self) -> Tensor", buildSquare},
    {"aten::reciprocal(Tensor self) -> Tensor", buildReciprocal},
    {"aten::sqrt(Tensor self) -> Tensor", buildFunction<SqrtOp>},
    {"aten::rsqrt(Tensor self) -> Tensor", buildRsqrt},
    {"aten::exp(Tensor self) -> Tensor", buildFunction<ExpOp>},
    {"aten::exp2(Tensor self) -> Tensor", buildExp2},
    {"aten::expm1(Tensor self) -> Tensor", buildFunction<Expm1Op>},
    {"aten::log(Tensor self) -> Tensor", buildFunction<LogOp>},
    {"aten::log1p(Tensor self) -> Tensor", buildFunction<Log1pOp>},
    {"aten::log2(Tensor self) -> Tensor", buildLog2},
    {"aten::log10(Tensor self) -> Tensor", buildLog10},
    {"aten::sin(Tensor self) -> Tensor", buildFunction<SinOp>},
    {"aten::cos(Tensor self) -> Tensor", buildFunction<CosOp>},
    {"aten::tan(Tensor self) -> Tensor", buildFunction<TanOp>},
    {"aten::asin(Tensor self) -> Tensor", buildFunction<AsinOp>},
    {"aten::acos(Tensor self) -> Tensor", buildFunction<AcosOp>},
    {"aten::atan(Tensor self) -> Tensor", buildFunction<AtanOp>},
    {"aten::sinh(Tensor self) -> Tensor", buildFunction<SinhOp>},
    {"aten::cosh(Tensor self) -> Tensor", buildFunction<CoshOp>},
    {"aten::tanh(Tensor self) -> Tensor", buildFunction<TanhOp>},
    {"aten::asinh(Tensor self) -> Tensor", buildFunction<AsinhOp>},
    {"aten::acosh(Tensor self) -> Tensor", buildFunction<AcoshOp>},
    {"aten::atanh(Tensor self) -> Tensor", buildFunction<AtanhOp>},
    {"aten::erf(Tensor self) -> Tensor", buildFunction<ErfOp>},
    {"aten::erfc(Tensor self) -> Tensor", buildFunction<ErfcOp>},
    {"aten::sigmoid(Tensor self) -> Tensor", buildFunction<SigmoidOp>},
    {"aten::floor(Tensor self) -> Tensor", buildRounding<FloorOp>},
    {"aten::ceil(Tensor self) -> Tensor", buildRounding<CeilOp>},
    {"aten::round(Tensor self) -> Tensor", buildRounding<RoundOp>},
    {"aten::round.decimals(Tensor self, *, int decimals) -> Tensor",
     buildRoundDecimals},
    {"aten::trunc(Tensor self) -> Tensor", buildTrunc},
    {"aten::frac(Tensor self) -> Tensor", buildFrac},
    {"aten::relu(Tensor self) -> Tensor", buildRelu},
    {"aten::relu6(Tensor self) -> Tensor", buildRelu6},
    {"aten::hardtanh(Tensor self, Scalar min_val=-1, Scalar max_val=1) -> "
     "Tensor",
     buildHardtanh},
    {"aten::leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor",
     buildLeakyRelu},
    {"aten::gelu(Tensor self, *, str approximate=\"none\") -> Tensor",
     buildGelu},
    {"aten::silu(Tensor self) -> Tensor", buildSilu},
    {"aten::mish(Tensor self) -> Tensor", buildFunction<MishOp>},
    {"aten::hardsigmoid(Tensor self) -> Tensor", buildHardsigmoid},
    {"aten::hardswish(Tensor self) -> Tensor", buildHardswish},
    {"aten::elu(Tensor self, Scalar alpha=1, Scalar scale=1, Scalar "
     "input_scale=1) -> Tensor",
     buildElu},
    {"aten::celu(Tensor self, Scalar alpha=1.) -> Tensor", buildCelu},
    {"aten::selu(Tensor self) -> Tensor", buildSelu},
    {"aten::softplus(Tensor self, Scalar beta=1, Scalar threshold=20) -> "
     "Tensor",
     buildSoftplus},
    {"aten::log_sigmoid(Tensor self) -> Tensor", buildLogSigmoid},
    {"aten::threshold(Tensor self, Scalar threshold, Scalar value) -> Tensor",
     buildThreshold},
    {"aten::hardshrink(Tensor self, Scalar lambd=0.5) -> Tensor",
     buildHardshrink},
    {"aten::softshrink(Tensor self, Scalar lambd=0.5) -> Tensor",
     buildSoftshrink},
    {"aten::prelu(Tensor self, Tensor weight) -> Tensor", buildPrelu},
    {"aten::_prelu_kernel(Tensor self, Tensor weight) -> Tensor", buildPrelu},
    {"aten::glu(Tensor self, int dim=-1) -> Tensor", buildGlu},
    {"aten::nan_to_num(Tensor self, float? nan=None, float? posinf=None, "
     "float? neginf=None) -> Tensor",
     buildNanToNum},
    {"aten::dropout(Tensor input, float p, bool train) -> Tensor",
     buildDropout},
};

} // namespace

ArrayRef<OpRow> functionRows() { return kRows; }

} // namespace opc::torch
