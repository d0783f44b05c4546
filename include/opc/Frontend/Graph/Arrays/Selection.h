//===- Selection.h - sorting and sizes that depend on data ------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_ARRAYS_SELECTION_H
#define OPC_FRONTEND_GRAPH_ARRAYS_SELECTION_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// The `count` greatest (or least) elements of each line along an axis, in
/// order, and their places (i64); the count is at most the extent.
struct TopK {
  AffineExpr count;
  int64_t axis;
  bool largest = true;
};
struct Selected {
  Value values, indices;
};
Selected topK(Emitter &n, Value x, const TopK &k);

/// Coordinates [rank, count] (i64) of what is not zero; a scalar counts as a
/// vector of one element.
Value nonzero(Emitter &n, Value x);

/// Slices of x along `axis` without repetition, sorted or in order of their
/// first places (i64); for each slice of x the one that it is, and how often
/// each is there.
struct Distinct {
  Value values, first, inverse, counts;
};
Distinct distinct(Emitter &n, Value x, int64_t axis, bool sorted);

/// Boxes [N, boxes, 4] by scores [N, classes, boxes], without those that
/// overlap a better one: [chosen, 3] of image, class and box (i64).
struct Suppression {
  Value boxes, scores;
  /// Of one element: how many of a class (null: 0), how much of both may be
  /// shared (null: 0), from which score on (null: any).
  Value most, overlap, least;
  /// Whether boxes are centre and size, else two corners.
  bool center = false;
};
Value suppress(Emitter &n, const Suppression &s);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_ARRAYS_SELECTION_H
