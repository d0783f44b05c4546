//===- NormalisationNodes.cpp - batch, layer, group, instance and friends -===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Layers/Normalisation.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

void buildBatchNormalization(Node &n) {
  BatchNorm b{n.need(0), n.need(1), n.need(2), n.need(3), n.need(4)};
  b.epsilon = n.real("epsilon", 1e-5f);
  bool training = n.flag("training_mode", false);
  if (n.opset < 7 && !n.flag("is_test", false))
    n.refuse("is_test=0 is not supported", "the form for inference");
  if (n.opset < 9 && !n.flag("spatial", true))
    n.refuse("spatial=0 is not supported", "1");
  double momentum = n.real("momentum", 0.9f); // only training moves averages
  if (!n.failed() && n.rank(b.x) < 2)
    n.fail(formatv("rank {0} is less than 2", n.rank(b.x)));
  for (int64_t i = 1; i < n.numOutputs(); ++i)
    if (n.wants(i) && !training)
      n.fail("outputs of training are only there with training_mode=1");
  if (n.failed())
    return;
  if (!training)
    return n.out(0, rounded(n, batchNorm(n, b)));
  TrainedBatchNorm trained = trainBatchNorm(n, b, momentum);
  n.out(0, rounded(n, trained.y));
  n.out(1, trained.mean);
  n.out(2, trained.variance);
}

void buildInstanceNormalization(Node &n) {
  Value x = wide(n, n.need(0));
  Value y = normalize(n, x, axesBetween(2, n.rank(x)), n.real("epsilon", 1e-5f),
                      true);
  y = n.mul(y, perChannel(n, wide(n, n.need(1)), x));
  y = n.add(y, perChannel(n, wide(n, n.need(2)), x));
  n.out(0, rounded(n, y));
}

void buildLayerNormalization(Node &n) {
  Value x = n.need(0);
  int64_t axis = n.axisIn(n.integer("axis", -1), n.rank(x));
  double epsilon = n.real("epsilon", 1e-5f);
  Ints axes = axesBetween(axis, n.rank(x));
  Value y = normalize(n, wide(n, x), axes, epsilon, true);
  y = n.mul(y, n.fitting(wide(n, n.need(1)), x, "scale"));
  y = n.has(2) ? n.add(y, n.fitting(wide(n, n.in(2)), x, "B")) : y;
  n.out(0, n.cast(y, n.elementOf(x)));
  Type stash = n.elementAttr("stash_type", n.f32Type());
  if (!n.wants(1) && !n.wants(2))
    return;
  Moments moments = momentsOf(n, n.cast(x, stash), axes, epsilon);
  n.out(1, moments.mean);
  n.out(2, moments.reciprocalDeviation);
}

/// Statistics are computed in f32 or more, whatever is asked for.
void ignoreStashType(Node &n) {
  (void)n.elementAttr("stash_type", n.f32Type());
}

void buildRmsNormalization(Node &n) {
  Value x = n.need(0);
  ignoreStashType(n);
  int64_t axis = n.axisIn(n.integer("axis", -1), n.rank(x));
  Value y = normalize(n, wide(n, x), axesBetween(axis, n.rank(x)),
                      n.real("epsilon", 1e-5f), false);
  Value scale = n.fitting(wide(n, n.need(1)), x, "scale");
  y = n.mul(n.cast(y, n.elementOf(scale)), scale);
  n.out(0, n.cast(y, n.elementOf(n.in(1))));
}

/// Scale and bias are one for each group before opset 21, for each channel
/// then.
void buildGroupNormalization(Node &n) {
  GroupNorm g{n.need(0), n.need(1), n.need(2), n.needInteger("num_groups")};
  ignoreStashType(n);
  if (n.failed() || n.rank(g.x) < 2 || g.groups < 1 || g.groups > (1 << 30))
    return n.fail(formatv("num_groups of {0} does not fit", g.groups));
  g.epsilon = n.real("epsilon", 1e-5f);
  g.perGroup = n.opset < 21;
  n.out(0, rounded(n, groupNorm(n, g)));
}

/// (x - mean) / (standard deviation + 1e-9).
void buildMeanVarianceNormalization(Node &n) {
  Value x = wide(n, n.need(0));
  Ints axes = n.axesIn(n.integers("axes").value_or(Ints{0, 2, 3}), n.rank(x));
  n.out(0, rounded(n, standardise(n, x, axes, 1e-9)));
}

void buildLpNormalization(Node &n) {
  Value x = wide(n, n.need(0));
  int64_t axis = n.axisIn(n.integer("axis", -1), n.rank(x));
  int64_t p = n.integer("p", 2);
  if (p != 1 && p != 2)
    return n.fail(formatv("p of {0} is neither 1 nor 2", p));
  n.out(0, rounded(n, overNorm(n, x, axis, p)));
}

void buildLrn(Node &n) {
  LocalResponse l{wide(n, n.need(0)), n.needInteger("size")};
  if (n.failed() || n.rank(l.x) < 3 || l.size < 1 || l.size > (1 << 20))
    return n.fail(
        formatv("size {0} or rank {1} does not fit", l.size, n.rank(l.x)));
  l.alpha = n.real("alpha", 1e-4f);
  l.beta = n.real("beta", 0.75f);
  l.bias = n.real("bias", 1.0f);
  n.out(0, rounded(n, localResponse(n, l)));
}

constexpr OpRow kRows[] = {
    {"BatchNormalization", 6, kLatest, buildBatchNormalization},
    {"GroupNormalization", 18, kLatest, buildGroupNormalization},
    {"InstanceNormalization", 6, kLatest, buildInstanceNormalization},
    {"LRN", 1, kLatest, buildLrn},
    // onnxruntime has it, and SimplifiedLayerNormalization, at every opset: its
    // optimiser writes them into older models.
    {"LayerNormalization", 1, kLatest, buildLayerNormalization},
    {"LpNormalization", 1, kLatest, buildLpNormalization},
    {"MeanVarianceNormalization", 9, kLatest, buildMeanVarianceNormalization},
    {"RMSNormalization", 23, kLatest, buildRmsNormalization},
    {"SimplifiedLayerNormalization", 1, kLatest, buildRmsNormalization},
};

} // namespace

ArrayRef<OpRow> normalisationRows() { return kRows; }

} // namespace opc::onnx
