//===- NormNodes.cpp - normalisations and their statistics ----------------===//
#include "Norms.h"
#include "opc/Frontend/Graph/Layers/Normalisation.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {

Ints trailingAxes(Node &n, Value x, StringRef name) {
  Dims shape = n.extents(name);
  int64_t count = shape.size(), rank = n.rank(x);
  if (!n.failed() && (count < 1 || count > rank))
    n.fail(formatv("{0} has {1} axes, the input {2}", name, count, rank));
  if (n.failed())
    return {};
  for (int64_t i = 0; i < count; ++i)
    n.requireEqual(n.dim(x, rank - count + i), shape[i]);
  return axesBetween(rank - count, rank);
}

Value perChannelOr(Node &n, Value parameter, Value x, double absent) {
  return parameter ? perChannel(n, n.cast(parameter, n.elementOf(x)), x)
                   : n.like(x, absent);
}

Ints allButChannels(Node &n, Value x) {
  Ints axes{0};
  llvm::append_range(axes, axesBetween(2, n.rank(x)));
  return axes;
}

Value inGroups(Node &n, Value x, int64_t groups) {
  if (groups < 1 || groups > (1 << 30))
    n.fail(formatv("{0} groups", groups));
  if (n.failed())
    return {};
  AffineExpr part = n.dim(x, 1).floorDiv(groups);
  n.requireEqual(part * groups, n.dim(x, 1),
                 "groups of {0} channels in all for {1}");
  return n.reshape(
      x, {n.dim(x, 0), n.expr(groups), part * n.sizeOf(x, 2, n.rank(x))});
}

Value totalOf(Node &n, Value x, const Ints &axes, bool keepdims) {
  if (n.failed() || !n.elementOf(x).isF32())
    return n.reduce("sum", x, axes, keepdims);
  auto contract = NumericsAttr::get(
      x.getContext(), NumericLevel::Ulp, Accumulator::F64, SumOrder::Blocked, 0,
      0, 0, MultiplyAdd::On, NumericRounding::NearestEven, SubnormalRule::Keep,
      FunctionRule::Bounded, BatchInvariance::On);
  return n.emit<ReduceOp>(x,
                          {{"kind", n.text("sum")},
                           {"axes", n.ints(axes)},
                           {"keepdims", n.boolean(keepdims)},
                           {"numerics", contract}},
                          n.elementOf(x));
}

Value averageOf(Node &n, Value x, const Ints &axes) {
  Value total = totalOf(n, x, axes, true);
  if (n.failed())
    return {};
  AffineExpr count = n.expr(1);
  for (int64_t axis : axes)
    count = count * n.dim(x, axis);
  return n.div(total, n.extentAs(n.elementOf(x), count));
}

