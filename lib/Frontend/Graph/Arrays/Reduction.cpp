//===- Reduction.cpp - what axes come down to -----------------------------===//
#include "opc/Frontend/Graph/Arrays/Reduction.h"
#include "opc/Frontend/Graph/Required.h"
#include "opc/Frontend/Graph/Wide.h"

using namespace mlir;

namespace opc::graph {

/// In which roots, logarithms and what they are taken of are computed.
static Value asReal(Emitter &n, Value x) {
  return n.isFloat(x) ? wide(n, x) : n.cast(x, n.state.builder.getF64Type());
}

static Value sum(Emitter &n, const Reduction &s, Value x) {
  return n.reduce("sum", x, s.axes, s.keepdims);
}

Value reduceExtreme(Emitter &n, const Reduction &s, StringRef kind) {
  if (!n.elementOf(s.x).isInteger(1))
    return n.reduce(kind, s.x, s.axes, s.keepdims);
  Type byte = n.u8Type();
  Value wide = n.cast(s.x, byte);
  return n.cast(n.reduce(kind, wide, s.axes, s.keepdims), n.boolType());
}

Value reduceL1(Emitter &n, const Reduction &s) {
  return sum(n, s, n.unary<AbsOp>(s.x));
}
Value reduceSumSquare(Emitter &n, const Reduction &s) {
  Value x = wide(n, s.x);
  return n.cast(sum(n, s, n.mul(x, x)), n.elementOf(s.x));
}
Value reduceL2(Emitter &n, const Reduction &s) {
  Value x = asReal(n, s.x);
  Value norm = n.unary<SqrtOp>(sum(n, s, n.mul(x, x)));
  return n.cast(norm, n.elementOf(s.x));
}
Value reduceLogSum(Emitter &n, const Reduction &s) {
  Value total = n.unary<LogOp>(sum(n, s, asReal(n, s.x)));
  return n.cast(total, n.elementOf(s.x));
}

Value reduceLogSumExp(Emitter &n, const Reduction &s) {
  Value x = asReal(n, s.x);
  Value most = n.reduce("max", x, s.axes, /*keepdims=*/true);
  Value shift = n.select(n.isInfinite(most), n.like(most, 0), most);
  Value total = sum(n, s, n.unary<ExpOp>(n.sub(x, shift)));
  if (!s.keepdims)
    shift = n.reshape(shift, n.dims(total));
  return n.cast(n.add(n.unary<LogOp>(total), shift), n.elementOf(s.x));
}

Value argExtreme(Emitter &n, Value x, const ArgExtreme &a) {
  requireElements(n, x, a.axis);
  return n.emit<ArgReduceOp>(x,
                             {{"kind", n.text(a.kind)},
                              {"axis", n.i64(a.axis)},
                              {"keepdims", n.boolean(a.keepdims)},
                              {"select_last", n.boolean(a.last)}},
                             n.i64Type());
}

} // namespace opc::graph
