//===- Decompositions.cpp - composite ops in terms of simpler ones --------===//
//
// Each composite follows its formula step by step; f16 and bf16 are computed in
// f32 and rounded once at the end.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

namespace {

/// Builds opc ops on tensors of one float type.
class TensorBuilder {
public:
  TensorBuilder(OpBuilder &b, Operation *op)
      : b(b), loc(op->getLoc()), env(op->getContext()) {}

  OpBuilder &b;
  Location loc;
  ShapeEnv env;

  Type element(Value x) { return getElementTypeOrSelf(x.getType()); }

  Value cast(Value x, Type target) {
    auto type = llvm::cast<RankedTensorType>(x.getType());
    if (type.getElementType() == target)
      return x;
    return CastOp::create(b, loc, type.clone(target), x);
  }
  /// At least f32.
  Value wide(Value x) {
    bool narrow = element(x).getIntOrFloatBitWidth() < 32;
    return narrow ? cast(x, b.getF32Type()) : x;
  }

  /// An element-wise op of two operands of equal rank, broadcast.
  template <typename Op> Value binary(Value x, Value y) {
    return Op::create(b, loc, broadcastType(x, y, element(x)), x, y);
  }
  template <typename Op> Value unary(Value x) {
    return Op::create(b, loc, x.getType(), x);
  }

  /// Of x and y, of which x has the extents.
  template <typename Compare> Value compare(Value x, Value y) {
    auto type = llvm::cast<RankedTensorType>(x.getType());
    return Compare::create(b, loc, type.clone(b.getI1Type()), x, y);
  }
  /// x where the condition, which has the extents, holds, else y.
  Value select(Value condition, Value x, Value y) {
    auto type = llvm::cast<RankedTensorType>(condition.getType());
    return SelectOp::create(b, loc, type.clone(element(x)), condition, x, y);
  }
  /// Where Compare holds for x and y, `other`, else x; x has its extents.
  template <typename Compare> Value choose(Value x, Value y, Value other) {
    return select(compare<Compare>(x, y), other, x);
  }

  Value reduce(Value x, StringRef kind, ArrayRef<int64_t> axes) {
    auto type = llvm::cast<RankedTensorType>(x.getType());
    SmallVector<int64_t> shape(type.getShape());
    for (int64_t axis : axes)
      shape[axis] = 1;
    return ReduceOp::create(b, loc, type.clone(shape), x, b.getStringAttr(kind),
                            b.getDenseI64ArrayAttr(axes), b.getBoolAttr(true),
                            /*numerics=*/nullptr);
  }

  /// A tensor of one element with the rank of `like`.
  Value scalar(Value like, double value) {
    auto type = llvm::cast<RankedTensorType>(like.getType());
    auto one = type.clone(SmallVector<int64_t>(type.getRank(), 1));
    auto splat = DenseElementsAttr::get(
        one, Attribute(b.getFloatAttr(type.getElementType(), value)));
    return ConstantOp::create(b, loc, one, splat);
  }

  /// How many elements of x there are along `axes`, as a tensor of one element.
  Value count(Value x, ArrayRef<int64_t> axes) {
    AffineExpr size = env.constant(1);
    for (int64_t axis : axes)
      size = size * env.dim(x, axis);
    if (auto fixed = constantOf(size))
      return scalar(x, double(*fixed));
    auto vector = RankedTensorType::get({1}, b.getI64Type());
    Value extents =
        ExtentsOp::create(b, loc, vector, toMap(b.getContext(), {size}));
    return cast(extents, element(x));
  }

  Value mean(Value x, ArrayRef<int64_t> axes) {
    return binary<DivOp>(reduce(x, "sum", axes), count(x, axes));
  }

  Value reshape(Value x, ArrayRef<AffineExpr> dims) {
    return ReshapeOp::create(b, loc, tensorType(dims, element(x)), x,
                             toMap(b.getContext(), dims));
  }

