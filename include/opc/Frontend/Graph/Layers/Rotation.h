//===- Rotation.h - heads turned by their positions -------------*- C++ -*-===//
//
// Rotary position embedding (Su et al., RoFormer, arXiv:2104.09864).
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FRONTEND_GRAPH_LAYERS_ROTATION_H
#define OPC_FRONTEND_GRAPH_LAYERS_ROTATION_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// Turns pairs of the first channels of heads by angles.
struct Rotation {
  /// [b, n, half], [1, n, half].
  Value cos, sin;
  /// Pairs are neighbours; otherwise they are half of the channels apart.
  bool interleaved = false;
};
/// x of rank 4, whose positions lie on axis 2 behind heads on axis 1, or the
/// other way round with `headAxis` = 2. The result is at least f32.
Value rotate(Emitter &n, Value x, const Rotation &rotation, int64_t headAxis);
/// The same of x [b, heads, n, d] or [b, n, heads * d].
Value rotateHeads(Emitter &n, Value x, const Rotation &rotation,
                  AffineExpr heads);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_LAYERS_ROTATION_H
