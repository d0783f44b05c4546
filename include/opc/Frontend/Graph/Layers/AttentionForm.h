//===- AttentionForm.h - attention as a plain struct ------------*- C++ -*-===//
//
// What the attention ops of all front ends come down to. A reader fills a
// struct from its inputs and attributes; what attention is is said here once.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FRONTEND_GRAPH_LAYERS_ATTENTIONFORM_H
#define OPC_FRONTEND_GRAPH_LAYERS_ATTENTIONFORM_H

#include "opc/Frontend/Graph/Layers/AttentionMask.h"
#include <limits>

namespace opc::graph {

/// [batch, n, heads * d] -> [batch, heads, n, d]; rank 4 stays.
Value splitHeads(Emitter &n, Value v, int64_t heads);
/// [batch, heads, n, d] -> [batch, n, heads * d].
Value joinHeads(Emitter &n, Value v);

/// q k^T [b, heads, n, m] in `element` of q [b, heads, n, d] and k [b, shared,
/// m, d]; the program checks that `shared` divides `heads`.
Value scoresOf(Emitter &n, Value q, Value k, Type element);
/// p v [b, heads, n, e] of p [b, heads, n, m] and v [b, shared, m, e].
Value weighted(Emitter &n, Value p, Value v);
/// p^T x [b, shared, m, e] of p [b, heads, n, m] and x [b, heads, n, e], which
/// is a sum over heads that share keys.
Value collected(Emitter &n, Value p, Value x, AffineExpr shared);

/// softmax(cap(q k^T) + bias) v, where keys that are not allowed have the score
/// `blocked`.
struct AttentionForm {
  /// As for scoresOf and weighted; q is scaled.
  Value q, k, v;
  /// tanh(scores / softcap) * softcap; 0: as they are.
  double softcap = 0;
  /// Each broadcasts to [b, heads, n, m]; null: none.
  Value bias, allowed;
  double blocked = -kInfinity;
  /// The score of one more key without a value, that broadcasts to [b, heads,
  /// n, 1]; null: none.
  Value sink;
  /// Whether a row whose bias is minus infinity throughout gives zeros.
  bool emptyIsZero = false;
  /// Types of scores, of the softmax, and of the result.
  Type scores, softmax, result;
};

/// The steps of attention, each [b, heads, n, m], and its result.
struct Attended {
  Value product, capped, biased, probabilities, y;
};
Attended attend(Emitter &n, const AttentionForm &form);

/// Scaled dot-product attention: softmax(cap(scale q k^T) + mask) v, where a
/// query that sees no key gives zeros.
struct ScaledAttention {
  /// As for scoresOf and weighted.
  Value q, k, v;
  AttentionMask mask;
  /// Absent: the usual one. q and k are multiplied by the root of its size, and
  /// q by its sign.
  std::optional<double> scale;
  double softcap = 0;
  /// Type of scores; of the softmax, null: that of scores; of the result.
  Type scores, softmax, result;
};
Attended attend(Emitter &n, const ScaledAttention &a);

/// tanh(x / cap) * cap; a cap of 0 changes nothing.
Value softcap(Emitter &n, Value x, double cap);

/// What scores are multiplied by, in `element`: what is given, else the root of
/// 1 / depth.
Value scaleOf(Emitter &n, std::optional<double> given, AffineExpr depth,
              Type element);
/// The root of its size.
Value rootOfScale(Emitter &n, std::optional<double> given, AffineExpr depth,
                  Type element);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_LAYERS_ATTENTIONFORM_H
