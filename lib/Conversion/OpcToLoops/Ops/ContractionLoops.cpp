//===- ContractionLoops.cpp - loops of products and convolutions ----------===//
//
// Each element of a result is added up as the op's NumericPlan says: in its
// type, as many partial totals, with or without a rounding of products.
//
//===----------------------------------------------------------------------===//
#include "Scalar.h"
#include "WindowRange.h"
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

/// `initial` and what `step` adds to a total at 0, 1, ... `count` - 1, in the
/// partial totals of `plan`.
Value addSteps(const NumericPlan &plan, Value count, Value initial,
               KernelEmitter &e,
               llvm::function_ref<Value(Value k, Value total)> step) {
  auto one = [&](Value k, ValueRange carried) {
    return SmallVector<Value>{step(k, carried[0])};
  };
  if (plan.chains == 1)
    return e.fold(e.constant(0), count, initial, one)[0];
  Value chains = e.constant(plan.chains);
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

Value matmulElement(Operation *op, ValueRange indices, KernelEmitter &e) {
  auto matmul = cast<MatmulOp>(op);
  Value a = matmul.getA(), b = matmul.getB();
  const Dims aDims = e.env.dims(a), bDims = e.env.dims(b),
             yDims = e.env.dims(matmul.getY());
  size_t batch = yDims.size() - 2;
  ValueRange batchIndices = indices.take_front(batch);
  auto operand = [&](const Dims &dims, Value row, Value column,
                     bool transposed) {
    SmallVector<Value> at;
    for (AffineExpr expr : broadcastPlace(ArrayRef(dims).drop_back(2),
                                          ArrayRef(yDims).take_front(batch)))
      at.push_back(e.expr(expr, batchIndices));
    at.push_back(transposed ? column : row);
    at.push_back(transposed ? row : column);
    return at;
  };
  AffineExpr depth = aDims[aDims.size() - (matmul.getTransposeA() ? 2 : 1)];
  Type element = elementType(matmul.getY());
  Value row = indices[batch], column = indices[batch + 1];
  NumericPlan plan = numericPlan(op, e.env);
  Value total = addSteps(
      plan, e.expr(depth), emitZero(plan.accumulator, e), e,
      [&](Value k, Value sum) {
        Value left =
            e.element(a, operand(aDims, row, k, matmul.getTransposeA()));
        Value right =
            e.element(b, operand(bDims, k, column, matmul.getTransposeB()));
        return addProduct(plan, sum, a, left, b, right, e);
      });
  return narrow({e, total}, element);
}

/// y[n, m, o...] = sum over k..., c of x[n, g C' + c, o s + k d - p...]
///                                     * w[m, c, k...]
Value convElement(Operation *op, ValueRange indices, KernelEmitter &e) {
  auto conv = cast<ConvOp>(op);
  Value x = conv.getX(), w = conv.getW();
  const Dims xDims = e.env.dims(x), wDims = e.env.dims(w);
  LayoutAxes axes = layoutAxes(conv.getLayout(), xDims.size());
  Scalar out(e, indices[axes.channel]);
  Scalar perGroup(e, e.expr(wDims[1]));
  Value firstChannel = e.constant(0);
  if (conv.getGroup() != 1) {
    AffineExpr outPerGroup = wDims[0].floorDiv(int64_t(conv.getGroup()));
    firstChannel = e.mul(e.floorDiv(out, e.expr(outPerGroup)), perGroup);
  }
  SmallVector<WindowRange> ranges;
  for (size_t i = 0; i + 2 < xDims.size(); ++i)
    ranges.push_back(windowRange(
        windowOf(conv), i, indices[axes.firstSpatial + i], e.expr(wDims[i + 2]),
        e.expr(xDims[axes.firstSpatial + i]), e));
  Type element = elementType(conv.getY());
  NumericPlan plan = numericPlan(op, e.env);
  auto tap = [&](Value channel, ValueRange taps, Value total) {
    SmallVector<Value> from(indices), weight{out, channel};
    from[axes.channel] = e.add(firstChannel, channel);
    for (size_t i = 0; i < taps.size(); ++i)
      from[axes.firstSpatial + i] = ranges[i].position(taps[i], e);
    llvm::append_range(weight, taps);
    return addProduct(plan, total, x, e.element(x, from), w,
                      e.element(w, weight), e);
  };
  SmallVector<Value> total = foldWindow(
      ranges, emitZero(plan.accumulator, e), e,
      [&](ValueRange taps, ValueRange carried) {
        return SmallVector<Value>{addSteps(
            plan, perGroup, carried[0], e,
            [&](Value channel, Value sum) { return tap(channel, taps, sum); })};
      });
  return narrow({e, total[0]}, element);
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

void registerContractionLowerings(NestTable &nests) {
  nests["opc.matmul"] = perElement(matmulElement);
  nests["opc.conv"] = perElement(convElement);
  nests["opc.conv_transpose"] = perElement(convTransposeElement);
}

} // namespace opc
