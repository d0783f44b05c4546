//===- Grids.h - elements at computed positions -----------------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_SAMPLING_GRIDS_H
#define OPC_FRONTEND_GRAPH_SAMPLING_GRIDS_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// Elements of x [N, C, spatial...] at the positions that grid [N, spatial'...,
/// axes] holds, from the last axis to the first, -1 to 1 over an axis.
struct GridSample {
  Value x, grid;
  /// "nearest", "linear" or "cubic".
  std::string mode = "linear";
  /// "zeros", "border" or "reflection".
  std::string padding = "zeros";
  /// Whether -1 and 1 are the centres of the outer elements, not their edges.
  bool alignCorners = false;
};
Value gridSample(Emitter &n, const GridSample &g);

/// grid[n, spatial..., :] = theta[n] * (x, y, (z,) 1) in at least f32, for
/// images of `size` [N, C, spatial...] with two or three spatial axes.
Value affineGrid(Emitter &n, Value theta, const Dims &size, bool corners);

/// Bins of regions of x [N, C, H, W]: rois [R, 4] hold corners, batch [R] the
/// image that each is of.
struct RoiAlign {
  Value x, rois, batch;
  /// "avg" or "max" of the samples of a bin.
  std::string mode = "avg";
  /// Whether positions are of centres of elements.
  bool halfPixel = true;
  /// Bins of a region, and samples of a bin along an axis (0: as many as
  /// elements).
  int64_t height = 1, width = 1, samplingRatio = 0;
  double scale = 1;
};
Value roiAlign(Emitter &n, const RoiAlign &r);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_SAMPLING_GRIDS_H
