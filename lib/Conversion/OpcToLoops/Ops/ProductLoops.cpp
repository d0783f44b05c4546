//===- ProductLoops.cpp - loops of sums of products -----------------------===//
//
// Each element of a result is added up as the op's NumericPlan says: in its
// type, as many partial totals, with or without a rounding of products.
//
//===----------------------------------------------------------------------===//
#include "CombinedAxes.h"
#include "Scalar.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Numerics/NumericPlan.h"

using namespace mlir;

namespace opc {
namespace {

/// total + a * b in the accumulator's type.
Value addProduct(const NumericPlan &plan, Value total, Value x, Value a,
                 Value y, Value b, KernelEmitter &e) {
  Type type = total.getType();
  Scalar left = widen({e, a}, elementType(x), type);
  Scalar right = widen({e, b}, elementType(y), type);
  if (plan.fused && isa<FloatType>(type))
    return math::FmaOp::create(e.b, e.loc, left, right, total);
  return Scalar(e, total) + left * right;
}

/// `initial` and what `step` adds to a total at the positions of `range`, in
/// the partial totals of `plan`.
Value addSteps(const NumericPlan &plan, CombinedAxes::Range range,
               Value initial, KernelEmitter &e,
               llvm::function_ref<Value(Value k, Value total)> step) {
  auto one = [&](Value k, ValueRange carried) {
    return SmallVector<Value>{step(k, carried[0])};
  };
  if (plan.chains == 1)
    return e.fold(range.first, range.last, initial, one)[0];
  assert(KernelEmitter::constantValue(range.first) == 0);
  Value chains = e.constant(plan.chains), count = range.last;
  Value rounds = e.floorDiv(count, chains);
  SmallVector<Value> totals(plan.chains, emitZero(initial.getType(), e));
  totals[0] = initial;
  totals = e.fold(
      e.constant(0), rounds, totals, [&](Value round, ValueRange carried) {
        SmallVector<Value> next;
        Value first = e.mul(round, chains);
        for (auto [chain, total] : llvm::enumerate(carried))
          next.push_back(step(e.add(first, e.constant(chain)), total));
        return next;
      });
  Scalar total(e, totals[0]);
  for (Value other : ArrayRef(totals).drop_front())
    total = total + Scalar(e, other);
  return e.fold(e.mul(rounds, chains), count, Value(total), one)[0];
}

/// The sum of the products of what an op reads.
Value productElement(Operation *op, ValueRange indices, KernelEmitter &e) {
  CombinedAxes axes(op, indices, e);
  Value x = axes.operand(0), y = axes.operand(1);
  NumericPlan plan = numericPlan(op, e.env);
  size_t outer = axes.extents().size() - 1;
  auto add = [&](ValueRange at, Value innermost, Value total) {
    SmallVector<Value> positions(at);
    positions.push_back(innermost);
    return addProduct(plan, total, x, axes.read(0, positions), y,
                      axes.read(1, positions), e);
  };
  CombinedAxes::Range innermost = axes.range(outer);
  SmallVector<Value> total = axes.fold(
      outer, emitZero(plan.accumulator, e),
      [&](ValueRange at, ValueRange carried) {
        return SmallVector<Value>{addSteps(
            plan, innermost, carried[0], e,
            [&](Value position, Value sum) { return add(at, position, sum); })};
      });
  return narrow({e, total[0]}, elementType(op->getResult(0)));
}

/// The input index whose tap `k` reaches output `o` along one axis, and whether
/// there is one: i = (o + pad - k d) / s where that divides and lies in x.
Scalar adjointIndex(ConvTransposeOp conv, size_t axis, Scalar output,
                    Scalar tap, Scalar extent, Value &reaches) {
  KernelEmitter &e = output.emitter();
  int64_t stride = conv.getStrides()[axis];
  Scalar reached =
      output + conv.getPadLow()[axis] - tap * conv.getDilations()[axis];
  Value step = e.constant(stride);
  Scalar notNegative = reached >= 0;
  Scalar position(e, e.floorDiv(maximum(reached, reached.like(0)), step));
  Scalar divides = Scalar(e, e.floorMod(reached, step)) == 0;
  reaches = e.both(reaches, notNegative & divides & (position < extent));
  return position;
}

/// y[n, m, o...] = sum over c, k... of x[n, c, i...] * w[c, m', k...] where
/// i s + k d - p = o.
Value convTransposeElement(Operation *op, ValueRange indices,
                           KernelEmitter &e) {
  auto conv = cast<ConvTransposeOp>(op);
  Value x = conv.getX(), w = conv.getW();
  const Dims xDims = e.env.dims(x), wDims = e.env.dims(w);
  LayoutAxes axes = layoutAxes(conv.getLayout(), xDims.size());
  Value perGroup = e.expr(wDims[1]);
  Value out = indices[axes.channel];
  AffineExpr inPerGroup = wDims[0].floorDiv(int64_t(conv.getGroup()));
  Value group = e.floorDiv(out, perGroup);
  Value outInGroup = e.rem(out, perGroup);
  Value firstChannel = e.mul(group, e.expr(inPerGroup));
  Type element = elementType(conv.getY());
  Dims loops{inPerGroup};
  llvm::append_range(loops, ArrayRef(wDims).drop_front(2));
  NumericPlan plan = numericPlan(op, e.env);
  SmallVector<Value> total = e.foldNest(
      loops, emitZero(plan.accumulator, e),
      [&](ValueRange at, ValueRange carried) {
        SmallVector<Value> from(indices);
        Value channel = e.add(firstChannel, at[0]);
        SmallVector<Value> weight{channel, outInGroup};
        llvm::append_range(weight, at.drop_front());
        from[axes.channel] = channel;
        Value reaches = e.boolean(true);
        for (size_t i = 0; i + 1 < at.size(); ++i) {
          size_t axis = axes.firstSpatial + i;
          from[axis] = adjointIndex(conv, i, {e, indices[axis]}, {e, at[i + 1]},
                                    {e, e.expr(xDims[axis])}, reaches);
        }
        return SmallVector<Value>{e.choose(
            reaches,
            [&] {
              return addProduct(plan, carried[0], x, e.element(x, from), w,
                                e.element(w, weight), e);
            },
            [&] { return carried[0]; })};
      });
  return narrow({e, total[0]}, element);
}

} // namespace

void registerProductLowerings(NestTable &nests) {
  nests[kProductEntry] = perElement(productElement);
  nests["opc.conv_transpose"] = perElement(convTransposeElement);
}

} // namespace opc
