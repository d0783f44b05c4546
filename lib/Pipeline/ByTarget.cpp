//===- ByTarget.cpp - Ops go through the passes of their own target -------===//
#include "ByTarget.h"
#include "TargetParts.h"

using namespace mlir;
using namespace opc;

namespace {

class ByTarget : public PassWrapper<ByTarget, OperationPass<ModuleOp>> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ByTarget)

  explicit ByTarget(BuildForTarget build) : build(std::move(build)) {}

  StringRef getName() const override { return "by-target"; }

  void runOnOperation() override {
    TargetParts parts(getOperation());
    auto runOn = [&](ModuleOp module) { return run(module); };
    if (failed(parts.forEach(runOn)) || failed(run(getOperation())))
      return signalPassFailure();
    parts.putBack();
  }

private:
  LogicalResult run(ModuleOp module) {
    FailureOr<const TargetDesc *> desc = targetOf(module);
    if (failed(desc))
      return failure();
    OpPassManager pm(ModuleOp::getOperationName());
    build(pm, **desc);
    return pm.empty() ? success() : runPipeline(pm, module);
  }

  BuildForTarget build;
};

} // namespace

std::unique_ptr<Pass> opc::createByTargetPass(BuildForTarget build) {
  return std::make_unique<ByTarget>(std::move(build));
}
