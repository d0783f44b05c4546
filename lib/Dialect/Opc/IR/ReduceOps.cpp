//===- ReduceOps.cpp - extents and checks of reductions -------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

LogicalResult ReduceOp::verify() {
  int64_t rank = cast<RankedTensorType>(getX().getType()).getRank();
  int64_t previous = -1;
  for (int64_t axis : getAxes()) { // reduce_c1
    if (axis <= previous || axis >= rank)
      return emitOpError("axis ")
             << axis << " is out of order or out of rank " << rank;
    previous = axis;
  }
  return success();
}

LogicalResult ReduceOp::inferDims(ShapeEnv &env,
                                  SmallVectorImpl<Dims> &results) {
  Dims dims;
  for (auto [axis, dim] : llvm::enumerate(env.dims(getX()))) {
    if (!llvm::is_contained(getAxes(), int64_t(axis)))
      dims.push_back(dim);
    else if (getKeepdims())
      dims.push_back(env.constant(1));
  }
  results.push_back(std::move(dims));
  return success();
}

std::optional<Dims> ReduceOp::inferContents(ShapeEnv &env) {
  std::optional<Dims> x = env.contents(getX());
  auto type = cast<RankedTensorType>(getX().getType());
  bool isProduct = getKind() == "prod";
  if (!x || int64_t(getAxes().size()) != type.getRank() ||
      !(isProduct || getKind() == "sum"))
    return std::nullopt;
  AffineExpr value = env.constant(isProduct ? 1 : 0);
  for (AffineExpr e : *x)
    value = isProduct ? value * e : value + e;
  return Dims{value};
}

LogicalResult CumulativeOp::inferDims(ShapeEnv &env,
                                      SmallVectorImpl<Dims> &results) {
  results.push_back(Dims(env.dims(getX())));
  return success();
}
