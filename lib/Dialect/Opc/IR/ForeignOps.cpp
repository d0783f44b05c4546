//===- ForeignOps.cpp - extents of foreign ops, and of copies -------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

LogicalResult ExternalKernelOp::inferDims(ShapeEnv &,
                                          SmallVectorImpl<Dims> &results) {
  for (auto map : getDims().getAsRange<AffineMapAttr>())
    results.push_back(toDims(map.getValue()));
  return success();
}

LogicalResult CopyOp::inferDims(ShapeEnv &env, SmallVectorImpl<Dims> &results) {
  results.push_back(Dims(env.dims(getX())));
  return success();
}
