//===- NormalisationNodes.cpp - batch, layer, group, instance and friends
//------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

Value normalize(Node &n, Value x, const Ints &axes, double epsilon,
                bool center) {
  return n.unary<NormalizeOp>(x, {{"axes", n.ints(axes)},
                                  {"epsilon", n.f64(epsilon)},
                                  {"center", n.boolean(center)}});
}

/// A vector over channels, ready to broadcast against [N, C, ...].
Value perChannel(Node &n, Value v, Value x) {
  if (!n.failed() && n.rank(v) != 1)
    n.fail("a parameter over channels has no rank of 1");
  if (!n.failed())
    n.requireEqual(n.dim(v, 0), n.dim(x, 1));
  return n.unsqueeze(v, axesBetween(1, n.rank(x) - 1));
}

/// scale * (x - mean) / sqrt(variance + epsilon) + bias.
Value affine(Node &n, Value x, Value mean, Value variance, Value scale,
             Value bias, double epsilon) {
  Value spread = n.unary<SqrtOp>(n.add(variance, n.like(variance, epsilon)));
  Value factor = n.div(scale, spread);
  Value offset = n.sub(bias, n.mul(mean, factor));
  return n.add(n.mul(x, factor), offset);
}

void trainBatchNorm(Node &n, Value x, ArrayRef<Value> v, double epsilon) {
  Ints axes{0};
  llvm::append_range(axes, axesBetween(2, n.rank(x)));
  Value mean = n.mean(x, axes, true);
  Value centred = n.sub(x, mean);
  Value variance = n.mean(n.mul(centred, centred), axes, true);
  double momentum = n.real("momentum", 0.9f);
  auto blend = [&](Value old, Value now) {
    Value before = wide(n, old);
    now = n.cast(n.reshape(now, n.dims(old)), n.elementOf(before));
    Value y = n.add(n.mul(before, n.like(before, momentum)),
                    n.mul(now, n.like(now, 1 - momentum)));
    return n.cast(y, n.elementOf(old));
  };
  Value scale = perChannel(n, n.cast(v[0], n.elementOf(x)), x);
  Value bias = perChannel(n, n.cast(v[1], n.elementOf(x)), x);
  Value y = affine(n, x, mean, variance, scale, bias, epsilon);
  n.out(0, rounded(n, y));
  n.out(1, blend(v[2], mean));
  n.out(2, blend(v[3], variance));
}

void buildBatchNormalization(Node &n) {
  Value x = n.need(0);
  SmallVector<Value> v{n.need(1), n.need(2), n.need(3), n.need(4)};
  double epsilon = n.real("epsilon", 1e-5f);
  bool training = n.flag("training_mode", false);
  if (n.opset < 7 && !n.flag("is_test", false))
    n.refuse("is_test=0 is not supported", "the form for inference");
  if (n.opset < 9 && !n.flag("spatial", true))
    n.refuse("spatial=0 is not supported", "1");
  // Only training moves the averages.
  n.ignore("momentum");
  if (!n.failed() && n.rank(x) < 2)
    n.fail(formatv("rank {0} is less than 2", n.rank(x)));
  for (int64_t i = 1; i < n.numOutputs(); ++i)
    if (n.wants(i) && !training)
      n.fail("outputs of training are only there with training_mode=1");
  if (n.failed())
    return;
  if (training)
    return trainBatchNorm(n, wide(n, x), v, epsilon);
  // Parameters may be wider than x: compute in their type.
  Type type = n.elementOf(wide(n, v[2]));
  for (Value &parameter : v)
    parameter = perChannel(n, n.cast(parameter, type), x);
  Value y = affine(n, n.cast(x, type), v[2], v[3], v[0], v[1], epsilon);
  n.out(0, rounded(n, y));
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
  y = n.mul(y, wide(n, n.need(1)));
  y = n.has(2) ? n.add(y, wide(n, n.in(2))) : y;
  n.out(0, n.cast(y, n.elementOf(x)));
  Type stash = n.elementAttr("stash_type", n.f32Type());
  if (!n.wants(1) && !n.wants(2))
    return;
  Value wide = n.cast(x, stash);
  Value mean = n.mean(wide, axes, true), centred = n.sub(wide, mean);
  Value variance = n.mean(n.mul(centred, centred), axes, true);
  Value spread = n.unary<SqrtOp>(n.add(variance, n.like(variance, epsilon)));
  n.out(1, mean);
  n.out(2, n.unary<ReciprocalOp>(spread));
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
  Value scale = wide(n, n.need(1));
  y = n.mul(n.cast(y, n.elementOf(scale)), scale);
  n.out(0, n.cast(y, n.elementOf(n.in(1))));
}

