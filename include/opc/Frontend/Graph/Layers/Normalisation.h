//===- Normalisation.h - what is normalised, over which axes ----*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_LAYERS_NORMALISATION_H
#define OPC_FRONTEND_GRAPH_LAYERS_NORMALISATION_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// (x - mean) / sqrt(variance + epsilon) over axes, which are sorted; without
/// `center`, x / sqrt(mean of squares + epsilon).
Value normalize(Emitter &n, Value x, ArrayRef<int64_t> axes, double epsilon,
                bool center);

/// A vector over channels, ready to broadcast against x [N, C, ...].
Value perChannel(Emitter &n, Value v, Value x);

/// Parameters of a batch norm, each [C], and the input x [N, C, ...].
struct BatchNorm {
  Value x, scale, bias, mean, variance;
  double epsilon = 0;
};
/// scale * (x - mean) / sqrt(variance + epsilon) + bias in the type of mean,
/// halves as f32.
Value batchNorm(Emitter &n, const BatchNorm &b);

/// What training computes: y in at least f32, and the averages, which keep
/// `momentum` of what they were and take the rest from this batch.
struct TrainedBatchNorm {
  Value y, mean, variance;
};
TrainedBatchNorm trainBatchNorm(Emitter &n, const BatchNorm &b,
                                double momentum);

/// Statistics of a layer norm: the mean and one over the deviation, of extent 1
/// over `axes`, in the type of x.
struct Moments {
  Value mean, reciprocalDeviation;
};
Moments momentsOf(Emitter &n, Value x, ArrayRef<int64_t> axes, double epsilon);

/// x [N, C, ...] with each of `groups` equal parts of its channels normalised
/// as one, in at least f32. Scale and bias are for each channel or, with
/// `perGroup`, for each group.
struct GroupNorm {
  Value x, scale, bias;
  int64_t groups = 1;
  double epsilon = 0;
  bool perGroup = false;
};
Value groupNorm(Emitter &n, const GroupNorm &g);

/// (x - mean) / (standard deviation + `epsilon`) over axes.
Value standardise(Emitter &n, Value x, ArrayRef<int64_t> axes, double epsilon);

/// x over its norm along `axis`, of sums of |x| (p is 1) or of squares (2); 0
/// where the norm is 0.
Value overNorm(Emitter &n, Value x, int64_t axis, int64_t p);

/// x / (bias + alpha / size * sum of squares over `size` neighbouring
/// channels)^beta of x [N, C, ...].
struct LocalResponse {
  Value x;
  int64_t size = 1;
  double alpha = 0, beta = 0, bias = 0;
};
Value localResponse(Emitter &n, const LocalResponse &l);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_LAYERS_NORMALISATION_H
