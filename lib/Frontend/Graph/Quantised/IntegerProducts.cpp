//===- IntegerProducts.cpp - products of quantised tensors ----------------===//
#include "opc/Frontend/Graph/Quantised/IntegerProducts.h"
#include "opc/Frontend/Graph/Quantised/Quantise.h"

using namespace mlir;

namespace opc::graph {

Value centred(Emitter &n, Value x, Value zero) {
  x = n.cast(x, n.i32Type());
  return zero ? n.sub(x, zero) : x;
}

Value integerMatMul(Emitter &n, Value a, Value b, Value zeroA, Value zeroB) {
  bool vectorA = n.rank(a) == 1, vectorB = n.rank(b) == 1;
  if (n.failed() || n.rank(a) == 0 || n.rank(b) == 0) {
    n.fail("an operand is a scalar");
    return {};
  }
  if (vectorA)
    a = n.unsqueeze(a, {0});
  if (vectorB)
    b = n.unsqueeze(b, {1});
  if (zeroA && n.rank(zeroA) == 1)
    zeroA = n.unsqueeze(zeroA, {1});
  Value y = n.matmul(centred(n, a, zeroA), centred(n, b, zeroB), n.i32Type());
  if (vectorA)
    y = n.squeeze(y, {-2});
  return vectorB ? n.squeeze(y, {-1}) : y;
}

Value alongAxis(Emitter &n, Value v, int64_t rank, int64_t from) {
  if (!v || n.failed() || n.rank(v) == 0)
    return v;
  return n.unsqueeze(v, axesBetween(1, rank - from));
}

Value requantise(Emitter &n, Value sum, Value scaleA, Value scaleB,
                 Value scaleY, Value zeroY) {
  Value factor = n.div(n.mul(scaleA, scaleB), n.scalarOf(scaleY, "y_scale"));
  factor = n.cast(factor, n.f32Type());
  Value real = n.mul(n.cast(sum, n.f32Type()), factor);
  return saturate(n, real, n.scalarOf(zeroY, "y_zero_point"),
                  n.elementOf(zeroY));
}

} // namespace opc::graph
