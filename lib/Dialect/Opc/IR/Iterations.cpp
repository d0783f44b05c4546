//===- Iterations.cpp - what ops combine ----------------------------------===//
//
// The index arithmetic of products, convolutions, windows and reductions
// (Iteration). Loops and costs derive theirs.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

namespace {

/// Positions: those of a result of rank `rank`, then combined ones.
struct Positions {
  MLIRContext *context;
  size_t rank;

  AffineExpr out(size_t axis) const { return getAffineDimExpr(axis, context); }
  AffineExpr combined(size_t axis) const {
    return getAffineDimExpr(rank + axis, context);
  }
  /// The place of the element that is made.
  Exprs here() const {
    Exprs all;
    for (size_t axis = 0; axis < rank; ++axis)
      all.push_back(out(axis));
    return all;
  }
};

Positions positionsOf(Value y) {
  return {y.getContext(),
          size_t(cast<RankedTensorType>(y.getType()).getRank())};
}

Access accessOf(unsigned operand, Exprs at) {
  Access access;
  access.operand = operand;
  access.at = std::move(at);
  return access;
}

/// Lets `x` read where the window of each spatial axis, `first` the first of
/// them, has its tap: tap i is combined axis i. Windows that hang over the end
/// without padding are those that `hangs` says.
template <typename Op>
void slide(Op op, const Positions &p, size_t first, bool hangs, Access &x) {
  for (size_t i = 0; i < op.getStrides().size(); ++i) {
    int64_t low = op.getPadLow()[i], high = op.getPadHigh()[i];
    x.at[first + i] = p.out(first + i) * op.getStrides()[i] +
                      p.combined(i) * op.getDilations()[i] - low;
    if (hangs || low > 0 || high > 0)
      x.guarded.push_back(first + i);
  }
}

/// Where the element (k, n) lies in packed weights b [n / lanes, k, n mod
/// lanes], or, with groups of the reduction, [n / lanes, k / group, n mod
/// lanes, k mod group]. `panel` is the number of the first n's vector.
Exprs packedPlace(ArrayRef<AffineExpr> b, AffineExpr panel, AffineExpr k,
                  AffineExpr n) {
  AffineExpr lanes = b[2];
  Exprs at{panel + n.floorDiv(lanes), k, n % lanes};
  if (b.size() == 4) {
    at[1] = k.floorDiv(b[3]);
    at.push_back(k % b[3]);
  }
  return at;
}

Iteration windowIteration(auto pool, StringRef layout) {
  Positions p = positionsOf(pool.getY());
  Iteration i{{}, {accessOf(0, p.here())}};
  for (int64_t taps : pool.getKernel())
    i.combined.push_back(getAffineConstantExpr(taps, p.context));
  slide(pool, p, layoutAxes(layout, p.rank).firstSpatial, /*hangs=*/true,
        i.accesses[0]);
  return i;
}

} // namespace

Iteration opc::iterationOfReduction(Operation *op, ShapeEnv &env) {
  auto reduce = cast<ReductionOp>(op);
  const Dims dims = env.dims(reduce.getX());
  Positions p = positionsOf(op->getResult(0));
  Iteration i{{}, {accessOf(0, {})}};
  size_t outer = 0;
  for (auto [axis, extent] : llvm::enumerate(dims)) {
    bool isReduced = llvm::is_contained(reduce.getAxes(), int64_t(axis));
    i.accesses[0].at.push_back(isReduced ? p.combined(i.combined.size())
                                         : p.out(outer));
    outer += !isReduced || reduce.getKeepdims();
    if (isReduced)
      i.combined.push_back(extent);
  }
  return i;
}

Iteration MatmulOp::getIteration(ShapeEnv &env) {
  const Dims a = env.dims(getA()), b = env.dims(getB()), y = env.dims(getY());
  Positions p = positionsOf(getY());
  size_t batch = y.size() - 2;
  auto operand = [&](unsigned number, ArrayRef<AffineExpr> dims, AffineExpr row,
                     AffineExpr column, bool transposed) {
    Exprs at = broadcastPlace(dims.drop_back(2), ArrayRef(y).take_front(batch));
    at.push_back(transposed ? column : row);
    at.push_back(transposed ? row : column);
    return accessOf(number, at);
  };
  AffineExpr k = p.combined(0);
  return {{a[a.size() - (getTransposeA() ? 2 : 1)]},
          {operand(0, a, p.out(batch), k, getTransposeA()),
           operand(1, b, k, p.out(batch + 1), getTransposeB())}};
}

