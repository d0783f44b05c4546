//===- MovementOps.cpp - extents, checks and folding of movement ops ------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

static int64_t rankOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank();
}

/// The extents that an op's own attribute `dims` states.
static LogicalResult fromAttribute(AffineMap map,
                                   SmallVectorImpl<Dims> &results) {
  results.push_back(toDims(map));
  return success();
}

LogicalResult ReshapeOp::inferDims(ShapeEnv &, SmallVectorImpl<Dims> &results) {
  return fromAttribute(getDims(), results);
}
LogicalResult BroadcastOp::inferDims(ShapeEnv &,
                                     SmallVectorImpl<Dims> &results) {
  return fromAttribute(getDims(), results);
}
LogicalResult TileOp::inferDims(ShapeEnv &, SmallVectorImpl<Dims> &results) {
  return fromAttribute(getDims(), results);
}
LogicalResult IotaOp::inferDims(ShapeEnv &, SmallVectorImpl<Dims> &results) {
  return fromAttribute(getDims(), results);
}
LogicalResult PadOp::inferDims(ShapeEnv &, SmallVectorImpl<Dims> &results) {
  return fromAttribute(getDims(), results);
}
LogicalResult SliceOp::inferDims(ShapeEnv &, SmallVectorImpl<Dims> &results) {
  return fromAttribute(getDims(), results);
}

std::optional<Dims> ReshapeOp::inferContents(ShapeEnv &env) {
  return env.contents(getX());
}

std::optional<Dims> BroadcastOp::inferContents(ShapeEnv &env) {
  std::optional<Dims> x = env.contents(getX());
  if (!x || x->size() != 1)
    return std::nullopt;
  auto type = cast<RankedTensorType>(getY().getType());
  return Dims(type.getNumElements(), x->front());
}

LogicalResult SliceOp::verify() {
  size_t rank = rankOf(getX());
  if (getSteps().size() != rank || getStarts().getNumResults() != rank ||
      getDims().getNumResults() != rank || getDims().getNumDims() != 0 ||
      getStarts().getNumDims() != 0) // slice_c1
    return emitOpError("starts, steps and dims must have one entry for each "
                       "of the ")
           << rank << " axes";
  if (llvm::is_contained(getSteps(), 0)) // slice_c2
    return emitOpError("steps must not be 0");
  ArrayRef<int64_t> extents =
      cast<RankedTensorType>(getX().getType()).getShape();
  for (size_t axis = 0; axis < rank; ++axis) { // slice_c3
    auto start = constantOf(getStarts().getResult(axis));
    auto count = constantOf(getDims().getResult(axis));
    if (!start || !count || *count < 1 || ShapedType::isDynamic(extents[axis]))
      continue;
    int64_t last = 0;
    bool inside = !llvm::MulOverflow(*count - 1, getSteps()[axis], last) &&
                  !llvm::AddOverflow(last, *start, last) && last >= 0 &&
                  last < extents[axis] && *start >= 0 && *start < extents[axis];
    if (!inside)
      return emitOpError("")
             << *count << " elements from " << *start << " in steps of "
             << getSteps()[axis] << " leave the extent " << extents[axis];
  }
  return success();
}

std::optional<Dims> SliceOp::inferContents(ShapeEnv &env) {
  std::optional<Dims> x = env.contents(getX());
  if (!x || rankOf(getX()) != 1)
    return std::nullopt;
  std::optional<int64_t> start = constantOf(getStarts().getResult(0));
  int64_t count = cast<RankedTensorType>(getY().getType()).getNumElements();
  if (!start)
    return std::nullopt;
  Dims values;
  for (int64_t i = 0; i < count; ++i)
    values.push_back((*x)[*start + i * getSteps()[0]]);
  return values;
}

LogicalResult TransposeOp::verify() {
  SmallVector<int64_t> sorted(getPerm());
  llvm::sort(sorted);
  for (auto [index, axis] : llvm::enumerate(sorted))
    if (axis != int64_t(index)) // transpose_c1
      return emitOpError("perm is not a permutation");
  if (int64_t(sorted.size()) != rankOf(getX())) // transpose_c2
    return emitOpError("perm has ")
           << sorted.size() << " axes, x has " << rankOf(getX());
  return success();
}

LogicalResult TransposeOp::inferDims(ShapeEnv &env,
                                     SmallVectorImpl<Dims> &results) {
  const Dims &x = env.dims(getX());
  Dims dims;
  for (int64_t axis : getPerm())
    dims.push_back(x[axis]);
  results.push_back(std::move(dims));
  return success();
}

LogicalResult ConcatOp::verify() {
  if (getInputs().empty()) // concat_c1
    return emitOpError("needs at least one input");
  int64_t rank = rankOf(getInputs().front());
  if (int64_t(getAxis()) < 0 || int64_t(getAxis()) >= rank) // concat_c2
    return emitOpError("axis ")
           << int64_t(getAxis()) << " is out of rank " << rank;
  for (Value input : getInputs())
    if (rankOf(input) != rank) // concat_c3
      return emitOpError("inputs have different ranks");
  return success();
}

LogicalResult ConcatOp::inferDims(ShapeEnv &env,
                                  SmallVectorImpl<Dims> &results) {
  Dims dims(env.dims(getInputs().front()));
  for (Value input : llvm::drop_begin(getInputs())) {
    Dims other(env.dims(input));
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      AffineExpr &dim = dims[axis];
      if (axis == getAxis())
        dim = dim && other[axis] ? dim + other[axis] : AffineExpr();
      else if (!constantOf(dim) && constantOf(other[axis]))
        dim = other[axis];
      else if (constantOf(other[axis]) && dim != other[axis])
        return emitOpError("extents ")
               << *constantOf(dim) << " and " << *constantOf(other[axis])
               << " differ on axis " << axis;
    }
  }
  results.push_back(std::move(dims));
  return success();
}

std::optional<Dims> ConcatOp::inferContents(ShapeEnv &env) {
  if (rankOf(getY()) != 1)
    return std::nullopt;
  Dims values;
  for (Value input : getInputs()) {
    std::optional<Dims> part = env.contents(input);
    if (!part)
      return std::nullopt;
    llvm::append_range(values, *part);
  }
  return values;
}

LogicalResult ConstantOp::inferDims(ShapeEnv &env,
                                    SmallVectorImpl<Dims> &results) {
  results.push_back(
      staticDims(env.getContext(), cast<RankedTensorType>(getY().getType())));
  return success();
}

std::optional<Dims> ConstantOp::inferContents(ShapeEnv &env) {
  auto dense = dyn_cast<DenseIntElementsAttr>(getValue());
  if (!dense)
    return std::nullopt;
  Type element = dense.getElementType();
  bool isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
  Dims values;
  for (const APInt &value : dense.getValues<APInt>())
    values.push_back(env.constant(isUnsigned ? int64_t(value.getZExtValue())
                                             : value.getSExtValue()));
  return values;
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

LogicalResult ExtentsOp::inferDims(ShapeEnv &env,
                                   SmallVectorImpl<Dims> &results) {
  results.push_back({env.constant(getValues().getNumResults())});
  return success();
}

std::optional<Dims> ExtentsOp::inferContents(ShapeEnv &) {
  return toDims(getValues());
}
