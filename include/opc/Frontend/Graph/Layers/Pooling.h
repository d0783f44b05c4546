//===- Pooling.h - what windows and whole images come down to ---*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_LAYERS_POOLING_H
#define OPC_FRONTEND_GRAPH_LAYERS_POOLING_H

#include "opc/Frontend/Graph/Layers/WindowGeometry.h"

namespace opc::graph {

/// Windows over x [N, C, spatial...].
struct Pool {
  Value x;
  Window window;
  /// Whether the last window may hang over the end.
  bool ceil = false;
};

/// Greatest element of each window, of the type of x.
Value maxPool(Emitter &n, const Pool &p);
/// Where in x it is (i64): counted over the whole of x, row-major or with the
/// last two axes in each other's place.
Value maxPoolIndices(Emitter &n, const Pool &p, bool columnMajor);
/// Mean of each window, of its elements in x or, with `countPadding`, of those
/// in the padding, too.
Value averagePool(Emitter &n, const Pool &p, bool countPadding);
/// Sum of each window.
Value sumPool(Emitter &n, const Pool &p);

/// What padding must hold so that it is no maximum: the least value of the type
/// of x, as a scalar.
Value leastLike(Emitter &n, Value x);

/// |x|^p in at least f32, of which norms are sums.
Value normTerms(Emitter &n, Value x, int64_t p);
/// The p-th root of a sum of such terms.
Value normOfSum(Emitter &n, Value sum, int64_t p);

/// The spatial axes of x, which a global pool takes together; each must have an
/// element: of nothing there is no mean.
Ints pooledAxes(Emitter &n, Value x);

/// Zeros [N, C, spatial...] with each element of x at its place in `indices`,
/// which maxPoolIndices gave for a pool over `window` without dilations.
Value maxUnpool(Emitter &n, Value x, Value indices, const Window &window);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_LAYERS_POOLING_H
