//===- Reshaping.h - the same elements in another shape ---------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_ARRAYS_RESHAPING_H
#define OPC_FRONTEND_GRAPH_ARRAYS_RESHAPING_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// x in the extents `target`, of which one may be the constant -1: what the
/// others leave.
Value reshapeTo(Emitter &n, Value x, Dims target);
/// The same with a target that the graph computes, a vector of a known extent.
/// An extent of 0 is that of x unless `keepZero`.
Value reshapeAs(Emitter &n, Value x, Value shape, bool keepZero);

/// x as a matrix: axes before `axis`, and the others.
Value flattenAt(Emitter &n, Value x, int64_t axis);

/// Where channels of images [N, C, H, W] and blocks of `size` by `size`
/// elements take each other's place.
struct DepthBlocks {
  int64_t size;
  /// Whether the places in a block lie before the channels in the depth.
  bool depthFirst;
};
Value depthToSpace(Emitter &n, Value x, const DepthBlocks &b);
Value spaceToDepth(Emitter &n, Value x, const DepthBlocks &b);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_ARRAYS_RESHAPING_H
