//===- FinishKernels.cpp - Each kernel to the passes of its own target ----===//
#include "opc/Pipeline/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/Core/Target.h"

namespace opc {
#define GEN_PASS_DEF_FINISHKERNELSPASS
#include "opc/Pipeline/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

namespace {

struct FinishKernels : opc::impl::FinishKernelsPassBase<FinishKernels> {
  void getDependentDialects(DialectRegistry &registry) const override {
    FinishKernelsPassBase::getDependentDialects(registry);
    for (const Target *target : allTargets())
      if (target->registerDialects)
        target->registerDialects(registry);
  }

  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (!kernel->hasAttr(kKernelAttr))
      return;
    FailureOr<const TargetDesc *> desc = targetOf(kernel);
    if (failed(desc))
      return signalPassFailure();
    const Target &target = *findTarget((*desc)->target);
    if (!target.finishKernel)
      return;
    OpPassManager pm(func::FuncOp::getOperationName());
    target.finishKernel(pm, **desc);
    if (failed(runPipeline(pm, kernel)))
      signalPassFailure();
  }
};

} // namespace
