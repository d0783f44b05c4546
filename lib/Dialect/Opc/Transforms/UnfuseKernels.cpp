//===- UnfuseKernels.cpp - Kernels that no schedule takes come apart ------===//
//
// Fusion decides before schedules look, so a target may meet a group that none of
// its schedules takes. The group's ops go back to where its launches are, for
// opc-form-kernels to give each a kernel of its own: slower, and never refused.
//
//   %0 = opc.launch @add_reduce_3(%x) {symbols = ..., dims = [...]}
//   // becomes
//   %1 = opc.add %x, %c
//   %0 = opc.reduce %1
//
//===----------------------------------------------------------------------===//
#include "KernelOutliner.h"
#include "opc/Dialect/Opc/Transforms/FusionRules.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"

namespace opc {
#define GEN_PASS_DEF_UNFUSEKERNELSPASS
#include "opc/Dialect/Opc/Transforms/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

/// Puts a kernel's ops in the place of one of its launches.
static void inlineKernel(LaunchOp launch, func::FuncOp kernel) {
  OpBuilder b(launch);
  IRMapping mapping;
  mapping.map(kernel.getArguments(), launch.getInputs());
  ArrayRef<AffineExpr> symbols = launch.getSymbols().getResults();
  for (Operation &op : kernel.front().without_terminator()) {
    Operation *copy = b.clone(op, mapping);
    for (NamedAttribute attribute : op.getAttrs())
      copy->setAttr(attribute.getName(),
                    renumberSymbols(attribute.getValue(), symbols));
  }
  Operation *end = kernel.front().getTerminator();
  for (auto [output, value] :
       llvm::zip_equal(launch.getOutputs(), end->getOperands()))
    output.replaceAllUsesWith(mapping.lookupOrDefault(value));
  launch.erase();
}

namespace {
struct UnfuseKernels : public opc::impl::UnfuseKernelsPassBase<UnfuseKernels> {
  void runOnOperation() override {
    llvm::StringMap<func::FuncOp> unscheduled;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr(kUnscheduledAttr))
        unscheduled[function.getSymName()] = function;
    if (unscheduled.empty())
      return;
    SmallVector<LaunchOp> launches;
    getOperation().walk([&](LaunchOp op) { launches.push_back(op); });
    for (LaunchOp launch : launches)
      if (func::FuncOp kernel = unscheduled.lookup(launch.getKernel()))
        inlineKernel(launch, kernel);
    OpPassManager again(ModuleOp::getOperationName());
    again.addPass(createFormKernelsPass(noFusion()));
    if (failed(runPipeline(again, getOperation())))
      return signalPassFailure();
    for (auto &entry : unscheduled)
      entry.second.erase();
  }
};
} // namespace
