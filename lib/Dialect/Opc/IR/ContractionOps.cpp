//===- ContractionOps.cpp - extents and checks of contractions ------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

static int64_t rankOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank();
}

/// Integers of several widths are multiplied, floats of one.
static LogicalResult checkFactors(Operation *op, Value a, Value b) {
  Type x = getElementTypeOrSelf(a.getType()),
       y = getElementTypeOrSelf(b.getType());
  bool fit = x == y || (isa<IntegerType>(x) && isa<IntegerType>(y));
  if (fit)
    return success();
  return op->emitOpError("factors of ") << x << " and " << y << " do not fit";
}

LogicalResult MatmulOp::verify() {
  if (rankOf(getA()) < 2 || rankOf(getB()) < 2) // matmul_c1
    return emitOpError("operands must have rank 2 or more, given ranks ")
           << rankOf(getA()) << " and " << rankOf(getB());
  return checkFactors(*this, getA(), getB()); // matmul_c2
}

LogicalResult MatmulOp::inferDims(ShapeEnv &env,
                                  SmallVectorImpl<Dims> &results) {
  Dims a(env.dims(getA())), b(env.dims(getB()));
  if (getTransposeA())
    std::swap(a[a.size() - 1], a[a.size() - 2]);
  if (getTransposeB())
    std::swap(b[b.size() - 1], b[b.size() - 2]);
  AffineExpr ka = a.back(), kb = b[b.size() - 2];
  if (constantOf(ka) && constantOf(kb) && ka != kb)
    return emitOpError("inner extents ")
           << *constantOf(ka) << " and " << *constantOf(kb) << " differ";
  Dims dims =
      broadcastDims({ArrayRef(a).drop_back(2), ArrayRef(b).drop_back(2)});
  if (llvm::is_contained(dims, AffineExpr()))
    return emitOpError("batch extents of ")
           << getA().getType() << " and " << getB().getType()
           << " do not broadcast";
  dims.push_back(a[a.size() - 2]);
  dims.push_back(b.back());
  results.push_back(std::move(dims));
  return success();
}

LogicalResult ConvOp::verify() {
  int64_t spatial = rankOf(getX()) - 2;
  if (spatial < 1 || rankOf(getW()) != spatial + 2) // conv_c1
    return emitOpError("x of rank ") << rankOf(getX()) << " and w of rank "
                                     << rankOf(getW()) << " do not fit";
  for (ArrayRef<int64_t> list :
       {getStrides(), getDilations(), getPadLow(), getPadHigh()})
    if (int64_t(list.size()) != spatial) // conv_c2
      return emitOpError("window attributes must have ")
             << spatial << " entries";
  for (int64_t value :
       llvm::concat<const int64_t>(getStrides(), getDilations()))
    if (value < 1) // conv_c3
      return emitOpError("strides and dilations must be positive");
  if (int64_t(getGroup()) < 1) // conv_c4
    return emitOpError("group ") << int64_t(getGroup()) << " is not positive";
  return checkFactors(*this, getX(), getW()); // conv_c5
}

LogicalResult ConvOp::inferDims(ShapeEnv &env, SmallVectorImpl<Dims> &results) {
  Dims dims(env.dims(getX())), w(env.dims(getW()));
  auto [channel, first] = layoutAxes(getLayout(), dims.size());
  AffineExpr wanted = w[1] * int64_t(getGroup());
  if (constantOf(dims[channel]) && constantOf(wanted) &&
      dims[channel] != wanted)
    return emitOpError("x has ")
           << *constantOf(dims[channel]) << " channels, w and group want "
           << *constantOf(wanted);
  dims[channel] = w[0];
  for (size_t i = 0; i + 2 < dims.size(); ++i) {
    AffineExpr window = (w[i + 2] - 1) * getDilations()[i] + 1;
    AffineExpr range =
        dims[first + i] + (getPadLow()[i] + getPadHigh()[i]) - window;
    if (constantOf(range).value_or(0) < 0)
      return emitOpError("the window is larger than the padded input on axis ")
             << first + i;
    dims[first + i] = range.floorDiv(getStrides()[i]) + 1;
  }
  results.push_back(std::move(dims));
  return success();
}

LogicalResult ConvTransposeOp::inferDims(ShapeEnv &env,
                                         SmallVectorImpl<Dims> &results) {
  Dims dims(env.dims(getX())), w(env.dims(getW()));
  auto [channel, first] = layoutAxes(getLayout(), dims.size());
  dims[channel] = w[1] * int64_t(getGroup());
  for (size_t i = 0; i + 2 < dims.size(); ++i)
    dims[first + i] = (dims[first + i] - 1) * getStrides()[i] +
                      (w[i + 2] - 1) * getDilations()[i] + 1 -
                      (getPadLow()[i] + getPadHigh()[i]);
  results.push_back(std::move(dims));
  return success();
}
