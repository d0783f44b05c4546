//===- GradientNodes.cpp - gradients of functions of one number -----------===//
#include "PromotedOperands.h"
#include <cmath>

using namespace mlir;

namespace opc::torch {
namespace {

/// grad times, or chosen by, what `body` makes of the other operand; in f32 for
/// halves.
template <typename Body>
void withGradient(Node &n, StringRef other, Body body) {
  Value grad = n.tensor("grad_output"), x = n.tensor(other);
  if (n.failed() || !n.isFloat(grad) || !n.isFloat(x))
    return n.refuse("integers are not supported", "reals");
  Type element = promoted(n, {Operand::tensor(grad), Operand::tensor(x)});
  Type wide = computedIn(n, element);
  n.out(n.cast(body(n.cast(grad, wide), n.cast(x, wide)), element));
}
Value zeroWhere(Node &n, Value condition, Value x) {
  return n.select(condition, n.like(x, 0), x);
}

void buildThreshold(Node &n) {
  double threshold = n.real("threshold");
  withGradient(n, "self", [&](Value grad, Value x) {
    return zeroWhere(n, n.compare<LessEqualOp>(x, n.like(x, threshold)), grad);
  });
}
void buildTanh(Node &n) {
  withGradient(n, "output", [&](Value grad, Value y) {
    return n.mul(grad, n.sub(n.like(y, 1), n.mul(y, y)));
  });
}
void buildSigmoid(Node &n) {
  withGradient(n, "output", [&](Value grad, Value y) {
    return n.mul(n.mul(grad, n.sub(n.like(y, 1), y)), y);
  });
}
void buildSilu(Node &n) {
  withGradient(n, "self", [&](Value grad, Value x) {
    Value s = n.unary<SigmoidOp>(x), one = n.like(x, 1);
    return n.mul(n.mul(grad, s), n.add(one, n.mul(x, n.sub(one, s))));
  });
}

/// 0.5 (1 + erf(x / sqrt 2)) + x exp(-x^2 / 2) / sqrt(2 pi).
Value exactGelu(Node &n, Value x) {
  Value half = n.like(x, 0.5), one = n.like(x, 1);
  Value cdf =
      n.mul(half, n.add(one, n.unary<ErfOp>(n.mul(x, n.like(x, M_SQRT1_2)))));
  Value density = n.mul(n.unary<ExpOp>(n.mul(n.mul(x, x), n.like(x, -0.5))),
                        n.like(x, M_2_SQRTPI * M_SQRT1_2 * 0.5));
  return n.add(cdf, n.mul(x, density));
}
/// The derivative of 0.5 x (1 + tanh(b (x + k x^3))).
Value tanhGelu(Node &n, Value x) {
  constexpr double b = M_SQRT2 * M_2_SQRTPI * 0.5, k = 0.044715;
  Value one = n.like(x, 1), half = n.like(x, 0.5), square = n.mul(x, x);
  Value inner =
      n.mul(n.like(x, b), n.add(x, n.mul(n.like(x, k), n.mul(square, x))));
  Value t = n.unary<TanhOp>(inner);
  Value slope =
      n.mul(n.like(x, b), n.add(one, n.mul(n.like(x, 3 * k), square)));
  Value left = n.mul(half, n.add(one, t));
  Value right = n.mul(n.mul(n.mul(half, x), n.sub(one, n.mul(t, t))), slope);
  return n.add(left, right);
}
void buildGelu(Node &n) {
  bool isTanh = n.string("approximate") == "tanh";
  withGradient(n, "self", [&](Value grad, Value x) {
    return n.mul(grad, isTanh ? tanhGelu(n, x) : exactGelu(n, x));
  });
}

void buildHardtanh(Node &n) {
  double low = n.real("min_val"), high = n.real("max_val");
  withGradient(n, "self", [&](Value grad, Value x) {
    Value outside =
        n.binary<OrOp>(n.compare<LessEqualOp>(x, n.like(x, low)),
                       n.compare<GreaterEqualOp>(x, n.like(x, high)));
    return zeroWhere(n, outside, grad);
  });
}
void buildLeakyRelu(Node &n) {
  double slope = n.real("negative_slope");
  n.ignore("self_is_result"); // both have the same sign
  withGradient(n, "self", [&](Value grad, Value x) {
    return n.select(n.compare<GreaterOp>(x, n.like(x, 0)), grad,
                    n.mul(grad, n.like(grad, slope)));
  });
}
void buildElu(Node &n) {
  double alpha = n.real("alpha"), scale = n.real("scale"),
         inner = n.real("input_scale");
  bool isResult = n.flag("is_result");
  withGradient(n, "self_or_result", [&](Value grad, Value x) {
    Value below =
        isResult ? n.mul(n.like(x, inner), n.add(x, n.like(x, alpha * scale)))
                 : n.mul(n.like(x, inner * alpha * scale),
                         n.unary<ExpOp>(n.mul(x, n.like(x, inner))));
    Value isLow = n.compare<LessEqualOp>(x, n.like(x, 0));
    return n.mul(grad, n.select(isLow, below, n.like(x, scale)));
  });
}
void buildHardswish(Node &n) {
  withGradient(n, "self", [&](Value grad, Value x) {
    Value inner = n.mul(grad, n.add(n.div(x, n.like(x, 3)), n.like(x, 0.5)));
    Value high =
        n.select(n.compare<GreaterEqualOp>(x, n.like(x, 3)), grad, inner);
    return zeroWhere(n, n.compare<LessEqualOp>(x, n.like(x, -3)), high);
  });
}
void buildHardsigmoid(Node &n) {
  withGradient(n, "self", [&](Value grad, Value x) {
    Value inside = n.binary<AndOp>(n.compare<GreaterOp>(x, n.like(x, -3)),
                                   n.compare<LessOp>(x, n.like(x, 3)));
    return n.select(inside, n.mul(grad, n.like(grad, 1.0 / 6)),
                    n.like(grad, 0));
  });
}
void buildSoftplus(Node &n) {
  double beta = n.real("beta"), threshold = n.real("threshold");
  withGradient(n, "self", [&](Value grad, Value x) {
    Value scaled = n.mul(x, n.like(x, beta));
    Value isFar = n.compare<GreaterOp>(scaled, n.like(x, threshold));
    return n.select(isFar, grad, n.mul(grad, n.unary<SigmoidOp>(scaled)));
  });
}
void buildDropout(Node &n) {
  Value grad = n.tensor("grad_output"), mask = n.tensor("mask");
  double scale = n.real("scale");
  if (n.failed())
    return;
  Value wider = wide(n, grad);
  Value y = n.mul(n.mul(wider, n.cast(mask, n.elementOf(wider))),
                  n.like(wider, scale));
  n.out(n.cast(y, n.elementOf(grad)));
}

/// Of a softmax (its logarithm) along an axis.
void softmaxGradient(Node &n, bool logarithm) {
  Value grad = n.tensor("grad_output"), y = n.tensor("output");
  int64_t axis = n.axis("dim", y);
  Type element = n.dtype("input_dtype", n.elementOf(y));
  if (n.failed())
    return;
  Ints axes{axis};
  if (n.rank(y) == 0)
    axes.clear();
  grad = wide(n, grad);
  y = wide(n, y);
  Value x =
      logarithm
          ? n.sub(grad,
                  n.mul(n.unary<ExpOp>(y), n.reduce("sum", grad, axes, true)))
          : n.mul(n.sub(grad, n.reduce("sum", n.mul(grad, y), axes, true)), y);
  n.out(n.cast(x, element));
}
void buildSoftmax(Node &n) { softmaxGradient(n, false); }
void buildLogSoftmax(Node &n) { softmaxGradient(n, true); }

constexpr OpRow kRows[] = {
    {"aten::threshold_backward(Tensor grad_output, Tensor self, Scalar "
     "threshold) -> Tensor",
     buildThreshold},
    {"aten::tanh_backward(Tensor grad_output, Tensor output) -> Tensor",
     buildTanh},
    {"aten::sigmoid_backward(Tensor grad_output, Tensor output) -> Tensor",
     buildSigmoid},
    {"aten::silu_backward(Tensor grad_output, Tensor self) -> Tensor",
     buildSilu},
    {"aten::gelu_backward(Tensor grad_output, Tensor self, *, str "
     "approximate=\"none\") -> Tensor",
     buildGelu},
    {"aten::hardtanh_backward(Tensor grad_output, Tensor self, Scalar min_val, "
     "Scalar max_val) -> Tensor",
     buildHardtanh},
    {"aten::leaky_relu_backward(Tensor grad_output, Tensor self, Scalar "
     "negative_slope, bool self_is_result) -> Tensor",
     buildLeakyRelu},
    {"aten::elu_backward(Tensor grad_output, Scalar alpha, Scalar scale, "
     "Scalar input_scale, bool is_result, Tensor self_or_result) -> Tensor",
     buildElu},
    {"aten::hardswish_backward(Tensor grad_output, Tensor self) -> Tensor",
     buildHardswish},
    {"aten::hardsigmoid_backward(Tensor grad_output, Tensor self) -> Tensor",
     buildHardsigmoid},
    {"aten::softplus_backward(Tensor grad_output, Tensor self, Scalar beta, "
     "Scalar threshold) -> Tensor",
     buildSoftplus},
    {"aten::native_dropout_backward(Tensor grad_output, Tensor mask, float "
     "scale) -> Tensor",
     buildDropout},
    {"aten::_softmax_backward_data(Tensor grad_output, Tensor output, int dim, "
     "ScalarType input_dtype) -> Tensor",
     buildSoftmax},
    {"aten::_log_softmax_backward_data(Tensor grad_output, Tensor output, int "
     "dim, ScalarType input_dtype) -> Tensor",
     buildLogSoftmax},
};

} // namespace

ArrayRef<OpRow> gradientRows() { return kRows; }

} // namespace opc::torch
