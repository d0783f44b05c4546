//===- ElementwiseOps.cpp - extents of element-wise ops -------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

LogicalResult opc::inferElementwiseDims(Operation *op, ShapeEnv &env,
                                        SmallVectorImpl<Dims> &results) {
  Dims dims(env.dims(op->getOperand(0)));
  for (Value operand : llvm::drop_begin(op->getOperands())) {
    Dims other(env.dims(operand));
    dims = broadcastDims(dims, other);
    if (llvm::is_contained(dims, AffineExpr()))
      return op->emitOpError("operands of types ")
             << op->getOperandTypes() << " do not broadcast";
  }
  results.push_back(std::move(dims));
  return success();
}
