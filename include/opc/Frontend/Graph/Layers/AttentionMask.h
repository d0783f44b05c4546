//===- AttentionMask.h - which keys a query sees ----------------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_LAYERS_ATTENTIONMASK_H
#define OPC_FRONTEND_GRAPH_LAYERS_ATTENTIONMASK_H

#include "opc/Dialect/Opc/IR/ScoreBuilder.h"
#include "opc/Frontend/Graph/Emitter.h"
#include <limits>

namespace opc::graph {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Positions [.., n, m] (i64) of queries less those of keys; `offset` is the
/// position of the first query.
Value distances(Emitter &n, AffineExpr queries, AffineExpr keys, Value offset);

/// What hides keys; all of it counts at once.
struct AttentionMask {
  /// Of bool, true for a key that is seen, or of numbers that are added to
  /// scores; broadcasts to [b, heads, n, m]. Null: none.
  Value mask;
  /// Whether one with fewer keys than there are hides the others; else it has
  /// all of them, or one for all.
  bool hidesRest = true;
  /// No key behind the query is seen.
  bool causal = false;
  /// How many keys before and behind the query are seen; below 0: all.
  int64_t left = -1, right = -1;
  /// How many keys come before the first query's own; null: none, or what
  /// `lengths` says.
  AffineExpr past;
  /// How many keys of each batch there are [b], of which the last belongs to
  /// the last query; null: all.
  Value lengths;
};

/// The same as opc.attention takes it. What broadcasts to scores [b, heads, n,
/// m] is checked to; `scores` has their extents, of which ones become those of
/// the mask.
KeyMask keyMaskOf(Emitter &n, const AttentionMask &mask, Dims &scores);
/// Checks that a value with extents `dims` broadcasts to scores, as above.
void meet(Emitter &n, Dims &scores, const Dims &dims);

/// What is added to scores of type `element`: minus infinity for a key that is
/// hidden. Null where nothing is.
Value biasOf(Emitter &n, const AttentionMask &mask, Dims scores, Type element);

/// Builds what acts on scores of these extents, at the place of an emitter.
ScoreBuilder scoreBuilder(Emitter &n, Dims scores);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_LAYERS_ATTENTIONMASK_H
