//===- WindowGeometry.h - where windows lie on spatial axes -----*- C++ -*-===//
//
// What convolutions and pools share: windows over x [N, C, spatial...], their
// strides, dilations and padding, and the extents that follow from them.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FRONTEND_GRAPH_LAYERS_WINDOWGEOMETRY_H
#define OPC_FRONTEND_GRAPH_LAYERS_WINDOWGEOMETRY_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// In elements of x, one number for each spatial axis; `low` and `high` are
/// what is padded before and after it.
struct Window {
  Ints kernel, strides, dilations, low, high;

  int64_t spatial() const { return kernel.size(); }
  /// Extent that the kernel covers on a spatial axis.
  int64_t span(int64_t i) const { return (kernel[i] - 1) * dilations[i] + 1; }
  /// strides, dilations, pad_low and pad_high, and what else is given.
  SmallVector<std::pair<StringRef, Attribute>>
  attributes(Emitter &n, Attrs more = {}) const;
};

/// Pads axis `i` so that the result has ceil(extent / stride) elements; of an
/// odd number of elements the one more lies behind (`upper`) or before. Where
/// only a run knows how many there are, x is padded with `filler` and replaced;
/// false, with nothing said, where the filler is null.
bool padSame(Emitter &n, Value &x, Window &w, int64_t i, bool upper,
             Value filler);

/// How far the window of one axis may move over an extent, beyond whose padding
/// it may reach by `beyond`; a window that is larger fails, now or in the run.
AffineExpr windowRange(Emitter &n, AffineExpr extent, const Window &w,
                       int64_t i, int64_t beyond = 0);

/// Extents of pooling x. With `ceil`, windows may hang over the end as far as
/// they start in the input or in the padding before it.
Dims pooledDims(Emitter &n, Value x, const Window &w, bool ceil);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_LAYERS_WINDOWGEOMETRY_H
