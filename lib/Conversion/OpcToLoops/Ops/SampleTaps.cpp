//===- SampleTaps.cpp - interpolation between elements
//----------------------===//
//
// See Sampling.h.
//
//===----------------------------------------------------------------------===//
#include "SampleTaps.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace opc {

Filter makeFilter(StringRef mode, double coefficient) {
  return {mode == "cubic" ? 2 : 1, coefficient};
}

Scalar Filter::weight(Scalar distance) const {
  Scalar t = absOf(distance);
  if (support == 1)
    return maximum(1 - t, t.like(0));
  double a = coefficient;
  Scalar inner = ((a + 2) * t - (a + 3)) * t * t + 1;
  Scalar outer = ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
  return select(t <= 1, inner, select(t < 2, outer, t.like(0)));
}

Scalar finite(Scalar x, double otherwise, Scalar low, Scalar high) {
  return select(x == x, clamp(x, low, high), x.like(otherwise));
}

Scalar roundEvenOf(Scalar x) {
  KernelEmitter &e = x.emitter();
  return {e, math::RoundEvenOp::create(e.b, e.loc, x)};
}

} // namespace opc
