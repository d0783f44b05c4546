//===- MovementAccesses.cpp - which elements movement ops read ------------===//
//
// The index arithmetic of reshapes, transposes, slices and the like: nothing
// else in the tree knows it.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

/// d0, d1, ..., one for each axis of a value.
static Exprs positionsOf(Value value, ShapeEnv &env) {
  Exprs positions;
  for (size_t axis = 0; axis < env.dims(value).size(); ++axis)
    positions.push_back(getAffineDimExpr(axis, env.getContext()));
  return positions;
}

static LogicalResult add(Accesses &accesses, unsigned operand, Exprs at) {
  Access &access = accesses.emplace_back();
  access.operand = operand;
  access.at = std::move(at);
  return success();
}

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

/// The row-major position of an index, and back.
static AffineExpr linearize(ArrayRef<AffineExpr> index,
                            ArrayRef<AffineExpr> dims, ShapeEnv &env) {
  AffineExpr position = env.constant(0);
  for (auto [axis, expr] : llvm::enumerate(index))
    position =
        position + expr * product(env.getContext(), dims.drop_front(axis + 1));
  return position;
}

static Exprs delinearize(AffineExpr position, ArrayRef<AffineExpr> dims) {
  Exprs index(dims.size());
  for (size_t axis = dims.size(); axis-- > 0;) {
    bool isFirst = axis == 0 && constantOf(dims[axis]) != 1;
    index[axis] = isFirst ? position : position % dims[axis];
    if (axis > 0)
      position = position.floorDiv(dims[axis]);
  }
  return index;
}

namespace {
/// A run of axes of x and of y that hold the same elements.
struct ReshapeGroup {
  ArrayRef<AffineExpr> x, y;
};
} // namespace

/// The fewest leading axes of x and y whose sizes agree; all where none do.
static ReshapeGroup shortestGroup(ArrayRef<AffineExpr> x,
                                  ArrayRef<AffineExpr> y,
                                  MLIRContext *context) {
  for (size_t count = 2; count <= x.size() + y.size(); ++count)
    for (size_t nx = 1; nx < count && nx <= x.size(); ++nx) {
      if (count - nx > y.size())
        continue;
      ReshapeGroup group{x.take_front(nx), y.take_front(count - nx)};
      if (product(context, group.x) == product(context, group.y))
        return group;
    }
  return {x, y};
}

/// Axes that stay as they are keep their index; between them short runs of
/// equal size are walked in order.
LogicalResult ReshapeOp::inferAccesses(ShapeEnv &env, Accesses &accesses) {
  const Dims from = env.dims(getX()), to = env.dims(getY());
  const Exprs positions = positionsOf(getY(), env);
  ArrayRef<AffineExpr> x(from), y(to), index(positions);
  Access access;
  access.position = linearize(positions, to, env);
  while (!x.empty() || !y.empty()) {
    auto [xs, ys] = shortestGroup(x, y, env.getContext());
    ArrayRef<AffineExpr> mine = index.take_front(ys.size());
    if (xs.size() == 1 && ys.size() == 1)
      access.at.push_back(mine[0]);
    else
      llvm::append_range(access.at, delinearize(linearize(mine, ys, env), xs));
    x = x.drop_front(xs.size());
    y = y.drop_front(ys.size());
    index = index.drop_front(ys.size());
  }
  accesses.push_back(std::move(access));
  return success();
}

//===----------------------------------------------------------------------===//
// Axes in another order, parts, repetition
//===----------------------------------------------------------------------===//

LogicalResult TransposeOp::inferAccesses(ShapeEnv &env, Accesses &accesses) {
  const Exprs positions = positionsOf(getY(), env);
  Exprs at(positions.size());
  for (auto [axis, from] : llvm::enumerate(getPerm()))
    at[from] = positions[axis];
  return add(accesses, 0, std::move(at));
}

LogicalResult TileOp::inferAccesses(ShapeEnv &env, Accesses &accesses) {
  const Dims from = env.dims(getX()), to = env.dims(getY());
  Exprs at = positionsOf(getY(), env);
  for (auto [index, x, y] : llvm::zip_equal(at, from, to))
    index = x == y ? index : index % x;
  return add(accesses, 0, std::move(at));
}

