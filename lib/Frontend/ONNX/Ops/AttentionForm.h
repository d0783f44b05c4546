//===- AttentionForm.h - attention as a plain struct ------------*- C++ -*-===//
//
// What the attention ops of all domains come down to. A reader fills a struct
// from its inputs and attributes; what attention, a rotation of heads and a
// cache of keys are is said here once.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_ONNX_OPS_ATTENTIONFORM_H
#define OPC_LIB_FRONTEND_ONNX_OPS_ATTENTIONFORM_H

#include "Reader/Node.h"
#include <limits>

namespace opc::onnx {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// [batch, n, heads * d] -> [batch, heads, n, d]; rank 4 stays.
Value splitHeads(Node &n, Value v, int64_t heads);
/// [batch, heads, n, d] -> [batch, n, heads * d].
Value joinHeads(Node &n, Value v);

/// q k^T [b, heads, n, m] in `element` of q [b, heads, n, d] and k [b, shared,
/// m, d]; the program checks that `shared` divides `heads`.
Value scoresOf(Node &n, Value q, Value k, Type element);
/// p v [b, heads, n, e] of p [b, heads, n, m] and v [b, shared, m, e].
Value weighted(Node &n, Value p, Value v);

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
Attended attend(Node &n, const AttentionForm &form);

/// tanh(x / cap) * cap; a cap of 0 changes nothing.
Value softcap(Node &n, Value x, double cap);

/// Positions [.., n, m] (i64) of queries less those of keys; `offset` is the
/// position of the first query.
Value distances(Node &n, AffineExpr queries, AffineExpr keys, Value offset);

/// The root of 1 / depth, which scales scores by default.
double usualScale(Node &n, AffineExpr depth);

/// Turns pairs of the first channels of heads by angles.
struct Rotation {
  /// [b, n, half], [1, n, half].
  Value cos, sin;
  /// Pairs are neighbours; otherwise they are half of the channels apart.
  bool interleaved = false;
};
/// x of rank 4, whose positions lie on axis 2 behind heads on axis 1, or the
/// other way round with `headAxis` = 2. The result is at least f32.
Value rotate(Node &n, Value x, const Rotation &rotation, int64_t headAxis);

/// The table of Rotary.cpp for ai.onnx.
ArrayRef<OpRow> rotaryRows();

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_OPS_ATTENTIONFORM_H
