//===- WidenFloats.cpp - products and windows of halves in f32 ------------===//
//
//   %y = opc.conv %x, %w : f16, f16 -> f16
//     ->
//   %0 = opc.cast %x : f16 -> f32
//   %1 = opc.cast %w : f16 -> f32
//   %2 = opc.conv %0, %1 : f32, f32 -> f32
//   %y = opc.cast %2 : f32 -> f16
//
// These ops add up in f32 and round once at their end, so the result is the
// same; said in casts, schedules for f32 do the work, weights are converted
// once, and the casts join neighbouring kernels.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"

namespace opc {
#define GEN_PASS_DEF_WIDENFLOATSPASS
#include "opc/Dialect/Opc/Transforms/Passes.h.inc"
} // namespace opc

using namespace mlir;
namespace opc {
namespace {

bool isBf16(Value value) { return getElementTypeOrSelf(value).isBF16(); }
bool isHalf(Value value) {
  return isBf16(value) || getElementTypeOrSelf(value).isF16();
}

Value castTo(OpBuilder &b, Location loc, Value value, Type element) {
  auto type = cast<RankedTensorType>(value.getType());
  return CastOp::create(b, loc, type.clone(element), value,
                        /*saturate=*/false);
}

void widen(Operation *op, bool keepsOperands) {
  SuccessorBuilder b(op);
  Value y = op->getResult(0);
  for (OpOperand &operand : op->getOpOperands())
    if (isHalf(operand.get()) && !keepsOperands)
      operand.set(castTo(b, op->getLoc(), operand.get(), b.getF32Type()));
  auto type = cast<RankedTensorType>(y.getType());
  y.setType(type.clone(b.getF32Type()));
  b.setInsertionPointAfter(op);
  Value rounded = castTo(b, op->getLoc(), y, type.getElementType());
  if (Attribute dims = op->getAttr(kDimsAttr))
    rounded.getDefiningOp()->setAttr(kDimsAttr, dims);
  y.replaceAllUsesExcept(rounded, rounded.getDefiningOp());
}

struct WidenFloatsPass : impl::WidenFloatsPassBase<WidenFloatsPass> {
  using WidenFloatsPassBase::WidenFloatsPassBase;
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa<MatmulOp, ConvOp, ConvTransposeOp, PoolOp>(op) &&
          isHalf(op->getResult(0)))
        ops.push_back(op);
    });
    for (Operation *op : ops)
      widen(op, keepBf16 && isa<MatmulOp>(op) && !numericsOf(op) &&
                    llvm::all_of(op->getOperands(), isBf16));
  }
};

} // namespace
} // namespace opc
