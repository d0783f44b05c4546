//===- Indexing.h - elements that numbers in tensors pick -------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_ARRAYS_INDEXING_H
#define OPC_FRONTEND_GRAPH_ARRAYS_INDEXING_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// Rows of a table at indices, none of which counts from the back.
Value rowsAt(Emitter &n, Value table, Value indices);
/// Indices of which negative ones do not count from the back: they are out of
/// range of every extent.
Value fromTheFront(Emitter &n, Value indices);

/// x at its own indices, but for `axis`, whose index is the element of
/// `indices`; of the extents of indices, which off the axis are not greater
/// than those of x. An index may count from the back.
Value gatherElements(Emitter &n, Value x, Value indices, int64_t axis);
/// x with `updates`, of the extents of indices, at such places; `reduction` is
/// that of opc.scatter_elements.
Value scatterElements(Emitter &n, Value x, Value indices, Value updates,
                      int64_t axis, StringRef reduction);

/// Slices of x at tuples that lie along the last axis of indices, whose extent
/// is a number; the first `batch` axes of both are walked together.
Value gatherNd(Emitter &n, Value x, Value indices, int64_t batch);
/// x with `updates` at such places.
Value scatterNd(Emitter &n, Value x, Value indices, Value updates,
                StringRef reduction);

/// Where `update` goes in a cache of the same rank.
struct CacheWrite {
  Value cache, update;
  /// Rows of the cache lie along this axis, which is not the first.
  int64_t axis;
  /// Of the first row, for each index of axis 0; null: 0.
  Value starts;
  /// Whether rows beyond the end go to the front.
  bool circular = false;
};
/// The cache with the rows of the update in it.
Value writeRows(Emitter &n, const CacheWrite &w);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_ARRAYS_INDEXING_H
