//===- PrepareImages.cpp - kernels that a target writes itself ------------===//
//
//   func.func @k(...) { arith.truncf %x : f32 to bf16 ... }
//   // becomes
//   func.func @k(...) { arith.shrui ... }
//
//===----------------------------------------------------------------------===//
#include "FloatSteps.h"
#include "opc/Pipeline/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"
#include "opc/Targets/Core/Target.h"

namespace opc {
#define GEN_PASS_DEF_PREPAREIMAGESPASS
#include "opc/Pipeline/Passes.h.inc"
} // namespace opc

using namespace mlir;

OpPassManager opc::floatSteps(const VectorUnit &unit, StringRef function) {
  OpPassManager steps(function);
  steps.addPass(createCanonicalizerPass());
  steps.addPass(createCSEPass());
  arith::ArithEmulateUnsupportedFloatsOptions emulated;
  emulated.sourceTypeStrs = {"bf16"};
  if (!unit.convertsHalves)
    emulated.sourceTypeStrs.push_back("f16");
  emulated.targetTypeStr = "f32";
  steps.addPass(arith::createArithEmulateUnsupportedFloats(emulated));
  steps.addPass(math::createMathExtendToSupportedTypes());
  steps.addPass(opc::createExpandConversionsPass(
      {!unit.convertsHalves, !unit.convertsLongs}));
  return steps;
}

namespace {

struct PrepareImages : opc::impl::PrepareImagesPassBase<PrepareImages> {
  void runOnOperation() override {
    FailureOr<const opc::TargetDesc *> desc = opc::targetOf(getOperation());
    if (failed(desc))
      return signalPassFailure();
    OpPassManager steps =
        opc::floatSteps((*desc)->vector, func::FuncOp::getOperationName());
    if (failed(runPipeline(steps, getOperation())))
      signalPassFailure();
  }
};

} // namespace