  Value broadcast(Value x, ArrayRef<AffineExpr> dims) {
    return BroadcastOp::create(b, loc, tensorType(dims, element(x)), x,
                               toMap(b.getContext(), dims));
  }
  /// The first `extent` elements along an axis; x itself where that is all.
  Value firstOf(Value x, int64_t axis, AffineExpr extent) {
    Dims dims(env.dims(x)), starts(dims.size(), env.constant(0));
    if (dims[axis] == extent)
      return x;
    dims[axis] = extent;
    SmallVector<int64_t> steps(dims.size(), 1);
    return SliceOp::create(b, loc, tensorType(dims, element(x)), x,
                           toMap(b.getContext(), starts), steps,
                           toMap(b.getContext(), dims));
  }

private:
  static int64_t broadcastExtent(int64_t x, int64_t y) {
    if (x == 1)
      return y;
    return ShapedType::isDynamic(x) && y != 1 ? y : x;
  }
  RankedTensorType broadcastType(Value x, Value y, Type element) {
    auto shape =
        llvm::to_vector(llvm::cast<RankedTensorType>(x.getType()).getShape());
    ArrayRef<int64_t> other =
        llvm::cast<RankedTensorType>(y.getType()).getShape();
    if (shape.size() < other.size())
      shape.insert(shape.begin(), other.size() - shape.size(), 1);
    size_t offset = shape.size() - other.size();
    for (auto [axis, extent] : llvm::enumerate(other))
      shape[offset + axis] = broadcastExtent(shape[offset + axis], extent);
    return RankedTensorType::get(shape, element);
  }
};

/// exp(x - max) / sum(exp(x - max)) along `axis`, in x's own type.
Value buildSoftmax(TensorBuilder &t, Value x, int64_t axis) {
  Value shifted = t.binary<SubOp>(x, t.reduce(x, "max", axis));
  Value power = t.unary<ExpOp>(shifted);
  return t.binary<DivOp>(power, t.reduce(power, "sum", axis));
}

/// log(1 + x) of x >= 0: the logarithm of the rounded sum, times what x is of
/// what was added (Kahan's).
Value buildLog1p(TensorBuilder &t, Value x) {
  Value one = t.scalar(x, 1);
  Value sum = t.binary<AddOp>(x, one);
  Value share = t.binary<DivOp>(x, t.binary<SubOp>(sum, one));
  Value y = t.binary<MulOp>(t.unary<LogOp>(sum), share);
  return t.select(t.compare<EqualOp>(sum, one), x, y);
}

/// One element of a scale or zero point for each of x along the axis of its
/// blocks, or one for all.
Value spreadBlocks(TensorBuilder &t, DequantizeOp op, Value parameter) {
  int64_t axis = op.getAxis(), block = op.getBlock();
  const Dims dims(t.env.dims(parameter));
  AffineExpr extent = t.env.dim(op.getX(), axis);
  if (block == 1 || constantOf(dims[axis]) == 1)
    return parameter;
  Dims single(dims), repeated(dims), whole(dims);
  single.insert(single.begin() + axis + 1, t.env.constant(1));
  repeated.insert(repeated.begin() + axis + 1, t.env.constant(block));
  whole[axis] = whole[axis] * block;
  Value spread = t.broadcast(t.reshape(parameter, single), repeated);
  return t.firstOf(t.reshape(spread, whole), axis, extent);
}

using Replacement = FailureOr<SmallVector<Value>>;

} // namespace

Replacement SoftmaxOp::decompose(OpBuilder &b) {
  TensorBuilder t(b, *this);
  Value y = buildSoftmax(t, t.wide(getX()), getAxis());
  return SmallVector<Value>{t.cast(y, t.element(getX()))};
}

Replacement LogSoftmaxOp::decompose(OpBuilder &b) {
  TensorBuilder t(b, *this);
  Value x = t.wide(getX());
  int64_t axis = getAxis();
  Value shifted = t.binary<SubOp>(x, t.reduce(x, "max", axis));
  // The sum of powers is 1 + rest: next to the 1 of the greatest, the others
  // would lose the digits that are all there is of a result near 0.
  Value zero = t.scalar(x, 0);
  Value greatest = t.compare<EqualOp>(shifted, zero);
  Value others = t.select(greatest, zero, t.unary<ExpOp>(shifted));
  Value ties = t.reduce(t.cast(greatest, t.element(x)), "sum", axis);
  Value rest = t.binary<AddOp>(t.reduce(others, "sum", axis),
                               t.binary<SubOp>(ties, t.scalar(x, 1)));
  Value y = t.binary<SubOp>(shifted, buildLog1p(t, rest));
  return SmallVector<Value>{t.cast(y, t.element(getX()))};
}

Replacement NormalizeOp::decompose(OpBuilder &b) {
  TensorBuilder t(b, *this);
  Value x = t.wide(getX());
  if (getCenter())
    x = t.binary<SubOp>(x, t.mean(x, getAxes()));
  Value variance = t.mean(t.binary<MulOp>(x, x), getAxes());
  Value epsilon = t.scalar(x, getEpsilon().convertToDouble());
  Value deviation = t.unary<SqrtOp>(t.binary<AddOp>(variance, epsilon));
  Value y = t.binary<DivOp>(x, deviation);
  return SmallVector<Value>{t.cast(y, t.element(getX()))};
}

Replacement DequantizeOp::decompose(OpBuilder &b) {
  TensorBuilder t(b, *this);
  Type f32 = b.getF32Type(), i32 = b.getI32Type();
  Value scale = spreadBlocks(t, *this, t.cast(getScale(), f32)), x;
  Value zero = getZero() ? spreadBlocks(t, *this, getZero()) : Value();
  if (!zero)
    x = t.cast(getX(), f32);
  else if (isa<IntegerType>(t.element(zero)))
    x = t.cast(t.binary<SubOp>(t.cast(getX(), i32), t.cast(zero, i32)), f32);
  else
    x = t.binary<SubOp>(t.cast(getX(), f32), t.cast(zero, f32));
  Value y = t.binary<MulOp>(x, scale);
  return SmallVector<Value>{t.cast(y, t.element(getY()))};
}
