//===- Normalisation.cpp - what is normalised, over which axes ------------===//
#include "opc/Frontend/Graph/Layers/Normalisation.h"
#include "opc/Frontend/Graph/Wide.h"

using namespace mlir;

namespace opc::graph {

Value normalize(Emitter &n, Value x, ArrayRef<int64_t> axes, double epsilon,
                bool center) {
  return n.unary<NormalizeOp>(x, {{"axes", n.ints(axes)},
                                  {"epsilon", n.f64(epsilon)},
                                  {"center", n.boolean(center)}});
}

Value perChannel(Emitter &n, Value v, Value x) {
  if (!n.failed() && n.rank(v) != 1)
    n.fail("a parameter over channels has no rank of 1");
  if (!n.failed())
    n.requireEqual(n.dim(v, 0), n.dim(x, 1));
  return n.unsqueeze(v, axesBetween(1, n.rank(x) - 1));
}

/// scale * (x - mean) / sqrt(variance + epsilon) + bias.
static Value affine(Emitter &n, Value x, Value mean, Value variance,
                    Value scale, Value bias, double epsilon) {
  Value spread = n.unary<SqrtOp>(n.add(variance, n.like(variance, epsilon)));
  Value factor = n.div(scale, spread);
  Value offset = n.sub(bias, n.mul(mean, factor));
  return n.add(n.mul(x, factor), offset);
}

Value batchNorm(Emitter &n, const BatchNorm &b) {
  // Parameters may be wider than x: compute in their type.
  Type type = n.elementOf(wide(n, b.mean));
  auto parameter = [&](Value v) { return perChannel(n, n.cast(v, type), b.x); };
  Value scale = parameter(b.scale), bias = parameter(b.bias);
  Value mean = parameter(b.mean), variance = parameter(b.variance);
  return affine(n, n.cast(b.x, type), mean, variance, scale, bias, b.epsilon);
}

/// momentum * old + (1 - momentum) * now, in the type of `old`.
static Value blend(Emitter &n, Value old, Value now, double momentum) {
  Value before = wide(n, old);
  now = n.cast(n.reshape(now, n.dims(old)), n.elementOf(before));
  Value y = n.add(n.mul(before, n.like(before, momentum)),
                  n.mul(now, n.like(now, 1 - momentum)));
  return n.cast(y, n.elementOf(old));
}

TrainedBatchNorm trainBatchNorm(Emitter &n, const BatchNorm &b,
                                double momentum) {
  Value x = wide(n, b.x);
  Ints axes{0};
  llvm::append_range(axes, axesBetween(2, n.rank(x)));
  Value mean = n.mean(x, axes, true);
  Value centred = n.sub(x, mean);
  Value variance = n.mean(n.mul(centred, centred), axes, true);
  Value scale = perChannel(n, n.cast(b.scale, n.elementOf(x)), x);
  Value bias = perChannel(n, n.cast(b.bias, n.elementOf(x)), x);
  TrainedBatchNorm r;
  r.y = affine(n, x, mean, variance, scale, bias, b.epsilon);
  r.mean = blend(n, b.mean, mean, momentum);
  r.variance = blend(n, b.variance, variance, momentum);
  return r;
}

Moments momentsOf(Emitter &n, Value x, ArrayRef<int64_t> axes, double epsilon) {
  Value mean = n.mean(x, axes, true), centred = n.sub(x, mean);
  Value variance = n.mean(n.mul(centred, centred), axes, true);
  Value spread = n.unary<SqrtOp>(n.add(variance, n.like(variance, epsilon)));
  return {mean, n.unary<ReciprocalOp>(spread)};
}

Value groupNorm(Emitter &n, const GroupNorm &g) {
  Value x = wide(n, g.x);
  Value scale = wide(n, g.scale), bias = wide(n, g.bias);
  if (n.failed())
    return {};
  Dims d = n.dims(x);
  AffineExpr part = d[1].floorDiv(g.groups);
  n.requireEqual(part * g.groups, d[1]);
  AffineExpr rest = n.sizeOf(x, 2, n.rank(x));
  Value y = n.reshape(x, {d[0], n.expr(g.groups), part * rest});
  y = normalize(n, y, {2}, g.epsilon, true);
  if (!g.perGroup)
    y = n.reshape(y, d);
  Value parts = g.perGroup ? y : x;
  y = n.mul(y, perChannel(n, scale, parts));
  y = n.add(y, perChannel(n, bias, parts));
  return g.perGroup ? n.reshape(y, d) : y;
}

Value standardise(Emitter &n, Value x, ArrayRef<int64_t> axes, double epsilon) {
  Value centred = n.sub(x, n.mean(x, axes, true));
  Value variance = n.mean(n.mul(centred, centred), axes, true);
  Value spread = n.unary<SqrtOp>(variance);
  return n.div(centred, n.add(spread, n.like(spread, epsilon)));
}

Value overNorm(Emitter &n, Value x, int64_t axis, int64_t p) {
  Value norm =
      n.reduce("sum", p == 1 ? n.unary<AbsOp>(x) : n.mul(x, x), axis, true);
  if (p == 2)
    norm = n.unary<SqrtOp>(norm);
  Value isZero = n.compare<EqualOp>(norm, n.like(norm, 0));
  return n.select(isZero, n.like(x, 0), n.div(x, norm));
}

/// Sums over `size` neighbouring channels of x [N, C, ...].
static Value neighbourSums(Emitter &n, Value x, int64_t size) {
  Dims d = n.dims(x);
  Dims flat{d[0], n.expr(1), d[1], n.sizeOf(x, 2, n.rank(x))};
  Ints low{(size - 1) / 2, 0}, high{size - 1 - (size - 1) / 2, 0}, one{1, 1};
  Value sum =
      n.unary<PoolOp>(n.reshape(x, flat), {{"kind", n.text("sum")},
                                           {"kernel", n.ints({size, 1})},
                                           {"strides", n.ints(one)},
                                           {"dilations", n.ints(one)},
                                           {"pad_low", n.ints(low)},
                                           {"pad_high", n.ints(high)},
                                           {"count_padding", n.boolean(false)},
                                           {"dims", n.exprs(flat)}});
  return n.reshape(sum, d);
}

Value localResponse(Emitter &n, const LocalResponse &l) {
  if (n.failed())
    return {};
  Value sum = neighbourSums(n, n.mul(l.x, l.x), l.size);
  Value base =
      n.add(n.mul(sum, n.like(sum, l.alpha / l.size)), n.like(sum, l.bias));
  Value divisor =
      n.emitBroadcast(PowOp::getOperationName(), {base, n.like(base, l.beta)},
                      {}, n.elementOf(base));
  return n.div(l.x, divisor);
}

} // namespace opc::graph
