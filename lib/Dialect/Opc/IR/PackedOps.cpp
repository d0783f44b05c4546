//===- PackedOps.cpp - extents of products with packed weights ------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

/// The reduction's extent in packed weights [columns, reduction, lanes] or
/// [columns, reduction / group, lanes, group].
static AffineExpr packedReduction(const Dims &b) {
  return b.size() == 4 ? b[1] * b[3] : b[1];
}

/// Extents [N, H, W] -> [N, OH, OW] of a window over channels-last images.
static void slideWindow(Dims &dims, ArrayRef<AffineExpr> kernel,
                        ArrayRef<int64_t> strides, ArrayRef<int64_t> dilations,
                        ArrayRef<int64_t> low, ArrayRef<int64_t> high) {
  for (size_t i = 0; i < kernel.size(); ++i) {
    AffineExpr window = (kernel[i] - 1) * dilations[i] + 1;
    AffineExpr range = dims[i + 1] + (low[i] + high[i]) - window;
    dims[i + 1] = range.floorDiv(strides[i]) + 1;
  }
}

LogicalResult PackedMatmulOp::inferDims(ShapeEnv &env,
                                        SmallVectorImpl<Dims> &results) {
  Dims dims(env.dims(getA()));
  AffineExpr packed = packedReduction(env.dims(getB()));
  if (constantOf(dims.back()) && constantOf(packed) && dims.back() != packed)
    return emitOpError("a has ")
           << *constantOf(dims.back()) << " columns, packed b has "
           << *constantOf(packed) << " rows";
  dims.back() = env.constant(getColumns());
  results.push_back(std::move(dims));
  return success();
}

LogicalResult PackedConvOp::inferDims(ShapeEnv &env,
                                      SmallVectorImpl<Dims> &results) {
  Dims dims(env.dims(getA())), kernel;
  for (int64_t extent : getKernel())
    kernel.push_back(env.constant(extent));
  slideWindow(dims, kernel, getStrides(), getDilations(), getPadLow(),
              getPadHigh());
  dims.back() = env.constant(getColumns());
  results.push_back(std::move(dims));
  return success();
}

LogicalResult DepthwiseConvOp::inferDims(ShapeEnv &env,
                                         SmallVectorImpl<Dims> &results) {
  Dims dims(env.dims(getA()));
  slideWindow(dims, ArrayRef(env.dims(getB())).drop_back(), getStrides(),
              getDilations(), getPadLow(), getPadHigh());
  results.push_back(std::move(dims));
  return success();
}

LogicalResult PackedRecurrentOp::inferDims(ShapeEnv &env,
                                           SmallVectorImpl<Dims> &results) {
  const Dims xw = env.dims(getXw());
  AffineExpr hidden = env.dims(getR())[1];
  AffineExpr directions = env.constant(int64_t(getReverse().size()));
  results.push_back({xw[0], directions, xw[1], hidden});
  results.push_back({directions, xw[1], hidden});
  results.push_back({directions, xw[1], hidden});
  return success();
}
