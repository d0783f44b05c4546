//===- EmitterOps.cpp - constants and movement ----------------------------===//
//
// The part of the Emitter that spells single ops: constants and movement.
//
//===----------------------------------------------------------------------===//
#include "opc/Frontend/Graph/Emitter.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

Value Emitter::constant(ElementsAttr value) {
  if (failed() || !value)
    return {};
  auto type = cast<RankedTensorType>(value.getType());
  OperationState os(loc, ConstantOp::getOperationName());
  os.addAttribute("value", value);
  os.addTypes(type);
  Value result = state.builder.create(os)->getResult(0);
  state.env.setDims(result, exprList(type.getShape()));
  return result;
}

/// One number as an attribute of an element type.
static Attribute numberAttr(Type element, double value) {
  if (auto type = dyn_cast<FloatType>(element))
    return FloatAttr::get(type, value);
  auto type = cast<IntegerType>(element);
  // Saturates where the value does not fit; NaN is 0.
  llvm::APSInt bits(64, /*isUnsigned=*/false);
  bool exact = false;
  (void)llvm::APFloat(value).convertToInteger(bits, llvm::APFloat::rmTowardZero,
                                              &exact);
  return IntegerAttr::get(type, bits.sextOrTrunc(type.getWidth()));
}

Value Emitter::scalar(Type element, double value) {
  return reals(element, {}, value);
}

Value Emitter::scalarInt(Type element, int64_t value) {
  if (isa_and_nonnull<FloatType>(element))
    return scalar(element, static_cast<double>(value));
  return integers(element, {}, expr(value));
}

Value Emitter::vector(ArrayRef<int64_t> values) {
  return integers(i64Type(), {static_cast<int64_t>(values.size())},
                  exprList(values));
}

Value Emitter::reals(Type element, ArrayRef<int64_t> shape,
                     ArrayRef<double> values) {
  if (failed() || !element)
    return {};
  auto type = RankedTensorType::get(shape, element);
  // Matrices of a million numbers are no attributes of one each.
  if (element.isF64())
    return constant(DenseElementsAttr::get(type, values));
  if (element.isF32()) {
    SmallVector<float> floats(values);
    return constant(DenseElementsAttr::get(type, ArrayRef<float>(floats)));
  }
  SmallVector<Attribute> items;
  for (double value : values)
    items.push_back(numberAttr(element, value));
  return constant(DenseElementsAttr::get(type, items));
}

Value Emitter::integers(Type element, ArrayRef<int64_t> shape,
                        ArrayRef<AffineExpr> v) {
  if (failed() || !element)
    return {};
  if (std::optional<Ints> known = constantsOf(v)) {
    auto type = cast<IntegerType>(element);
    SmallVector<APInt> items;
    for (int64_t value : *known)
      items.emplace_back(type.getWidth(), value, /*isSigned=*/true,
                         /*implicitTrunc=*/true);
    return constant(
        DenseElementsAttr::get(RankedTensorType::get(shape, element), items));
  }
  Value result = cast(extents(v), element);
  if (shape.size() != 1)
    result = reshape(result, exprList(shape));
  if (result)
    state.contents[result] = Dims(v);
  return result;
}

Value Emitter::extents(ArrayRef<AffineExpr> v) {
  if (constantsOf(v))
    return integers(i64Type(), {static_cast<int64_t>(v.size())}, v);
  Value result = emit<ExtentsOp>({}, {{"values", exprs(v)}}, i64Type());
  if (result)
    state.contents[result] = Dims(v);
  return result;
}

Value Emitter::isNan(Value x) { return emit<IsNanOp>(x, {}, boolType()); }

Value Emitter::isInfinite(Value x, bool negative, bool positive) {
  return emit<IsInfOp>(
      x, {{"negative", boolean(negative)}, {"positive", boolean(positive)}},
      boolType());
}

Value Emitter::extentAs(Type element, AffineExpr extent) {
  if (auto value = constantOf(extent))
    return scalarInt(element, *value);
  return cast(reshape(extents(extent), {}), element);
}

Value Emitter::reshape(Value x, ArrayRef<AffineExpr> dims) {
  if (!x || failed() || this->dims(x) == Dims(dims))
    return x;
  auto value = x.getDefiningOp<ConstantOp>();
  auto small = value ? dyn_cast<DenseElementsAttr>(value.getValue())
                     : DenseElementsAttr();
  std::optional<Ints> shape = constantsOf(dims);
  if (small && shape && product(small.getContext(), dims) == size(x))
    return constant(small.reshape(RankedTensorType::get(*shape, elementOf(x))));
  Value result = emit<ReshapeOp>(x, {{"dims", exprs(dims)}}, elementOf(x));
  if (auto known = partialContents(x); result && known)
    state.contents[result] = *known;
  return result;
}

Value Emitter::broadcast(Value x, ArrayRef<AffineExpr> dims) {
  if (!x || failed() || this->dims(x) == Dims(dims))
    return x;
  return emit<BroadcastOp>(x, {{"dims", exprs(dims)}}, elementOf(x));
}

Value Emitter::transpose(Value x, ArrayRef<int64_t> perm) {
  if (!x || failed() || llvm::equal(perm, axesUpTo(perm.size())))
    return x;
  return emit<TransposeOp>(x, {{"perm", ints(perm)}}, elementOf(x));
}

Value Emitter::unsqueeze(Value x, ArrayRef<int64_t> axes) {
  if (!x || failed())
    return {};
  Dims old = dims(x);
  int64_t count = old.size() + axes.size();
  Ints front = axesIn(axes, count);
  if (failed())
    return {};
  Dims result;
  auto *next = old.begin();
  for (int64_t i = 0; i < count; ++i)
    result.push_back(llvm::is_contained(front, i) ? expr(1) : *next++);
  return reshape(x, result);
}

