//===- FoldEmpty.cpp - what has no elements is not computed ---------------===//
//
//   %y = opc.matmul %a, %b : tensor<2x4xf32>, tensor<4x0xf32>
//     ->  %y = opc.constant : tensor<2x0xf32>
//   %y = opc.matmul %a, %b : tensor<2x0xf32>, tensor<0x3xf32>
//     ->  %y = opc.broadcast 0.0 : tensor<2x3xf32>
//
// Layouts divide by extents and cut them into tiles: behind this, what they
// change has no extent that is known to be 0.
//
//===----------------------------------------------------------------------===//
#include "FoldEmpty.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
namespace opc {
namespace {

bool isEmpty(Value value) {
  return llvm::is_contained(cast<RankedTensorType>(value.getType()).getShape(),
                            0);
}

Value constant(OpBuilder &b, Location loc, RankedTensorType type,
               ArrayRef<Attribute> elements) {
  return ConstantOp::create(b, loc, type,
                            DenseElementsAttr::get(type, elements));
}

/// Zeros of the extents of `y`, if it has any element.
Value zeros(OpBuilder &b, Location loc, Value y, ShapeEnv &env) {
  auto type = cast<RankedTensorType>(y.getType());
  if (type.hasStaticShape() && isEmpty(y))
    return constant(b, loc, type, {});
  auto scalar = RankedTensorType::get({}, type.getElementType());
  Value zero = constant(b, loc, scalar, b.getZeroAttr(type.getElementType()));
  return BroadcastOp::create(b, loc, type, zero,
                             toMap(b.getContext(), env.dims(y)));
}

/// Ops that are nothing but their results.
bool mayFold(Operation *op) {
  return op->getNumResults() > 0 && op->getNumRegions() == 0 &&
         isMemoryEffectFree(op) && !isa<ConstantOp, BroadcastOp>(op);
}

void foldOp(Operation *op, ShapeEnv &env) {
  SuccessorBuilder b(op);
  bool overNothing = isa<MatmulOp, ConvOp, ConvTransposeOp>(op) &&
                     llvm::any_of(op->getOperands(), isEmpty);
  for (Value result : op->getResults())
    if (!result.use_empty() && (overNothing || isEmpty(result)))
      result.replaceAllUsesWith(zeros(b, op->getLoc(), result, env));
}

} // namespace

void foldEmpty(func::FuncOp function) {
  SmallVector<Operation *> ops;
  function.walk([&](Operation *op) {
    if (!isa<BodyOp>(op->getParentOp()) && mayFold(op))
      ops.push_back(op);
  });
  ShapeEnv env(function.getContext());
  for (Operation *op : ops)
    foldOp(op, env);
  // Erased behind all folding: extents are remembered by value.
  for (Operation *op : llvm::reverse(ops))
    if (isOpTriviallyDead(op))
      op->erase();
}

} // namespace opc