LogicalResult SliceOp::inferAccesses(ShapeEnv &env, Accesses &accesses) {
  Exprs at = positionsOf(getY(), env);
  for (auto [index, start, step] :
       llvm::zip_equal(at, getStarts().getResults(), getSteps()))
    index = index * step + start;
  return add(accesses, 0, std::move(at));
}

/// What a pad repeats is no expression; one of nothing repeats nothing.
LogicalResult PadOp::inferAccesses(ShapeEnv &env, Accesses &accesses) {
  const Dims from = env.dims(getX()), to = env.dims(getY());
  Access inside;
  inside.at = positionsOf(getY(), env);
  for (auto [axis, index] : llvm::enumerate(inside.at)) {
    AffineExpr low = getLow().getResult(axis);
    if (constantOf(low) == 0 && from[axis] == to[axis])
      continue;
    index = index - low;
    inside.guarded.push_back(axis);
  }
  bool isConstant = getMode() == "constant";
  if (!isConstant && !inside.guarded.empty())
    return failure();
  accesses.push_back(std::move(inside));
  if (!isConstant)
    return success();
  return add(accesses, 1, Exprs(env.dims(getValue()).size(), env.constant(0)));
}

LogicalResult ConcatOp::inferAccesses(ShapeEnv &env, Accesses &accesses) {
  const Exprs positions = positionsOf(getY(), env);
  unsigned axis = getAxis();
  AffineExpr start = env.constant(0);
  for (auto [operand, input] : llvm::enumerate(getInputs())) {
    (void)add(accesses, operand, positions);
    accesses.back().at[axis] = positions[axis] - start;
    accesses.back().guarded.push_back(axis);
    start = start + env.dim(input, axis);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Indices that are data
//===----------------------------------------------------------------------===//

/// The place that `index` will stand for in `at`, of a result of `rank` axes.
static AffineExpr pick(Access &access, size_t rank, Exprs at, AffineExpr extent,
                       ShapeEnv &env) {
  access.picked.push_back({/*operand=*/1, std::move(at), extent});
  return getAffineDimExpr(rank + access.picked.size() - 1, env.getContext());
}

LogicalResult GatherOp::inferAccesses(ShapeEnv &env, Accesses &accesses) {
  const Exprs positions = positionsOf(getY(), env);
  size_t axis = getAxis(), rank = env.dims(getIndices()).size();
  ArrayRef<AffineExpr> index(positions);
  Access access;
  llvm::append_range(access.at, index.take_front(axis));
  access.at.push_back(pick(access, positions.size(),
                           Exprs(index.slice(axis, rank)),
                           env.dim(getX(), axis), env));
  llvm::append_range(access.at, index.drop_front(axis + rank));
  accesses.push_back(std::move(access));
  return success();
}

LogicalResult GatherElementsOp::inferAccesses(ShapeEnv &env,
                                              Accesses &accesses) {
  const Exprs positions = positionsOf(getY(), env);
  size_t axis = getAxis();
  Access access;
  access.at = positions;
  access.at[axis] =
      pick(access, positions.size(), positions, env.dim(getX(), axis), env);
  accesses.push_back(std::move(access));
  return success();
}

LogicalResult GatherNdOp::inferAccesses(ShapeEnv &env, Accesses &accesses) {
  const Exprs positions = positionsOf(getY(), env);
  const Dims indices = env.dims(getIndices());
  std::optional<int64_t> depth = constantOf(indices.back());
  if (!depth)
    return failure();
  ArrayRef<AffineExpr> index(positions);
  size_t batch = getBatchDims(), prefix = indices.size() - 1;
  Access access;
  llvm::append_range(access.at, index.take_front(batch));
  for (int64_t i = 0; i < *depth; ++i) {
    Exprs at(index.take_front(prefix));
    at.push_back(env.constant(i));
    access.at.push_back(pick(access, positions.size(), std::move(at),
                             env.dim(getX(), batch + i), env));
  }
  llvm::append_range(access.at, index.drop_front(prefix));
  accesses.push_back(std::move(access));
  return success();
}
