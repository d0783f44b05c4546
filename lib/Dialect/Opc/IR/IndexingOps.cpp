//===- IndexingOps.cpp - extents of gathers, scatters and sorts -----------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

/// The extents of one operand are those of the result.
static LogicalResult like(ShapeEnv &env, Value value,
                          SmallVectorImpl<Dims> &results) {
  results.push_back(Dims(env.dims(value)));
  return success();
}

LogicalResult GatherOp::inferDims(ShapeEnv &env,
                                  SmallVectorImpl<Dims> &results) {
  Dims x(env.dims(getX())), indices(env.dims(getIndices())), dims;
  llvm::append_range(dims, ArrayRef(x).take_front(getAxis()));
  llvm::append_range(dims, indices);
  llvm::append_range(dims, ArrayRef(x).drop_front(getAxis() + 1));
  results.push_back(std::move(dims));
  return success();
}

std::optional<Dims> GatherOp::inferContents(ShapeEnv &env) {
  std::optional<Dims> x = env.contents(getX());
  std::optional<Dims> indices = env.contents(getIndices());
  if (!x || !indices || cast<RankedTensorType>(getX().getType()).getRank() != 1)
    return std::nullopt;
  Dims values;
  for (AffineExpr index : *indices) {
    int64_t position = constantOf(index).value_or(INT64_MAX);
    position += position < 0 ? int64_t(x->size()) : 0;
    if (position < 0 || position >= int64_t(x->size()))
      return std::nullopt;
    values.push_back((*x)[position]);
  }
  return values;
}

LogicalResult GatherElementsOp::inferDims(ShapeEnv &env,
                                          SmallVectorImpl<Dims> &results) {
  return like(env, getIndices(), results);
}

LogicalResult GatherNdOp::inferDims(ShapeEnv &env,
                                    SmallVectorImpl<Dims> &results) {
  Dims x(env.dims(getX())), indices(env.dims(getIndices())), dims;
  std::optional<int64_t> depth = constantOf(indices.back());
  size_t picked = getBatchDims() + depth.value_or(INT32_MAX);
  if (picked > x.size())
    return emitOpError("index tuples of unknown or too large extent for rank ")
           << x.size();
  llvm::append_range(dims, ArrayRef(indices).drop_back());
  llvm::append_range(dims, ArrayRef(x).drop_front(picked));
  results.push_back(std::move(dims));
  return success();
}

LogicalResult ScatterElementsOp::inferDims(ShapeEnv &env,
                                           SmallVectorImpl<Dims> &results) {
  return like(env, getX(), results);
}
LogicalResult ScatterNdOp::inferDims(ShapeEnv &env,
                                     SmallVectorImpl<Dims> &results) {
  return like(env, getX(), results);
}
LogicalResult ReverseSequenceOp::inferDims(ShapeEnv &env,
                                           SmallVectorImpl<Dims> &results) {
  return like(env, getX(), results);
}

LogicalResult ArgReduceOp::inferDims(ShapeEnv &env,
                                     SmallVectorImpl<Dims> &results) {
  Dims dims(env.dims(getX()));
  if (getKeepdims())
    dims[getAxis()] = env.constant(1);
  else
    dims.erase(dims.begin() + getAxis());
  results.push_back(std::move(dims));
  return success();
}

LogicalResult TopKOp::inferDims(ShapeEnv &env, SmallVectorImpl<Dims> &results) {
  Dims dims(env.dims(getX()));
  dims[getAxis()] = getCount().getResult(0);
  results.assign(2, dims);
  return success();
}

LogicalResult NonzeroCountOp::inferDims(ShapeEnv &,
                                        SmallVectorImpl<Dims> &results) {
  results.push_back({});
  return success();
}

LogicalResult NonzeroOp::inferDims(ShapeEnv &env,
                                   SmallVectorImpl<Dims> &results) {
  int64_t rank = cast<RankedTensorType>(getX().getType()).getRank();
  results.push_back({env.constant(rank), getCount().getResult(0)});
  return success();
}

LogicalResult UniqueOp::inferDims(ShapeEnv &env,
                                  SmallVectorImpl<Dims> &results) {
  Dims x(env.dims(getX())), n{x[getAxis()]};
  results.assign({x, n, n, n, Dims()});
  return success();
}

LogicalResult NonMaxSuppressionOp::inferDims(ShapeEnv &env,
                                             SmallVectorImpl<Dims> &results) {
  AffineExpr pairs = env.dim(getScores(), 0) * env.dim(getScores(), 1);
  results.push_back({pairs * env.dim(getBoxes(), 1), env.constant(3)});
  results.push_back({});
  return success();
}

LogicalResult RandomBitsOp::inferDims(ShapeEnv &,
                                      SmallVectorImpl<Dims> &results) {
  results.push_back(toDims(getDims()));
  return success();
}
