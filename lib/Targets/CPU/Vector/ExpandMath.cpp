//===- ExpandMath.cpp - functions of vectors as plain arithmetic ----------===//
//
//   %y = math.exp %x : vector<16xf32>
//     ->
//   a polynomial and a shift of the exponent, on all lanes at once
//
// Functions without such a form are computed lane by lane, by libm.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Targets/CPU/Passes.h"
#include "opc/Targets/Schedule/VectorMath.h"

namespace opc::cpu {
#define GEN_PASS_DEF_EXPANDMATHPASS
#include "opc/Targets/CPU/Passes.h.inc"
} // namespace opc::cpu

using namespace mlir;
namespace opc::cpu {
namespace {

/// Ops that are one or few instructions on vectors as they are.
bool isNative(Operation *op) {
  return isa<math::AbsFOp, math::AbsIOp, math::CeilOp, math::FloorOp,
             math::FmaOp, math::RoundEvenOp, math::SqrtOp, math::TruncOp,
             math::CopySignOp, math::CountLeadingZerosOp,
             math::CountTrailingZerosOp, math::CtPopOp, math::IsFiniteOp,
             math::IsInfOp, math::IsNaNOp, math::IsNormalOp>(op);
}

Value unroll(Operation *op, VectorType type, OpBuilder &b) {
  SmallVector<Value> elements;
  for (int64_t lane = 0; lane < type.getNumElements(); ++lane) {
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(
          isa<VectorType>(operand.getType())
              ? vector::ExtractOp::create(b, op->getLoc(), operand, lane)
                    .getResult()
              : operand);
    OperationState state(op->getLoc(), op->getName());
    state.addOperands(operands);
    state.addTypes(type.getElementType());
    state.addAttributes(op->getAttrs());
    elements.push_back(b.create(state)->getResult(0));
  }
  return vector::FromElementsOp::create(b, op->getLoc(), type, elements);
}

/// sin and cos of angles that VectorMath takes; where any lane has a larger
/// one, those of libm.
Value expandAngle(Operation *op, VectorType type, OpBuilder &b, bool scalef) {
  if (!isa<math::SinOp, math::CosOp>(op) || !type.getElementType().isF32())
    return {};
  Location loc = op->getLoc();
  Value x = op->getOperand(0);
  Value most = arith::ConstantOp::create(
      b, loc,
      SplatElementsAttr::get(type, b.getF32FloatAttr(VectorMath::mostAngle)));
  Value large = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT,
                                      math::AbsFOp::create(b, loc, x), most);
  Value any =
      vector::ReductionOp::create(b, loc, vector::CombiningKind::OR, large);
  auto choice = scf::IfOp::create(b, loc, TypeRange(type), any,
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(choice.thenBlock());
  scf::YieldOp::create(b, loc, unroll(op, type, b));
  b.setInsertionPointToStart(choice.elseBlock());
  VectorMath f(b, loc, type, scalef);
  scf::YieldOp::create(b, loc, isa<math::SinOp>(op) ? f.sin(x) : f.cos(x));
  return choice.getResult(0);
}

struct ExpandMathPass : impl::ExpandMathPassBase<ExpandMathPass> {
  using ExpandMathPassBase::ExpandMathPassBase;
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa_and_nonnull<math::MathDialect>(op->getDialect()) &&
          op->getNumResults() == 1 && !isNative(op))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      auto type = dyn_cast<VectorType>(op->getResult(0).getType());
      if (!type || type.getRank() != 1)
        continue;
      OpBuilder b(op);
      Value value = hasFunctionForm(op)
                        ? functionForm(op, op->getOperand(0), b, scalef)
                        : Value();
      if (!value)
        value = expandAngle(op, type, b, scalef);
      op->getResult(0).replaceAllUsesWith(value ? value : unroll(op, type, b));
      op->erase();
    }
  }
};

} // namespace
} // namespace opc::cpu
