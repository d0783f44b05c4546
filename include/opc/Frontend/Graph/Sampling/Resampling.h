//===- Resampling.h - new extents by interpolation --------------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_SAMPLING_RESAMPLING_H
#define OPC_FRONTEND_GRAPH_SAMPLING_RESAMPLING_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// How positions and values between elements follow from those at hand, in the
/// words of opc.resize.
struct Interpolation {
  /// "nearest", "linear" or "cubic", which may have the prefix of the number of
  /// axes; how positions map; which way "nearest" rounds.
  std::string mode = "nearest", coordinates = "half_pixel",
              rounding = "round_prefer_floor";
  /// Coefficient of "cubic", and what lies outside of a region of interest.
  double cubic = -0.75, extrapolation = 0;
  bool excludeOutside = false, antialias = false;
  /// Starts, then ends, of the axes in parts of their extents; only for
  /// "tf_crop_and_resize".
  SmallVector<double> roi = {};
};

/// What is resampled: axes, their new extents, and scales where already known
/// or given by a tensor (neither: they follow from the extents).
struct Resampling {
  Ints axes;
  Dims dims;
  std::optional<SmallVector<double>> scales;
  Value scaleTensor;
  bool isShared = false; ///< one scale for all axes, a quotient: of f64
};

/// By scales, one for each axis: extents are floor(extent * scale) in f32
/// arithmetic. Nothing after a failure.
std::optional<Resampling> resamplingByScales(Emitter &n, Value x,
                                             const Ints &axes, Value scales);

/// What becomes of the ratio of axes when extents are given.
enum class AspectRatio {
  Stretch,    ///< each axis has a scale of its own
  NotLarger,  ///< all have the least of them
  NotSmaller, ///< all have the greatest
};
/// To the extents `sizes`, one for each axis. Nothing after a failure.
std::optional<Resampling> resamplingToSizes(Emitter &n, Value x,
                                            const Ints &axes, Value sizes,
                                            AspectRatio ratio);

/// x resampled; axes that stay as they are are not looked at.
Value resample(Emitter &n, Value x, Resampling r, Interpolation i);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_SAMPLING_RESAMPLING_H