Value Emitter::squeeze(Value x, ArrayRef<int64_t> axes) {
  if (!x || failed())
    return {};
  Dims old = dims(x), result;
  Ints front = axesIn(axes, old.size());
  for (auto [i, extent] : llvm::enumerate(old)) {
    if (llvm::is_contained(front, static_cast<int64_t>(i)))
      requireEqual(extent, expr(1));
    else
      result.push_back(extent);
  }
  return reshape(x, result);
}

Value Emitter::concat(ArrayRef<Value> xs, int64_t axis) {
  if (xs.empty() || failed())
    return {};
  if (xs.size() == 1)
    return xs[0];
  axis = axisIn(axis, rank(xs[0]));
  for (Value x : xs.drop_front()) {
    if (!x || !xs[0] || rank(x) != rank(xs[0])) {
      fail("ranks of what is to be joined differ");
      return {};
    }
    for (int64_t i = 0; i < rank(x); ++i)
      if (i != axis)
        requireEqual(dim(x, i), dim(xs[0], i));
  }
  return emit<ConcatOp>(xs, {{"axis", i64(axis)}}, elementOf(xs[0]));
}

Value Emitter::slice(Value x, int64_t axis, AffineExpr start, AffineExpr count,
                     int64_t step) {
  if (!x || failed())
    return {};
  axis = axisIn(axis, rank(x));
  if (failed())
    return {};
  Dims result = dims(x), starts(result.size(), expr(0));
  if (constantOf(start) == 0 && result[axis] == count && step == 1)
    return x;
  Ints steps(result.size(), 1);
  result[axis] = count;
  starts[axis] = start;
  steps[axis] = step;
  return emit<SliceOp>(x,
                       {{"starts", exprs(starts)},
                        {"steps", ints(steps)},
                        {"dims", exprs(result)}},
                       elementOf(x));
}

Value Emitter::flip(Value x, int64_t axis) {
  AffineExpr extent = dim(x, axis);
  return slice(x, axis, extent - 1, extent, -1);
}

Value Emitter::pad(Value x, Value value, ArrayRef<AffineExpr> low,
                   ArrayRef<AffineExpr> high, StringRef mode) {
  if (!x || !value || failed())
    return {};
  auto isZero = [](AffineExpr e) { return constantOf(e) == 0; };
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero))
    return x;
  Dims result = dims(x);
  for (auto [i, extent] : llvm::enumerate(result))
    extent = extent + low[i] + high[i];
  return emit<PadOp>(
      {x, value},
      {{"low", exprs(low)}, {"dims", exprs(result)}, {"mode", text(mode)}},
      elementOf(x));
}

Value Emitter::gather(Value x, Value indices, int64_t axis) {
  if (!x || failed())
    return {};
  return emit<GatherOp>({x, indices}, {{"axis", i64(axisIn(axis, rank(x)))}},
                        elementOf(x));
}

Value Emitter::iota(Type element, int64_t axis, ArrayRef<AffineExpr> dims) {
  return emit<IotaOp>({}, {{"axis", i64(axis)}, {"dims", exprs(dims)}},
                      element);
}

Value Emitter::reduce(StringRef kind, Value x, ArrayRef<int64_t> axes,
                      bool keepdims) {
  if (!x || failed())
    return {};
  Ints front = axesIn(axes, rank(x));
  llvm::sort(front);
  if (front.empty())
    return x;
  return emit<ReduceOp>(x,
                        {{"kind", text(kind)},
                         {"axes", ints(front)},
                         {"keepdims", boolean(keepdims)}},
                        elementOf(x));
}

/// The mean of `count` 64-bit integers, whose sum may not fit: quotients and
/// remainders are added up apart.
static Value meanOfWords(Emitter &e, Value x, AffineExpr count,
                         ArrayRef<int64_t> axes, bool keepdims) {
  Type word = e.elementOf(x);
  Value n = e.extentAs(word, count), zero = e.scalarInt(word, 0);
  Value whole = e.div(x, n), rest = e.sub(x, e.mul(whole, n));
  whole = e.reduce("sum", whole, axes, keepdims);
  rest = e.reduce("sum", rest, axes, keepdims);
  Value carry = e.div(rest, n), left = e.sub(rest, e.mul(carry, n));
  Value y = e.add(whole, carry);
  if (e.isUnsigned(x))
    return y;
  // Toward zero, where what is left has the other sign.
  Value step = e.unary<SignOp>(left);
  Value away = e.compare<LessOp>(e.mul(e.unary<SignOp>(y), step), zero);
  return e.add(y, e.mul(e.cast(away, word), step));
}

Value Emitter::mean(Value x, ArrayRef<int64_t> axes, bool keepdims) {
  if (!x || failed())
    return {};
  Type element = elementOf(x);
  AffineExpr count = expr(1);
  for (int64_t axis : axesIn(axes, rank(x)))
    count = count * dim(x, axis);
  if (!isFloat(x) && element.getIntOrFloatBitWidth() == 64)
    return meanOfWords(*this, x, count, axes, keepdims);
  Value terms = isFloat(x) ? wide(*this, x) : cast(x, i64Type());
  Value sum = reduce("sum", terms, axes, keepdims);
  return cast(div(sum, extentAs(elementOf(terms), count)), element);
}

Value Emitter::splitAxis(Value x, int64_t axis, AffineExpr first,
                         AffineExpr second) {
  if (!x || failed())
    return {};
  axis = axisIn(axis, rank(x));
  if (failed())
    return {};
  Dims result = dims(x);
  result[axis] = second;
  result.insert(result.begin() + axis, first);
  return reshape(x, result);
}

} // namespace opc::graph
