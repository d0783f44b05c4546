//===- AcmeDialect.h - A vendor that no file of lib knows -------*- C++ -*-===//
//
// A dialect of one op, the schedule that writes it, and its way back to what
// runs here: what a target with a dialect of its own consists of.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_UNITTESTS_PIPELINE_INPUTS_ACMEDIALECT_H
#define OPC_UNITTESTS_PIPELINE_INPUTS_ACMEDIALECT_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "opc/Conversion/OpcToLoops/LowerKernels.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Kernel/KernelForm.h"
#include "opc/Targets/Core/Target.h"

namespace acme {

/// acme.negate: the one instruction of this vendor.
class NegateOp
    : public mlir::Op<NegateOp, mlir::OpTrait::ZeroRegions,
                      mlir::OpTrait::ZeroSuccessors, mlir::OpTrait::OneResult,
                      mlir::OpTrait::OneOperand> {
public:
  using Op::Op;
  static llvm::StringRef getOperationName() { return "acme.negate"; }
  static llvm::ArrayRef<llvm::StringRef> getAttributeNames() { return {}; }
  static NegateOp create(mlir::OpBuilder &b, mlir::Location loc,
                         mlir::Value x) {
    mlir::OperationState state(loc, getOperationName());
    state.addOperands(x);
    state.addTypes(x.getType());
    return mlir::cast<NegateOp>(b.create(state));
  }
};

class AcmeDialect : public mlir::Dialect {
public:
  explicit AcmeDialect(mlir::MLIRContext *context)
      : Dialect("acme", context, mlir::TypeID::get<AcmeDialect>()) {
    addOperations<NegateOp>();
  }
  static llvm::StringRef getDialectNamespace() { return "acme"; }
};

inline void registerDialects(mlir::DialectRegistry &registry) {
  registry.insert<AcmeDialect>();
}

/// Takes kernels with a negation, any other op declines.
inline opc::ScheduleResult scheduleNegation(opc::KernelForm &kernel,
                                            const opc::TargetDesc &) {
  auto negates = [](mlir::Operation &op) { return mlir::isa<opc::NegOp>(op); };
  if (llvm::none_of(kernel.ops(), negates))
    return opc::ScheduleResult::declined("nothing to negate");
  if (failed(opc::lowerKernelToLoops(kernel.function)))
    return opc::ScheduleResult::declined("no loops");
  kernel.function.walk([](mlir::arith::NegFOp op) {
    mlir::OpBuilder b(op);
    op.replaceAllUsesWith(
        NegateOp::create(b, op.getLoc(), op.getOperand()).getOperation());
    op.erase();
  });
  return opc::ScheduleResult::taken();
}

/// Back to what runs here.
struct LowerAcmePass
    : public mlir::PassWrapper<LowerAcmePass,
                               mlir::OperationPass<mlir::func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LowerAcmePass)
  void runOnOperation() override {
    getOperation().walk([](NegateOp op) {
      mlir::OpBuilder b(op);
      mlir::Value x = op->getOperand(0);
      op->replaceAllUsesWith(
          mlir::arith::NegFOp::create(b, op.getLoc(), x).getOperation());
      op->erase();
    });
  }
};

inline void lowerHere(mlir::OpPassManager &pm, const opc::TargetDesc &) {
  pm.addPass(std::make_unique<LowerAcmePass>());
}

inline constexpr opc::Schedule kSchedules[] = {{"negation", scheduleNegation}};
inline constexpr llvm::StringLiteral kDialects[] = {"acme"};

} // namespace acme

#endif // OPC_UNITTESTS_PIPELINE_INPUTS_ACMEDIALECT_H
