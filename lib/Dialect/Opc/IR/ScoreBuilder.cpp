//===- ScoreBuilder.cpp - what attention does to scores -------------------===//
#include "opc/Dialect/Opc/IR/ScoreBuilder.h"
#include <cmath>

using namespace mlir;

namespace opc {

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

Dims dimsOfRows(ArrayRef<AffineExpr> x, AffineExpr shared, AffineExpr group) {
  return {x[0], shared, group * x[2], x[3]};
}

//===----------------------------------------------------------------------===//
// Single ops
//===----------------------------------------------------------------------===//

Value ScoreBuilder::cast(Value x, Type target) {
  auto type = llvm::cast<RankedTensorType>(x.getType());
  if (type.getElementType() == target)
    return x;
  return CastOp::create(b, loc, type.clone(target), x, /*saturate=*/false);
}

/// Where nothing proves that one of the extents is the greatest, it is that of
/// the scores.
AffineExpr ScoreBuilder::joinedExtent(ArrayRef<AffineExpr> extents,
                                      AffineExpr whole) {
  AffineExpr result = env.constant(1);
  for (AffineExpr extent : extents) {
    if (constantOf(extent) == 1)
      continue;
    if (constantOf(result) == 1 || constantOf(extent))
      result = extent;
    else if (!constantOf(result) && extent != result)
      result = whole;
  }
  return result;
}

Dims ScoreBuilder::joined(ArrayRef<Value> values) {
  Dims result;
  size_t rank = 0;
  for (Value value : values)
    rank = std::max(rank, env.dims(value).size());
  for (size_t fromEnd = rank; fromEnd > 0; --fromEnd) {
    Dims extents;
    for (Value value : values)
      if (const Dims &dims = env.dims(value); dims.size() >= fromEnd)
        extents.push_back(dims[dims.size() - fromEnd]);
    result.push_back(joinedExtent(extents, scores[scores.size() - fromEnd]));
  }
  return result;
}

Value ScoreBuilder::settled(Value y, const Dims &dims) {
  if (!constantsOf(dims))
    pinDims(y.getDefiningOp(), {dims});
  env.setDims(y, dims);
  return y;
}

Value ScoreBuilder::reduce(StringRef kind, Value x) {
  auto type = llvm::cast<RankedTensorType>(x.getType());
  if (type.getRank() == 0) // the same for all keys
    return x;
  SmallVector<int64_t> shape(type.getShape());
  int64_t axis = type.getRank() - 1;
  shape[axis] = 1;
  return ReduceOp::create(b, loc, type.clone(shape), x, b.getStringAttr(kind),
                          b.getDenseI64ArrayAttr(axis), b.getBoolAttr(true),
                          /*numerics=*/nullptr);
}

Value ScoreBuilder::reshape(Value x, const Dims &dims) {
  if (auto inner = x.getDefiningOp<ReshapeOp>())
    x = inner.getX();
  if (env.dims(x) == dims)
    return x;
  return ReshapeOp::create(b, loc, tensorType(dims, element(x)), x,
                           toMap(b.getContext(), dims));
}

Value ScoreBuilder::scalar(Type element, double value) {
  auto type = RankedTensorType::get({}, element);
  return ConstantOp::create(
      b, loc, type,
      DenseElementsAttr::get(type, Attribute(b.getFloatAttr(element, value))));
}

Value ScoreBuilder::word(int64_t value) {
  auto type = RankedTensorType::get({}, b.getI64Type());
  return ConstantOp::create(b, loc, type, DenseElementsAttr::get(type, value));
}

Value ScoreBuilder::iota(int64_t axis, const Dims &dims) {
  return IotaOp::create(b, loc, tensorType(dims, b.getI64Type()), axis,
                        toMap(b.getContext(), dims));
}

Value ScoreBuilder::extentAs(Type element, AffineExpr extent) {
  if (std::optional<int64_t> known = constantOf(extent))
    return scalar(element, static_cast<double>(*known));
  auto vector = RankedTensorType::get({1}, b.getI64Type());
  Value extents =
      ExtentsOp::create(b, loc, vector, toMap(b.getContext(), {extent}));
  return cast(reshape(extents, {}), element);
}

//===----------------------------------------------------------------------===//
// Masks
//===----------------------------------------------------------------------===//

Value ScoreBuilder::distances(Value first) {
  AffineExpr one = env.constant(1);
  Value i = iota(0, {scores[2], one}), j = iota(1, {one, scores[3]});
  return binary<SubOp>(first ? binary<AddOp>(i, first) : i, j);
}

Value ScoreBuilder::biasOf(Value allowed, Type element) {
  return select(allowed, scalar(element, 0), scalar(element, -kInfinity));
}

Value ScoreBuilder::bias(const KeyMask &m, Type element) {
  Value sum;
  auto add = [&](Value bias) { sum = sum ? binary<AddOp>(sum, bias) : bias; };
  auto allowOnly = [&](Value allowed) { add(biasOf(allowed, element)); };
  if (m.mask && this->element(m.mask).isInteger(1))
    allowOnly(m.mask);
  else if (m.mask)
    add(cast(m.mask, element));
  bool windowed = m.causal || m.left >= 0 || m.right >= 0;
  Value distance = windowed ? distances(m.first) : Value();
  if (m.causal)
    allowOnly(compare<GreaterEqualOp>(distance, word(0)));
  if (m.left >= 0)
    allowOnly(compare<LessEqualOp>(distance, word(m.left)));
  if (m.right >= 0)
    allowOnly(compare<GreaterEqualOp>(distance, word(-m.right)));
  if (!m.lengths)
    return sum;
  AffineExpr one = env.constant(1);
  Value lengths = reshape(m.lengths, {env.dim(m.lengths, 0), one, one, one});
  allowOnly(compare<LessOp>(iota(3, {one, one, one, scores[3]}), lengths));
  return sum;
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

Value ScoreBuilder::softcap(Value x, double cap) {
  if (cap == 0)
    return x;
  Value limit = like(x, cap);
  return binary<MulOp>(unary<TanhOp>(binary<DivOp>(x, limit)), limit);
}

Value ScoreBuilder::product(Value x, Value y, AffineExpr group,
                            bool transposed) {
  const Dims own = env.dims(x), other = env.dims(y);
  AffineExpr shared = other[1], columns = other[transposed ? 2 : 3];
  bool alone = own[1] == shared;
  const Dims rows = alone ? own : dimsOfRows(own, shared, group);
  Dims dims(rows), result(own);
  dims[3] = result[3] = columns;
  auto type = tensorType(dims, element(x));
  Value matmul = MatmulOp::create(b, loc, type, reshape(x, rows), y,
                                  /*transpose_a=*/false, transposed,
                                  /*numerics=*/nullptr);
  return reshape(settled(matmul, dims), result);
}

Value ScoreBuilder::softmax(Value x, Value sink) {
  if (!sink)
    return SoftmaxOp::create(b, loc, x.getType(), x, /*axis=*/3,
                             /*numerics=*/nullptr);
  sink = cast(sink, element(x));
  Value most = binary<MaxOp>(reduce("max", x), sink);
  Value power = unary<ExpOp>(binary<SubOp>(x, most));
  Value sum = binary<AddOp>(reduce("sum", power),
                            unary<ExpOp>(binary<SubOp>(sink, most)));
  return binary<DivOp>(power, sum);
}

/// A scale that is known when compiling.
static std::optional<double> knownScale(std::optional<double> given,
                                        AffineExpr depth) {
  std::optional<int64_t> known = constantOf(depth);
  if (given || !known || *known <= 0)
    return given;
  return 1 / std::sqrt(static_cast<double>(*known));
}

/// The usual scale where the depth is not; halves could not hold it.
Value ScoreBuilder::scaleAtRunTime(AffineExpr depth, Type element) {
  Type real = element.isF64() ? element : b.getF32Type();
  Value root = unary<SqrtOp>(extentAs(real, depth));
  return binary<DivOp>(like(root, 1), root);
}

Value ScoreBuilder::scale(std::optional<double> given, AffineExpr depth,
                          Type element) {
  if (std::optional<double> known = knownScale(given, depth))
    return scalar(element, *known);
  return cast(scaleAtRunTime(depth, element), element);
}

Value ScoreBuilder::rootOfScale(std::optional<double> given, AffineExpr depth,
                                Type element) {
  if (std::optional<double> known = knownScale(given, depth))
    return scalar(element, std::sqrt(std::abs(*known)));
  return cast(unary<SqrtOp>(scaleAtRunTime(depth, element)), element);
}

Value ScoreBuilder::scaled(Value x, Value factor) {
  auto constant = factor.getDefiningOp<ConstantOp>();
  auto value = constant ? dyn_cast<DenseElementsAttr>(constant.getValue())
                        : DenseElementsAttr();
  if (value && value.getSplatValue<APFloat>().isExactlyValue(1))
    return x;
  return binary<MulOp>(x, factor);
}

} // namespace opc
