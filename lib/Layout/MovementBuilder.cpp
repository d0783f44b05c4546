//===- MovementBuilder.cpp - building movement ops
//--------------------------===//
#include "opc/Layout/MovementBuilder.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
namespace opc {

Value MovementBuilder::transpose(Value x, ArrayRef<int64_t> perm) {
  if (llvm::is_sorted(perm))
    return x;
  Dims dims, source(env.dims(x));
  for (int64_t axis : perm)
    dims.push_back(source[axis]);
  return TransposeOp::create(b, loc, tensorType(dims, getElementTypeOrSelf(x)),
                             x, perm);
}

Value MovementBuilder::swapLast(Value x) {
  int64_t rank = typeOf(x).getRank();
  SmallVector<int64_t> perm = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(perm[rank - 1], perm[rank - 2]);
  return transpose(x, perm);
}

Value MovementBuilder::cast(Value x, Type element) {
  if (getElementTypeOrSelf(x) == element)
    return x;
  return CastOp::create(b, loc, typeOf(x).clone(element), x,
                        /*saturate=*/false);
}

Value MovementBuilder::reshape(Value x, Dims dims) {
  if (env.dims(x) == dims)
    return x;
  return ReshapeOp::create(b, loc, tensorType(dims, getElementTypeOrSelf(x)), x,
                           toMap(b.getContext(), dims));
}

Value MovementBuilder::reshape(Value x, ArrayRef<int64_t> extents) {
  Dims dims;
  for (int64_t extent : extents)
    dims.push_back(env.constant(extent));
  return reshape(x, dims);
}

Value MovementBuilder::packColumns(Value matrix, int64_t lanes, int64_t group) {
  auto type = cast<RankedTensorType>(matrix.getType());
  int64_t rows = type.getDimSize(0);
  int64_t panels = (type.getDimSize(1) + lanes - 1) / lanes;
  Value padded = padTo(matrix, 1, panels * lanes);
  if (group == 1)
    return transpose(reshape(padded, {rows, panels, lanes}), {1, 0, 2});
  Value split = reshape(padded, {rows / group, group, panels, lanes});
  return transpose(split, {2, 0, 3, 1});
}

Value MovementBuilder::padTo(Value x, int64_t axis, int64_t extent) {
  Dims dims(env.dims(x));
  dims[axis] = env.constant(extent);
  return pad(x, dims);
}

/// `values` as expressions, 0 for each axis where there is none.
static Dims orZeros(ArrayRef<int64_t> values, const Dims &dims, ShapeEnv &env) {
  Dims result(dims.size(), env.constant(0));
  for (auto [expr, value] : llvm::zip(result, values))
    expr = env.constant(value);
  return result;
}

Value MovementBuilder::pad(Value x, Dims dims, ArrayRef<int64_t> low) {
  if (env.dims(x) == dims)
    return x;
  auto scalar = RankedTensorType::get({}, getElementTypeOrSelf(x));
  Value zero = ConstantOp::create(b, loc, scalar,
                                  cast<ElementsAttr>(b.getZeroAttr(scalar)));
  return PadOp::create(b, loc, tensorType(dims, getElementTypeOrSelf(x)), x,
                       zero, toMap(b.getContext(), orZeros(low, dims, env)),
                       toMap(b.getContext(), dims),
                       b.getStringAttr("constant"));
}

Value MovementBuilder::slice(Value x, ArrayRef<int64_t> starts, Dims dims,
                             ArrayRef<int64_t> steps) {
  auto isOne = [](int64_t step) { return step == 1; };
  if (env.dims(x) == dims && llvm::all_of(steps, isOne))
    return x;
  SmallVector<int64_t> ones(dims.size(), 1);
  return SliceOp::create(b, loc, tensorType(dims, getElementTypeOrSelf(x)), x,
                         toMap(b.getContext(), orZeros(starts, dims, env)),
                         steps.empty() ? ArrayRef<int64_t>(ones) : steps,
                         toMap(b.getContext(), dims));
}

Value MovementBuilder::concat(ArrayRef<Value> parts, int64_t axis) {
  if (parts.size() == 1)
    return parts.front();
  Dims dims(env.dims(parts.front()));
  for (Value part : parts.drop_front())
    dims[axis] = dims[axis] + env.dims(part)[axis];
  return ConcatOp::create(b, loc,
                          tensorType(dims, getElementTypeOrSelf(parts.front())),
                          parts, axis);
}

Value MovementBuilder::reverse(Value x, int64_t axis) {
  Dims dims(env.dims(x));
  int64_t extent = *constantOf(dims[axis]);
  if (extent == 1)
    return x;
  SmallVector<int64_t> first(dims.size(), 0), steps(dims.size(), 1);
  first[axis] = extent - 1;
  steps[axis] = -1;
  return slice(x, first, dims, steps);
}

SmallVector<int64_t> inversePermutation(ArrayRef<int64_t> perm) {
  SmallVector<int64_t> inverse(perm.size());
  for (auto [index, axis] : llvm::enumerate(perm))
    inverse[axis] = index;
  return inverse;
}

SmallVector<int64_t> toChannelsLast(int64_t rank) {
  SmallVector<int64_t> perm = {0};
  for (int64_t axis = 2; axis < rank; ++axis)
    perm.push_back(axis);
  perm.push_back(1);
  return perm;
}

SmallVector<int64_t> toChannelsFirst(int64_t rank) {
  return inversePermutation(toChannelsLast(rank));
}

void eraseUnused(Operation *root) {
  SmallVector<Operation *> ops;
  // Erased last first: users before what they use, bodies before their op.
  root->walk<WalkOrder::PreOrder>([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : llvm::reverse(ops))
    if (isOpTriviallyDead(op))
      op->erase();
}

bool isSingleMatrix(Value value) {
  RankedTensorType type = typeOf(value);
  return type.hasStaticShape() && type.getRank() >= 2 &&
         llvm::all_of(type.getShape().drop_back(2),
                      [](int64_t extent) { return extent == 1; });
}

bool isConstantData(Value value) {
  llvm::SetVector<Operation *> sources;
  sources.insert(value.getDefiningOp());
  for (size_t next = 0; next < sources.size(); ++next) {
    Operation *op = sources[next];
    if (!op || !(isa<ConstantOp>(op) || isMovement(op)))
      return false;
    for (Value operand : op->getOperands())
      sources.insert(operand.getDefiningOp());
  }
  return true;
}

} // namespace opc
