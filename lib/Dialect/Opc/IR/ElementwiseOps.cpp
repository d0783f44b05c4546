//===- ElementwiseOps.cpp - extents of element-wise ops -------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

LogicalResult opc::inferElementwiseDims(Operation *op, ShapeEnv &env,
                                        SmallVectorImpl<Dims> &results) {
  if (op->getNumOperands() == 1) {
    results.push_back(env.dims(op->getOperand(0)));
    return success();
  }
  SmallVector<Dims> shapes;
  for (Value operand : op->getOperands())
    shapes.push_back(env.dims(operand));
  Dims dims = broadcastDims(
      SmallVector<ArrayRef<AffineExpr>>(shapes.begin(), shapes.end()));
  if (llvm::is_contained(dims, AffineExpr()))
    return op->emitOpError("operands of types ")
           << op->getOperandTypes() << " do not broadcast";
  results.push_back(std::move(dims));
  return success();
}
