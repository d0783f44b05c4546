//===- CosineWindow.cpp - what frames of a signal are weighted by ---------===//
#include "opc/Frontend/Graph/Signals/CosineWindow.h"
#include <cmath>

using namespace mlir;

namespace opc::graph {

Value cosineWindow(Emitter &n, const CosineWindow &w, AffineExpr size,
                   Type element) {
  Type wide = n.state.builder.getF64Type();
  Value length = n.extentAs(wide, size);
  if (!w.periodic)
    length = n.sub(length, n.scalar(wide, 1));
  Value angle =
      n.div(n.mul(n.iota(wide, 0, size), n.scalar(wide, 2 * M_PI)), length);
  Value y = n.sub(n.scalar(wide, w.a0),
                  n.mul(n.scalar(wide, w.a1), n.unary<CosOp>(angle)));
  if (w.a2 != 0) {
    Value twice = n.mul(angle, n.scalar(wide, 2));
    y = n.add(y, n.mul(n.scalar(wide, w.a2), n.unary<CosOp>(twice)));
  }
  return n.cast(y, element);
}

} // namespace opc::graph
