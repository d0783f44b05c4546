//===- Pooling.cpp - what windows and whole images come down to -----------===//
#include "opc/Frontend/Graph/Layers/Pooling.h"
#include "opc/Frontend/Graph/Arrays/Indexing.h"
#include "opc/Frontend/Graph/Required.h"
#include "opc/Frontend/Graph/Wide.h"

using namespace mlir;

namespace opc::graph {

Value leastLike(Emitter &n, Value x) {
  Type element = n.elementOf(x);
  if (n.isFloat(x))
    return n.like(x, -std::numeric_limits<double>::infinity());
  if (n.failed() || n.isUnsigned(x))
    return n.like(x, 0);
  unsigned width = element.getIntOrFloatBitWidth();
  return n.scalarInt(element, -(int64_t(1) << (width - 1)));
}

static Value pool(Emitter &n, const Pool &p, StringRef kind,
                  bool countPadding) {
  Dims dims = pooledDims(n, p.x, p.window, p.ceil);
  return n.emit<PoolOp>(
      p.x,
      p.window.attributes(n, {{"kind", n.text(kind)},
                              {"kernel", n.ints(p.window.kernel)},
                              {"count_padding", n.boolean(countPadding)},
                              {"dims", n.exprs(dims)}}),
      n.elementOf(p.x));
}

Value maxPool(Emitter &n, const Pool &p) { return pool(n, p, "max", false); }

Value averagePool(Emitter &n, const Pool &p, bool countPadding) {
  return pool(n, p, "mean", countPadding);
}

Value sumPool(Emitter &n, const Pool &p) { return pool(n, p, "sum", false); }

Value maxPoolIndices(Emitter &n, const Pool &p, bool columnMajor) {
  Dims dims = pooledDims(n, p.x, p.window, p.ceil);
  return n.emit<MaxPoolIndicesOp>(
      p.x,
      p.window.attributes(n, {{"kernel", n.ints(p.window.kernel)},
                              {"column_major", n.boolean(columnMajor)},
                              {"dims", n.exprs(dims)}}),
      n.i64Type());
}

static Value power(Emitter &n, Value x, double p) {
  if (p == 1)
    return x;
  if (p == 2)
    return n.mul(x, x);
  if (p == 0.5)
    return n.unary<SqrtOp>(x);
  return n.emitBroadcast(PowOp::getOperationName(), {x, n.like(x, p)}, {},
                         n.elementOf(x));
}

Value normTerms(Emitter &n, Value x, int64_t p) {
  return power(n, wide(n, n.unary<AbsOp>(x)), p);
}

Value normOfSum(Emitter &n, Value sum, int64_t p) {
  return power(n, sum, 1.0 / p);
}

Ints pooledAxes(Emitter &n, Value x) {
  Ints axes = axesBetween(2, n.rank(x));
  requireElements(n, x, axes);
  return axes;
}

Value maxUnpool(Emitter &n, Value x, Value indices, const Window &window) {
  Dims dims = n.dims(x);
  n.requireSameSize(dims, n.dims(indices),
                    "the input has {0} elements, the indices {1}");
  for (int64_t i = 0; i < window.spatial(); ++i)
    dims[i + 2] = (dims[i + 2] - 1) * window.strides[i] +
                  (window.kernel[i] - window.low[i] - window.high[i]);
  AffineExpr count = product(n.state.builder.getContext(), dims);
  Value zeros = n.broadcast(n.like(x, 0), {count});
  indices = fromTheFront(n, n.reshape(indices, {n.size(x)}));
  Value y = n.emit<ScatterElementsOp>(
      {zeros, indices, n.reshape(x, {n.size(x)})},
      {{"axis", n.i64(0)}, {"reduction", n.text("none")}}, n.elementOf(x));
  return n.reshape(y, dims);
}

} // namespace opc::graph
