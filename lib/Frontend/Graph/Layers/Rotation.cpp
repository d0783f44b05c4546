//===- Rotation.cpp - heads turned by their positions ---------------------===//
#include "opc/Frontend/Graph/Layers/Rotation.h"
#include "opc/Frontend/Graph/Wide.h"

using namespace mlir;

namespace opc::graph {

Value rotate(Emitter &n, Value x, const Rotation &rotation, int64_t headAxis) {
  if (n.failed() || !x || !rotation.cos || !rotation.sin)
    return {};
  AffineExpr half = n.dim(rotation.cos, -1), rotated = half * 2;
  AffineExpr whole = n.dim(x, 3);
  n.requireEqual(n.dim(rotation.sin, -1), half);
  n.requireAtMost(rotated, whole);
  x = wide(n, x);
  Value cos = wide(n, n.unsqueeze(rotation.cos, headAxis));
  Value sin = wide(n, n.unsqueeze(rotation.sin, headAxis));
  AffineExpr second = rotation.interleaved ? n.expr(1) : half;
  int64_t step = rotation.interleaved ? 2 : 1;
  Value a = n.slice(x, 3, n.expr(0), half, step);
  Value b = n.slice(x, 3, second, half, step);
  Value real = n.sub(n.mul(cos, a), n.mul(sin, b));
  Value imaginary = n.add(n.mul(sin, a), n.mul(cos, b));
  Value turned;
  if (rotation.interleaved) {
    Dims d = n.dims(x);
    turned = n.reshape(
        n.concat({n.unsqueeze(real, {4}), n.unsqueeze(imaginary, {4})}, 4),
        {d[0], d[1], d[2], rotated});
  } else {
    turned = n.concat({real, imaginary}, 3);
  }
  if (rotated == whole)
    return turned;
  return n.concat({turned, n.slice(x, 3, rotated, whole - rotated)}, 3);
}

Value rotateHeads(Emitter &n, Value x, const Rotation &rotation,
                  AffineExpr heads) {
  if (n.failed())
    return {};
  if (n.rank(x) == 4)
    return rotate(n, x, rotation, 1);
  AffineExpr depth = n.quotient(n.dim(x, 2), heads);
  n.requireEqual(depth * heads, n.dim(x, 2));
  Value split = n.splitAxis(x, 2, heads, depth);
  return n.reshape(rotate(n, split, rotation, 2), n.dims(x));
}

} // namespace opc::graph
