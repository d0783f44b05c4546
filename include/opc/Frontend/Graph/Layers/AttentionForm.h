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

/// softmax(cap(scale q k^T) + mask) v, as opc.attention says it.
struct AttentionForm {
  /// As for scoresOf and weighted.
  Value q, k, v;
  AttentionMask mask;
  /// Of bool, false for a key whose score is `blocked`; broadcasts to [b,
  /// heads, n, m]. Null: none.
  Value allowed;
  double blocked = -kInfinity;
  /// The score of one more key without a value, that broadcasts to [b, heads,
  /// n, 1]; null: none.
  Value sink;
  /// Absent: the usual one. With `roots` q and k are multiplied by the root of
  /// its size, and q by its sign; else q is multiplied by it.
  std::optional<double> scale;
  bool roots = false;
  /// tanh(scores / softcap) * softcap; 0: as they are.
  double softcap = 0;
  /// Whether a query whose every key `mask` hides gives zeros.
  bool emptyIsZero = true;
  /// Type of the softmax, null: that of scores; of the result.
  Type softmax, result;
  /// The step whose scores are wanted: "product", "capped", "biased" or
  /// "probabilities"; empty: none.
  StringRef gives;
};

/// The result of attention and, if they are wanted, scores [b, heads, n, m] of
/// one of its steps, in at least f32.
struct Attended {
  Value y, scores;
};
Attended attend(Emitter &n, AttentionForm form);

/// What scores are multiplied by, in `element`: what is given, else the root of
/// 1 / depth.
Value scaleOf(Emitter &n, std::optional<double> given, AffineExpr depth,
              Type element);
/// The root of its size.
Value rootOfScale(Emitter &n, std::optional<double> given, AffineExpr depth,
                  Type element);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_LAYERS_ATTENTIONFORM_H
