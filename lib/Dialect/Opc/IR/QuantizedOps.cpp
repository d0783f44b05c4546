//===- QuantizedOps.cpp - extents of integers that stand for reals --------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

LogicalResult UnpackOp::verify() {
  int64_t bits = getBits();
  if (bits != 1 && bits != 2 && bits != 4)
    return emitOpError("elements of ") << bits << " bits, not 1, 2 or 4";
  Type element = getElementTypeOrSelf(getY().getType());
  if (element.getIntOrFloatBitWidth() < bits)
    return emitOpError("elements of ")
           << bits << " bits do not fit the result's";
  return success();
}

LogicalResult UnpackOp::inferDims(ShapeEnv &env,
                                  SmallVectorImpl<Dims> &results) {
  Dims dims = toDims(getDims());
  auto count = constantOf(product(getContext(), dims));
  auto bytes = constantOf(env.size(getX()));
  int64_t perByte = 8 / int64_t(getBits());
  if (count && bytes && (*count + perByte - 1) / perByte != *bytes)
    return emitOpError() << *bytes << " bytes do not hold " << *count
                         << " elements of " << getBits() << " bits";
  results.push_back(std::move(dims));
  return success();
}

LogicalResult DequantizeOp::verify() {
  int64_t rank = getX().getType().getRank();
  if (getAxis() < 0 || getAxis() >= rank)
    return emitOpError("axis ") << getAxis() << " is outside of rank " << rank;
  if (getBlock() < 1)
    return emitOpError("block of ") << getBlock() << " is not positive";
  if (getScale().getType().getRank() != rank ||
      (getZero() && getZero().getType().getRank() != rank))
    return emitOpError("scale or zero has another rank than ") << rank;
  if (getElementTypeOrSelf(getX().getType()).getIntOrFloatBitWidth() > 32)
    return emitOpError("x has more than 32 bits");
  return success();
}

LogicalResult DequantizeOp::inferDims(ShapeEnv &env,
                                      SmallVectorImpl<Dims> &results) {
  const Dims dims(env.dims(getX()));
  for (Value parameter : getOperands().drop_front()) {
    const Dims &own = env.dims(parameter);
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      AffineExpr all = dims[axis];
      if (int64_t(axis) == int64_t(getAxis()))
        all = all.ceilDiv(int64_t(getBlock()));
      auto extent = constantOf(own[axis]), expected = constantOf(all);
      if (extent && expected && *extent != 1 && *extent != *expected)
        return emitOpError("scale or zero has extent ")
               << *extent << " along axis " << axis << ", not 1 or "
               << *expected;
    }
  }
  results.push_back(dims);
  return success();
}