namespace {

bool checkReal(Node &n, Value x) {
  if (!n.failed() && !n.isFloat(x))
    n.refuse("integers are not supported", "reals");
  return !n.failed();
}

Value scaledAndMoved(Node &n, Value y, Value weight, Value bias) {
  if (weight)
    y = n.mul(y, wide(n, weight));
  return bias ? n.add(y, wide(n, bias)) : y;
}

void layerNorm(Node &n, bool withStatistics) {
  Value x = n.tensor("input"), weight = n.optionalTensor("weight"),
        bias = n.optionalTensor("bias");
  double epsilon = n.real("eps");
  if (!checkReal(n, x))
    return;
  Ints axes = trailingAxes(n, x, "normalized_shape");
  Value in = wide(n, x);
  Value y = normalize(n, in, axes, epsilon, true);
  n.out(0, n.cast(scaledAndMoved(n, y, weight, bias), n.elementOf(x)));
  if (!withStatistics)
    return;
  Moments moments = momentsOf(n, in, axes, epsilon);
  n.out(1, n.cast(moments.mean, n.elementOf(x)));
  n.out(2, n.cast(moments.reciprocalDeviation, n.elementOf(x)));
}
void buildLayerNorm(Node &n) {
  n.ignore("cudnn_enable"); // of another device
  layerNorm(n, false);
}
void buildNativeLayerNorm(Node &n) { layerNorm(n, true); }

void buildRmsNorm(Node &n) {
  Value x = n.tensor("input"), weight = n.optionalTensor("weight");
  std::optional<double> epsilon = n.optionalReal("eps");
  if (!checkReal(n, x))
    return;
  Ints axes = trailingAxes(n, x, "normalized_shape");
  // Without one, the distance from 1 to the next number.
  double least =
      n.elementOf(x).isF64() ? 2.220446049250313e-16 : 1.1920928955078125e-07;
  if (!epsilon && n.elementOf(x).getIntOrFloatBitWidth() < 32)
    return n.refuse("halves without eps are not supported", "an eps");
  Value y = normalize(n, wide(n, x), axes, epsilon.value_or(least), false);
  n.out(n.cast(scaledAndMoved(n, y, weight, {}), n.elementOf(x)));
}

/// (x - mean) * factor + bias, by channel.
Value moved(Node &n, Value x, Value mean, Value factor, Value weight,
            Value bias) {
  Value y = n.mul(n.sub(x, mean), factor);
  if (weight)
    y = n.mul(y, perChannelOr(n, weight, x, 1));
  return bias ? n.add(y, perChannelOr(n, bias, x, 0)) : y;
}
Value reciprocalDeviation(Node &n, Value variance, double epsilon) {
  return n.div(n.like(variance, 1),
               n.unary<SqrtOp>(n.add(variance, n.like(variance, epsilon))));
}

struct BatchNormInputs {
  Value x, weight, bias, mean, variance;
  double epsilon;
};
BatchNormInputs readBatchNorm(Node &n, bool withStatistics = true) {
  BatchNormInputs b{n.tensor("input"),
                    n.optionalTensor("weight"),
                    n.optionalTensor("bias"),
                    {},
                    {},
                    n.real("eps")};
  if (withStatistics) {
    b.mean = n.optionalTensor("running_mean");
    b.variance = n.optionalTensor("running_var");
  }
  if (checkReal(n, b.x) && n.rank(b.x) < 2)
    n.fail(formatv("rank {0} is less than 2", n.rank(b.x)));
  return b;
}

/// With statistics that are given.
Value normaliseBy(Node &n, const BatchNormInputs &b) {
  Value x = wide(n, b.x);
  if (!b.mean || !b.variance)
    n.fail("it has no statistics");
  if (n.failed())
    return {};
  Value mean = perChannelOr(n, b.mean, x, 0);
  Value variance = perChannelOr(n, b.variance, x, 1);
  Value y = moved(n, x, mean, reciprocalDeviation(n, variance, b.epsilon),
                  b.weight, b.bias);
  return n.cast(y, n.elementOf(b.x));
}

/// With those of the batch, which are of extent 1 off the channels.
struct Trained {
  Value y, mean, variance, factor;
};
Trained normaliseBatch(Node &n, const BatchNormInputs &b) {
  if (n.failed())
    return {};
  Value x = wide(n, b.x);
  Ints axes = allButChannels(n, x);
  Trained t;
  t.mean = averageOf(n, x, axes);
  Value centred = n.sub(x, t.mean);
  t.variance = averageOf(n, n.mul(centred, centred), axes);
  t.factor = reciprocalDeviation(n, t.variance, b.epsilon);
  t.y =
      n.cast(moved(n, x, t.mean, t.factor, b.weight, b.bias), n.elementOf(b.x));
  return t;
}
Value flat(Node &n, Value v) { return n.reshape(v, {n.dim(v, 1)}); }

/// What a gradient reads of them is of the input's type.
void giveStatistics(Node &n, const Trained &t, Value x) {
  n.out(1, n.cast(flat(n, t.mean), n.elementOf(x)));
  n.out(2, n.cast(flat(n, t.factor), n.elementOf(x)));
}
void giveNoStatistics(Node &n, Value x) {
  Value none = n.broadcast(n.like(x, 0), {n.expr(0)});
  n.out(1, none);
  n.out(2, none);
}

void buildBatchNorm(Node &n) {
  BatchNormInputs b = readBatchNorm(n);
  n.ignore("momentum"); // only training moves averages
  n.ignore("cudnn_enabled");
  if (!n.flag("training"))
    return n.out(normaliseBy(n, b));
  if (b.mean)
    return n.refuse("training=True, which changes running statistics, is not "
                    "supported",
                    "a functional graph: exported.run_decompositions({})");
  n.out(normaliseBatch(n, b).y);
}
void buildNoTraining(Node &n) {
  BatchNormInputs b = readBatchNorm(n);
  n.ignore("momentum");
  n.out(0, normaliseBy(n, b));
  if (!n.failed())
    giveNoStatistics(n, b.x);
}
void buildNativeBatchNorm(Node &n) {
  BatchNormInputs b = readBatchNorm(n);
  n.ignore("momentum");
  if (n.flag("training")) {
    if (b.mean)
      return n.refuse("training=True, which changes running statistics, is "
                      "not supported",
                      "aten._native_batch_norm_legit_functional");
    Trained t = normaliseBatch(n, b);
    if (n.failed())
      return;
    n.out(0, t.y);
    return giveStatistics(n, t, b.x);
  }
  n.out(0, normaliseBy(n, b));
  if (!n.failed())
    giveNoStatistics(n, b.x);
}
void buildNoStats(Node &n) {
  BatchNormInputs b = readBatchNorm(n, false);
  n.ignore("momentum");
  if (!n.flag("training"))
    return n.fail("it has no statistics");
  Trained t = normaliseBatch(n, b);
  if (n.failed())
    return;
  n.out(0, t.y);
  giveStatistics(n, t, b.x);
}

/// (1 - momentum) * before + momentum * now, in a type that adds up; who
/// changes what was there before casts.
Value blended(Node &n, Value before, Value now, double momentum) {
  Value old = wide(n, before);
  now = n.cast(now, n.elementOf(old));
  return n.add(n.mul(old, n.like(old, 1 - momentum)),
               n.mul(now, n.like(now, momentum)));
}
void buildFunctionalBatchNorm(Node &n) {
  BatchNormInputs b = readBatchNorm(n);
  double momentum = n.real("momentum");
  if (!n.flag("training")) {
    n.out(0, normaliseBy(n, b));
    if (!n.failed())
      giveNoStatistics(n, b.x);
    n.out(3, wide(n, b.mean));
    return n.out(4, wide(n, b.variance));
  }
  Trained t = normaliseBatch(n, b);
  if (n.failed())
    return;
  n.out(0, t.y);
  giveStatistics(n, t, b.x);
  n.out(3, blended(n, b.mean, flat(n, t.mean), momentum));
  // The average is of the unbiased estimate: n / (n - 1).
  AffineExpr count = n.expr(1);
  for (int64_t axis : allButChannels(n, b.x))
    count = count * n.dim(b.x, axis);
  Value total = n.extentAs(n.elementOf(t.variance), count);
  Value ratio = n.div(total, n.sub(total, n.like(total, 1)));
  n.out(4, blended(n, b.variance, n.mul(flat(n, t.variance), ratio), momentum));
}

void groupNorm(Node &n, StringRef groupsName, bool withStatistics) {
  Value x = n.tensor("input"), weight = n.optionalTensor("weight"),
        bias = n.optionalTensor("bias");
  int64_t groups = n.integer(groupsName);
  double epsilon = n.real("eps");
  if (!checkReal(n, x) || n.rank(x) < 2)
    return n.fail("an input [N, C, ...] is wanted");
  Value in = wide(n, x), parts = inGroups(n, in, groups);
  Value y = n.reshape(normalize(n, parts, {2}, epsilon, true), n.dims(x));
  if (weight)
    y = n.mul(y, perChannelOr(n, weight, y, 1));
  if (bias)
    y = n.add(y, perChannelOr(n, bias, y, 0));
  n.out(0, n.cast(y, n.elementOf(x)));
  if (!withStatistics || n.failed())
    return;
  Moments moments = momentsOf(n, parts, {2}, epsilon);
  n.out(1, n.cast(n.squeeze(moments.mean, {2}), n.elementOf(x)));
  n.out(2, n.cast(n.squeeze(moments.reciprocalDeviation, {2}), n.elementOf(x)));
}
void buildGroupNorm(Node &n) {
  n.ignore("cudnn_enabled");
  groupNorm(n, "num_groups", false);
}
void buildNativeGroupNorm(Node &n) {
  // The extents of the input say the same.
  for (StringRef name : {"N", "C", "HxW"})
    n.ignore(name);
  groupNorm(n, "group", true);
}

constexpr OpRow kRows[] = {
    {"aten::layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? "
     "weight=None, Tensor? bias=None, float eps=1.0000000000000001e-05, bool "
     "cudnn_enable=True) -> Tensor",
     buildLayerNorm},
    {"aten::native_layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? "
     "weight, Tensor? bias, float eps) -> (Tensor, Tensor, Tensor)",
     buildNativeLayerNorm},
    {"aten::rms_norm(Tensor input, SymInt[] normalized_shape, Tensor? "
     "weight=None, float? eps=None) -> Tensor",
     buildRmsNorm},
    {"aten::batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? "
     "running_mean, Tensor? running_var, bool training, float momentum, float "
     "eps, bool cudnn_enabled) -> Tensor",
     buildBatchNorm},
    {"aten::native_batch_norm(Tensor input, Tensor? weight, Tensor? bias, "
     "Tensor? running_mean, Tensor? running_var, bool training, float "
     "momentum, float eps) -> (Tensor, Tensor, Tensor)",
     buildNativeBatchNorm},
    {"aten::_native_batch_norm_legit(Tensor input, Tensor? weight, Tensor? "
     "bias, Tensor(a!) running_mean, Tensor(b!) running_var, bool training, "
     "float momentum, float eps) -> (Tensor, Tensor, Tensor)",
     buildNativeBatchNorm},
    {"aten::_native_batch_norm_legit.no_stats(Tensor input, Tensor? weight, "
     "Tensor? bias, bool training, float momentum, float eps) -> (Tensor, "
     "Tensor, Tensor)",
     buildNoStats},
    {"aten::_native_batch_norm_legit_no_training(Tensor input, Tensor? weight, "
     "Tensor? bias, Tensor running_mean, Tensor running_var, float momentum, "
     "float eps) -> (Tensor, Tensor, Tensor)",
     buildNoTraining},
    {"aten::_native_batch_norm_legit_functional(Tensor input, Tensor? weight, "
     "Tensor? bias, Tensor running_mean, Tensor running_var, bool training, "
     "float momentum, float eps) -> (Tensor, Tensor, Tensor, Tensor "
     "running_mean_out, Tensor running_var_out)",
     buildFunctionalBatchNorm},
    {"aten::group_norm(Tensor input, int num_groups, Tensor? weight=None, "
     "Tensor? bias=None, float eps=1.0000000000000001e-05, bool "
     "cudnn_enabled=True) -> Tensor",
     buildGroupNorm},
    {"aten::native_group_norm(Tensor input, Tensor? weight, Tensor? bias, "
     "SymInt N, SymInt C, SymInt HxW, int group, float eps) -> (Tensor, "
     "Tensor, Tensor)",
     buildNativeGroupNorm},
};

} // namespace

ArrayRef<OpRow> normRows() { return kRows; }

} // namespace opc::torch