/// y[n, m, o...] = sum over k..., c of x[n, g C' + c, o s + k d - p...]
///                                     * w[m, c, k...]
Iteration ConvOp::getIteration(ShapeEnv &env) {
  const Dims w = env.dims(getW());
  Positions p = positionsOf(getY());
  size_t spatial = p.rank - 2;
  LayoutAxes axes = layoutAxes(getLayout(), p.rank);
  AffineExpr out = p.out(axes.channel), channel = p.combined(spatial);
  Access x = accessOf(0, p.here()), weight = accessOf(1, {out, channel});
  x.at[axes.channel] = channel;
  if (getGroup() != 1)
    x.at[axes.channel] =
        channel + out.floorDiv(w[0].floorDiv(int64_t(getGroup()))) * w[1];
  slide(*this, p, axes.firstSpatial, /*hangs=*/false, x);
  Iteration i;
  for (size_t axis = 0; axis < spatial; ++axis) {
    weight.at.push_back(p.combined(axis));
    i.combined.push_back(w[axis + 2]);
  }
  i.combined.push_back(w[1]);
  i.accesses = {x, weight};
  return i;
}

Iteration PoolOp::getIteration(ShapeEnv &) {
  return windowIteration(*this, getLayout());
}

Iteration MaxPoolIndicesOp::getIteration(ShapeEnv &) {
  return windowIteration(*this, "NCHW");
}

Iteration PackedMatmulOp::getIteration(ShapeEnv &env) {
  Positions p = positionsOf(getY());
  AffineExpr k = p.combined(0), zero = getAffineConstantExpr(0, p.context);
  Exprs row = p.here();
  row.back() = k;
  return {{env.dims(getA()).back()},
          {accessOf(0, row), accessOf(1, packedPlace(env.dims(getB()), zero, k,
                                                     p.out(p.rank - 1)))}};
}

Iteration PackedConvOp::getIteration(ShapeEnv &env) {
  const Dims b = env.dims(getB());
  Positions p = positionsOf(getY());
  size_t spatial = getKernel().size();
  AffineExpr channel = p.combined(spatial), column = p.out(p.rank - 1);
  int64_t columns = getColumns() / getGroups();
  AffineExpr channels = env.dims(getA()).back().floorDiv(int64_t(getGroups()));
  AffineExpr panel = getAffineConstantExpr(0, p.context);
  Access x = accessOf(0, p.here());
  x.at.back() = channel;
  if (getGroups() != 1) {
    AffineExpr group = column.floorDiv(columns);
    x.at.back() = channel + group * channels;
    panel = group * b[0].floorDiv(int64_t(getGroups()));
    column = column % columns;
  }
  slide(*this, p, 1, /*hangs=*/false, x);
  Iteration i;
  AffineExpr k = getAffineConstantExpr(0, p.context);
  for (auto [axis, taps] : llvm::enumerate(getKernel())) {
    i.combined.push_back(getAffineConstantExpr(taps, p.context));
    k = k * taps + p.combined(axis);
  }
  i.combined.push_back(channels);
  i.accesses = {
      x, accessOf(1, packedPlace(b, panel, k * channels + channel, column))};
  return i;
}

Iteration DepthwiseConvOp::getIteration(ShapeEnv &env) {
  Positions p = positionsOf(getY());
  Access x = accessOf(0, p.here()), weight = accessOf(1, {});
  slide(*this, p, 1, /*hangs=*/false, x);
  Iteration i;
  for (AffineExpr taps : ArrayRef(env.dims(getB())).drop_back()) {
    weight.at.push_back(p.combined(i.combined.size()));
    i.combined.push_back(taps);
  }
  weight.at.push_back(p.out(p.rank - 1));
  i.accesses = {x, weight};
  return i;
}
