//===- ActivationNodes.cpp - activation functions
//------------------------------===//
#include "Reader/Node.h"

using namespace mlir;

namespace opc::onnx {
namespace {

template <typename Op> void buildPlain(Node &n) {
  n.out(0, n.unary<Op>(n.need(0)));
}

/// Attributes are floats in the file: an absent one has the nearest float.
template <typename Op> void buildAlpha(Node &n, float alpha) {
  n.out(0, n.unary<Op>(n.need(0), {{"alpha", n.f64(n.real("alpha", alpha))}}));
}
void buildLeakyRelu(Node &n) { buildAlpha<LeakyReluOp>(n, 0.01f); }
void buildElu(Node &n) { buildAlpha<EluOp>(n, 1.0f); }
void buildCelu(Node &n) { buildAlpha<CeluOp>(n, 1.0f); }
void buildSwish(Node &n) { buildAlpha<SwishOp>(n, 1.0f); }
void buildThresholdedRelu(Node &n) { buildAlpha<ThresholdedReluOp>(n, 1.0f); }

void buildSelu(Node &n) {
  n.out(0, n.unary<SeluOp>(
               n.need(0),
               {{"alpha", n.f64(n.real("alpha", 1.67326319217681884765625))},
                {"gamma", n.f64(n.real("gamma", 1.05070102214813232421875))}}));
}

void buildHardSigmoid(Node &n) {
  n.out(0, n.unary<HardSigmoidOp>(n.need(0),
                                  {{"alpha", n.f64(n.real("alpha", 0.2f))},
                                   {"beta", n.f64(n.real("beta", 0.5f))}}));
}

void buildGelu(Node &n) {
  n.out(0, n.unary<GeluOp>(
               n.need(0),
               {{"approximate", n.text(n.string("approximate", "none"))}}));
}

/// Swish(a) * b.
void buildSwiGlu(Node &n) {
  Value gate =
      n.unary<SwishOp>(n.need(0), {{"alpha", n.f64(n.real("alpha", 1.0f))}});
  n.out(0, n.mul(gate, n.need(1)));
}

constexpr OpRow kRows[] = {
    {"Celu", 12, kLatest, buildCelu},
    {"Elu", 6, kLatest, buildElu},
    {"Gelu", 20, kLatest, buildGelu},
    {"HardSigmoid", 6, kLatest, buildHardSigmoid},
    {"HardSwish", 14, kLatest, buildPlain<HardSwishOp>},
    {"LeakyRelu", 6, kLatest, buildLeakyRelu},
    {"Mish", 18, kLatest, buildPlain<MishOp>},
    {"Relu", 6, kLatest, buildPlain<ReluOp>},
    {"Selu", 6, kLatest, buildSelu},
    {"Sigmoid", 6, kLatest, buildPlain<SigmoidOp>},
    {"Softplus", 1, kLatest, buildPlain<SoftplusOp>},
    {"Softsign", 1, kLatest, buildPlain<SoftsignOp>},
    {"SwiGLU", 28, kLatest, buildSwiGlu},
    {"Swish", 24, kLatest, buildSwish},
    {"Tanh", 6, kLatest, buildPlain<TanhOp>},
    {"ThresholdedRelu", 10, kLatest, buildThresholdedRelu},
};

} // namespace

ArrayRef<OpRow> activationRows() { return kRows; }

} // namespace opc::onnx