/// Scale and bias are one for each group before opset 21, for each channel
/// then.
void buildGroupNormalization(Node &n) {
  Value x = wide(n, n.need(0));
  Value scale = wide(n, n.need(1)), bias = wide(n, n.need(2));
  Type element = n.elementOf(n.in(0));
  int64_t groups = n.integer("num_groups", 0);
  ignoreStashType(n);
  if (n.failed() || n.rank(x) < 2 || groups < 1 || groups > (1 << 30))
    return n.fail(formatv("num_groups of {0} does not fit", groups));
  Dims d = n.dims(x);
  AffineExpr part = d[1].floorDiv(groups);
  n.requireEqual(part * groups, d[1]);
  AffineExpr rest = n.sizeOf(x, 2, n.rank(x));
  Value y = n.reshape(x, {d[0], n.expr(groups), part * rest});
  y = normalize(n, y, {2}, n.real("epsilon", 1e-5f), true);
  if (n.opset < 21) {
    y = n.mul(y, perChannel(n, scale, y));
    y = n.add(y, perChannel(n, bias, y));
    return n.out(0, n.cast(n.reshape(y, d), element));
  }
  y = n.reshape(y, d);
  y = n.mul(y, perChannel(n, scale, x));
  y = n.add(y, perChannel(n, bias, x));
  n.out(0, n.cast(y, element));
}

/// (x - mean) / (standard deviation + 1e-9).
void buildMeanVarianceNormalization(Node &n) {
  Value x = wide(n, n.need(0));
  Ints axes = n.axesIn(n.integers("axes").value_or(Ints{0, 2, 3}), n.rank(x));
  Value centred = n.sub(x, n.mean(x, axes, true));
  Value variance = n.mean(n.mul(centred, centred), axes, true);
  Value spread = n.unary<SqrtOp>(variance);
  Value y = n.div(centred, n.add(spread, n.like(spread, 1e-9)));
  n.out(0, rounded(n, y));
}

void buildLpNormalization(Node &n) {
  Value x = wide(n, n.need(0));
  int64_t axis = n.axisIn(n.integer("axis", -1), n.rank(x));
  int64_t p = n.integer("p", 2);
  if (p != 1 && p != 2)
    return n.fail(formatv("p of {0} is neither 1 nor 2", p));
  Value norm =
      n.reduce("sum", p == 1 ? n.unary<AbsOp>(x) : n.mul(x, x), axis, true);
  if (p == 2)
    norm = n.unary<SqrtOp>(norm);
  Value isZero = n.compare<EqualOp>(norm, n.like(norm, 0));
  Value y = n.select(isZero, n.like(x, 0), n.div(x, norm));
  n.out(0, rounded(n, y));
}

/// x / (bias + alpha / size * sum of squares over neighbouring channels)^beta.
void buildLrn(Node &n) {
  Value x = wide(n, n.need(0));
  int64_t size = n.integer("size", 0);
  if (n.failed() || n.rank(x) < 3 || size < 1 || size > (1 << 20))
    return n.fail(
        formatv("size {0} or rank {1} does not fit", size, n.rank(x)));
  Dims d = n.dims(x);
  Dims flat{d[0], n.expr(1), d[1], n.sizeOf(x, 2, n.rank(x))};
  Ints low{(size - 1) / 2, 0}, high{size - 1 - (size - 1) / 2, 0}, one{1, 1};
  Value sum = n.unary<PoolOp>(n.reshape(n.mul(x, x), flat),
                              {{"kind", n.text("sum")},
                               {"kernel", n.ints({size, 1})},
                               {"strides", n.ints(one)},
                               {"dilations", n.ints(one)},
                               {"pad_low", n.ints(low)},
                               {"pad_high", n.ints(high)},
                               {"count_padding", n.boolean(false)},
                               {"dims", n.exprs(flat)}});
  sum = n.reshape(sum, d);
  double alpha = n.real("alpha", 1e-4f);
  Value base = n.add(n.mul(sum, n.like(sum, alpha / size)),
                     n.like(sum, n.real("bias", 1.0f)));
  Value beta = n.like(base, n.real("beta", 0.75f));
  Value divisor = n.emitBroadcast(PowOp::getOperationName(), {base, beta}, {},
                                  n.elementOf(base));
  n.out(0, rounded(n, n.div(x, divisor)));
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
