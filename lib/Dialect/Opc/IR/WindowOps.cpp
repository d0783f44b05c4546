//===- WindowOps.cpp - extents of pooling, resizing and sampling ----------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

LogicalResult PoolOp::inferDims(ShapeEnv &, SmallVectorImpl<Dims> &results) {
  results.push_back(toDims(getDims()));
  return success();
}

LogicalResult MaxPoolIndicesOp::inferDims(ShapeEnv &,
                                          SmallVectorImpl<Dims> &results) {
  results.push_back(toDims(getDims()));
  return success();
}

LogicalResult ResizeOp::inferDims(ShapeEnv &env,
                                  SmallVectorImpl<Dims> &results) {
  Dims dims(env.dims(getX()));
  for (auto [index, axis] : llvm::enumerate(getAxes()))
    dims[axis] = getDims().getResult(index);
  results.push_back(std::move(dims));
  return success();
}

LogicalResult GridSampleOp::inferDims(ShapeEnv &env,
                                      SmallVectorImpl<Dims> &results) {
  Dims dims(env.dims(getX())), grid(env.dims(getGrid()));
  for (size_t axis = 2; axis < dims.size(); ++axis)
    dims[axis] = grid[axis - 1];
  results.push_back(std::move(dims));
  return success();
}

LogicalResult RoiAlignOp::inferDims(ShapeEnv &env,
                                    SmallVectorImpl<Dims> &results) {
  results.push_back({env.dim(getRois(), 0), env.dim(getX(), 1),
                     env.constant(getHeight()), env.constant(getWidth())});
  return success();
}
