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

/// Extents of a product: those of `a`, whose columns are the `rows` of packed
/// b, with `columns` for the last.
static LogicalResult inferProduct(Operation *op, ShapeEnv &env, Value a,
                                  AffineExpr rows, int64_t columns,
                                  SmallVectorImpl<Dims> &results) {
  Dims dims(env.dims(a));
  if (constantOf(dims.back()) && constantOf(rows) && dims.back() != rows)
    return op->emitOpError("a has ")
           << *constantOf(dims.back()) << " columns, packed b has "
           << *constantOf(rows) << " rows";
  dims.back() = env.constant(columns);
  results.push_back(std::move(dims));
  return success();
}

LogicalResult PackedMatmulOp::inferDims(ShapeEnv &env,
                                        SmallVectorImpl<Dims> &results) {
  return inferProduct(*this, env, getA(), packedReduction(env.dims(getB())),
                      getColumns(), results);
}

LogicalResult PackedQuantizedMatmulOp::verify() {
  auto type = [](Value v) { return cast<RankedTensorType>(v.getType()); };
  auto b = type(getB()), scale = type(getScale()), zero = type(getZero());
  int64_t bits = getBits(), block = getBlock();
  if (bits != 2 && bits != 4 && bits != 8)
    return emitOpError("elements of ") << bits << " bits, not 2, 4 or 8";
  int64_t perWord = 32 / bits;
  if (block <= 0 || block % perWord != 0)
    return emitOpError("block of ")
           << block << " does not fill words of " << perWord << " elements";
  for (RankedTensorType operand : {b, scale, zero})
    if (!operand.hasStaticShape() || operand.getRank() != 3)
      return emitOpError("b, scale or zero has another rank than 3");
  SmallVector<int64_t> blocks(b.getShape()), one{1, 1, b.getDimSize(2)};
  blocks[1] = b.getDimSize(1) * perWord / block;
  bool zeroFits =
      zero.getShape() == ArrayRef(blocks) || zero.getShape() == ArrayRef(one);
  if (b.getDimSize(1) * perWord % block != 0 ||
      scale.getShape() != ArrayRef(blocks) || !zeroFits)
    return emitOpError("scales or zero points do not fit ")
           << b.getDimSize(1) << " words in blocks of " << block;
  return success();
}

LogicalResult
PackedQuantizedMatmulOp::inferDims(ShapeEnv &env,
                                   SmallVectorImpl<Dims> &results) {
  AffineExpr rows = env.dims(getB())[1] * (32 / int64_t(getBits()));
  return inferProduct(*this, env, getA(), rows, getColumns(), results);
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
