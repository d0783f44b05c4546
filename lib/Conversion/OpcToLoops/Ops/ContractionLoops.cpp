//===- ContractionLoops.cpp - loops of matrix products and convolutions
//--------===//
//
// One accumulator for each element of the result; products are added one by one
// in the order of the definition, each product and each sum rounded.
//
//===----------------------------------------------------------------------===//
#include "Scalar.h"
#include "WindowRange.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

/// total + a * b in the accumulator's type.
Value addProduct(Value total, Value x, Value a, Value y, Value b,
                 KernelEmitter &e) {
  Type type = total.getType();
  Scalar left = widen({e, a}, elementType(x), type);
  Scalar right = widen({e, b}, elementType(y), type);
  return Scalar(e, total) + left * right;
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
  SmallVector<Value> total = e.fold(
      e.constant(0), e.expr(depth), emitZero(accumulatorType(element), e),
      [&](Value k, ValueRange carried) {
        Value left =
            e.element(a, operand(aDims, row, k, matmul.getTransposeA()));
        Value right =
            e.element(b, operand(bDims, k, column, matmul.getTransposeB()));
        return SmallVector<Value>{addProduct(carried[0], a, left, b, right, e)};
      });
  return narrow({e, total[0]}, element);
}

/// y[n, m, o...] = sum over c, k... of x[n, g C' + c, o s + k d - p...]
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
  auto tap = [&](Value channel, ValueRange taps, Value total) {
    SmallVector<Value> from(indices), weight{out, channel};
    from[axes.channel] = e.add(firstChannel, channel);
    for (size_t i = 0; i < taps.size(); ++i)
      from[axes.firstSpatial + i] = ranges[i].position(taps[i], e);
    llvm::append_range(weight, taps);
    return addProduct(total, x, e.element(x, from), w, e.element(w, weight), e);
  };
  SmallVector<Value> total =
      e.fold(e.constant(0), perGroup, emitZero(accumulatorType(element), e),
             [&](Value channel, ValueRange carried) {
               return foldWindow(
                   ranges, carried, e, [&](ValueRange taps, ValueRange inner) {
                     return SmallVector<Value>{tap(channel, taps, inner[0])};
                   });
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
  SmallVector<Value> total = e.foldNest(
      loops, emitZero(accumulatorType(element), e),
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
              return addProduct(carried[0], x, e.element(x, from), w,
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
