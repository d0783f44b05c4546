//===- ContribNodes.cpp - common ops of the domain com.microsoft
//---------------===//
//
// What onnxruntime's quantiser and optimiser leave in files that people keep.
//
//===----------------------------------------------------------------------===//
#include "QuantiseNodes.h"
#include "WindowAttributes.h"
#include "opc/Frontend/Graph/Quantised/IntegerProducts.h"
#include "opc/Frontend/Graph/Wide.h"

using namespace mlir;

namespace opc::onnx {
namespace {

/// Weights [directions, in, 4 * hidden] with scales for all or for each column,
/// as reals [directions, 4 * hidden, in].
Value realWeights(Node &n, Value w, Value scale, Value zero) {
  if (n.failed() || n.rank(w) != 3 || n.rank(scale) < 1 || n.rank(scale) > 2) {
    n.fail("weights or their scales have an unknown rank");
    return {};
  }
  auto spread = [&](Value v) {
    if (!v)
      return v;
    return n.rank(v) == 1 ? n.unsqueeze(v, {1, 2}) : n.unsqueeze(v, {1});
  };
  return n.transpose(dequantise(n, w, spread(scale), spread(zero)), {0, 2, 1});
}

/// An LSTM over quantised weights and inputs; its state stays real.
void buildDynamicQuantizeLstm(Node &n) {
  Quantised q = dynamicQuantise(n, n.need(0));
  Value x = dequantise(n, q.data, q.scale, q.zero);
  Value w = realWeights(n, n.need(1), n.need(8), n.in(9));
  Value r = realWeights(n, n.need(2), n.need(10), n.in(11));
  n.replaceInputs({x, w, r, n.in(3), n.in(4), n.in(5), n.in(6), n.in(7)});
  buildLstm(n);
}

/// With `transBatch` the first axis comes behind the batches: [m, batches, k]
/// -> [batches, m, k].
Value batchesFirst(Node &n, Value v, StringRef transBatch) {
  if (n.failed() || !n.flag(transBatch, false))
    return v;
  int64_t rank = n.rank(v);
  if (rank < 3) {
    n.fail(transBatch + " needs a rank of 3 or more");
    return {};
  }
  Ints order = axesBetween(1, rank - 1);
  order.append({0, rank - 1});
  return n.transpose(v, order);
}

void buildFusedMatMul(Node &n) {
  Value a = batchesFirst(n, wide(n, n.need(0)), "transBatchA");
  Value b = batchesFirst(n, wide(n, n.need(1)), "transBatchB");
  Value y = n.matmul(a, b, n.elementOf(a), n.flag("transA", false),
                     n.flag("transB", false));
  y = n.mul(y, n.like(y, n.real("alpha", 1)));
  n.out(0, rounded(n, y));
}

using Parameters = ArrayRef<double>;

/// An activation that onnxruntime fuses, with the number of its parameters.
struct FusedActivation {
  StringRef name;
  size_t parameters;
  Value (*build)(Node &n, Value x, Parameters p);
};

template <typename Op> Value plain(Node &n, Value x, Parameters) {
  return n.unary<Op>(x);
}
Value leakyRelu(Node &n, Value x, Parameters p) {
  return n.unary<LeakyReluOp>(x, {{"alpha", n.f64(p[0])}});
}
Value hardSigmoid(Node &n, Value x, Parameters p) {
  return n.unary<HardSigmoidOp>(
      x, {{"alpha", n.f64(p[0])}, {"beta", n.f64(p[1])}});
}
Value clip(Node &n, Value x, Parameters p) {
  return n.min(n.max(x, n.like(x, p[0])), n.like(x, p[1]));
}

constexpr FusedActivation kActivations[] = {
    {"", 0, [](Node &, Value x, Parameters) { return x; }},
    {"Clip", 2, clip},
    {"HardSigmoid", 2, hardSigmoid},
    {"LeakyRelu", 1, leakyRelu},
    {"Relu", 0, plain<ReluOp>},
    {"Sigmoid", 0, plain<SigmoidOp>},
    {"Tanh", 0, plain<TanhOp>},
};

Value activated(Node &n, Value x, Parameters parameters) {
  std::string name = n.string("activation", "");
  const auto *found = llvm::find_if(
      kActivations, [&](const FusedActivation &a) { return a.name == name; });
  if (found == std::end(kActivations))
    n.refuse("activation " + quoted(name) + " is not supported");
  else if (parameters.size() < found->parameters)
    n.fail("parameters of activation " + quoted(name) + " are missing");
  return n.failed() ? Value() : found->build(n, x, parameters);
}

/// activation(convolution + bias + other).
void buildFusedConv(Node &n) {
  Value x = wide(n, n.need(0)), w = wide(n, n.need(1));
  Value y = convolveNode(n, x, w, n.like(x, 0), n.elementOf(x));
  y = addChannelBias(n, y, wide(n, n.in(2)));
  if (n.has(3))
    y = n.add(y, wide(n, n.in(3)));
  auto parameters = n.realList("activation_params");
  y = activated(n, y, parameters.value_or(SmallVector<double>()));
  n.out(0, rounded(n, y));
}

/// activation(alpha * a b + beta * c).
void buildFusedGemm(Node &n) {
  Value a = wide(n, n.need(0)), b = wide(n, n.need(1));
  if (n.failed() || n.rank(a) != 2 || n.rank(b) != 2)
    return n.fail("A or B is no matrix");
  auto scaled = [&](Value v, double factor) {
    return factor == 1 ? v : n.mul(v, n.like(v, factor));
  };
  Value y = n.matmul(a, b, n.elementOf(a), n.flag("transA", false),
                     n.flag("transB", false));
  y = scaled(y, n.real("alpha", 1));
  double beta = n.real("beta", 1);
  if (n.has(2))
    y = n.add(y, scaled(wide(n, n.in(2)), beta));
  SmallVector<double> parameters;
  if (n.hasAttr("activation_alpha"))
    parameters.push_back(n.real("activation_alpha", 0));
  // The second of two; alone it is none.
  double second = n.real("activation_beta", 0);
  if (n.hasAttr("activation_beta") && !parameters.empty())
    parameters.push_back(second);
  n.ignore("activation_gamma"); // no activation has a third
  n.out(0, rounded(n, activated(n, y, parameters)));
}

/// Makes gelu(input 0 + bias) the node's output; a null bias adds nothing.
void outputGelu(Node &n, Value bias, StringRef form) {
  Value x = wide(n, n.need(0));
  if (bias)
    x = n.add(x, wide(n, bias));
  n.out(0, rounded(n, n.unary<GeluOp>(x, {{"approximate", n.text(form)}})));
}
void buildGelu(Node &n) { outputGelu(n, {}, "none"); }
void buildBiasGelu(Node &n) { outputGelu(n, n.need(1), "none"); }
void buildFastGelu(Node &n) { outputGelu(n, n.in(1), "tanh"); }
void buildQuickGelu(Node &n) {
  Value y = n.unary<SwishOp>(wide(n, n.need(0)),
                             {{"alpha", n.f64(n.real("alpha", 1.702f))}});
  n.out(0, rounded(n, y));
}

/// (a - zeroA)(b - zeroB) * scaleA * scaleB + bias, in the type of the scales.
Value scaledProduct(Node &n, const Quantised &a, Value b, Value scaleB,
                    Value zeroB, Value bias) {
  Value sum =
      integerMatMul(n, a.data, b, zeroPoint(n, a.zero), zeroPoint(n, zeroB));
  Value factor = n.mul(wide(n, a.scale), wide(n, scaleB));
  Value y = n.mul(n.cast(sum, n.elementOf(factor)), factor);
  y = bias ? n.add(y, wide(n, bias)) : y;
  return n.cast(y, n.elementOf(a.scale));
}

void buildDynamicQuantizeMatMul(Node &n) {
  Quantised a = dynamicQuantise(n, n.need(0));
  n.out(0, scaledProduct(n, a, n.need(1), n.need(2), n.in(3), n.in(4)));
}
void buildMatMulIntegerToFloat(Node &n) {
  Quantised a{n.need(0), n.need(2), n.in(4)};
  n.out(0, scaledProduct(n, a, n.need(1), n.need(3), n.in(5), n.in(6)));
}

constexpr OpRow kRows[] = {
    {"BiasGelu", 1, kLatest, buildBiasGelu},
    {"DynamicQuantizeLSTM", 1, kLatest, buildDynamicQuantizeLstm},
    {"DynamicQuantizeMatMul", 1, kLatest, buildDynamicQuantizeMatMul},
    {"FastGelu", 1, kLatest, buildFastGelu},
    {"FusedConv", 1, kLatest, buildFusedConv},
    {"FusedGemm", 1, kLatest, buildFusedGemm},
    {"FusedMatMul", 1, kLatest, buildFusedMatMul},
    {"Gelu", 1, kLatest, buildGelu},
    {"MatMulIntegerToFloat", 1, kLatest, buildMatMulIntegerToFloat},
    {"QuickGelu", 1, kLatest, buildQuickGelu},
    {"TransposeMatMul", 1, kLatest, buildFusedMatMul},
};

} // namespace

ArrayRef<OpRow> contribRows() { return kRows; }

} // namespace opc::onnx
